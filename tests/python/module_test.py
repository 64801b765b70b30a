"""The module inkling: module_test.py PROJECT"""

import ast
import inspect
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import inkling
import numpy as np

PROJECT = Path(sys.argv[1])
SEVEN = PROJECT / "examples/images/seven.png"
TRAIN, TEST = inkling.load_sample(PROJECT / "data")
TRAIN = TRAIN.take(1200)
TEST = TEST.take(300)
DENSE = ["flatten", ("dense", {"units": 10})]


def random_features(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(300, 6)).astype(np.float32)
    return X, (X[:, 0] > X[:, 1]).astype(int)


class Loading(unittest.TestCase):
    def test_shipped_models_are_what_they_say(self):
        kinds = {"cnn": inkling.Network, "mlp": inkling.Network, "svm": inkling.LinearSvm, "forest": inkling.RandomForest}
        for name, kind in kinds.items():
            model = inkling.load(PROJECT / f"models/{name}.safetensors")
            self.assertIs(type(model), kind)
            self.assertIsInstance(model, inkling.Classifier)
            self.assertEqual(model.input_shape, (28, 28, 1))
            self.assertEqual(len(model.class_names), 47)
            self.assertGreater(model.parameter_count, 10_000)
        self.assertEqual(model.score_kind, "vote")
        self.assertEqual(model.num_trees, 92)

    def test_a_model_from_bytes_is_that_from_the_file(self):
        path = PROJECT / "models/svm.safetensors"
        a, b = inkling.load(str(path)), inkling.load(path.read_bytes())
        np.testing.assert_array_equal(a.scores(TEST.images), b.scores(TEST.images))

    def test_errors_are_pythons_own_too(self):
        with self.assertRaises(inkling.FileError) as caught:
            inkling.load("none.safetensors")
        self.assertIsInstance(caught.exception, OSError)
        self.assertIsInstance(caught.exception, inkling.Error)
        with self.assertRaises(inkling.FormatError):
            inkling.load(b"junk")
        with self.assertRaises(ValueError):
            inkling.load(b"junk")


class Predicting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.svm = inkling.load(PROJECT / "models/svm.safetensors")

    def test_shapes_and_strides_of_images(self):
        images = TEST.images
        scores = self.svm.scores(images)
        self.assertEqual((scores.shape, scores.dtype), ((300, 47), np.float32))
        np.testing.assert_array_equal(self.svm.scores(images.reshape(300, 784)), scores)
        np.testing.assert_array_equal(self.svm.scores(images[..., np.newaxis]), scores)
        np.testing.assert_array_equal(self.svm.scores(images[::3]), scores[::3])
        np.testing.assert_array_equal(self.svm.scores(np.asfortranarray(images)), scores)
        np.testing.assert_array_equal(self.svm.predict(images), scores.argmax(axis=1))
        np.testing.assert_allclose(self.svm.probabilities(images).sum(axis=1), 1, rtol=1e-5)

    def test_more_images_than_a_block(self):
        few = TEST.images[:10]
        many = np.concatenate([few] * 500)
        np.testing.assert_array_equal(self.svm.scores(many), np.concatenate([self.svm.scores(few)] * 500))
        self.assertEqual(self.svm.scores(many[:0]).shape, (0, 47))

    def test_what_does_not_fit_is_refused(self):
        with self.assertRaises(inkling.ShapeError):
            self.svm.scores(np.zeros((3, 27, 28), np.uint8))
        with self.assertRaises(inkling.ShapeError):
            self.svm.scores(np.zeros(784, np.uint8))
        with self.assertRaises(ValueError):
            self.svm.scores(np.array([["a"]], dtype=object))

    def test_threads_of_python_run_meanwhile(self):
        images = np.concatenate([TEST.images] * 20)
        working = threading.Thread(target=self.svm.scores, args=(images, 1))
        working.start()
        turns = 0
        while working.is_alive():
            turns += 1
            time.sleep(0.001)
        working.join()
        self.assertGreater(turns, 2)


class Learning(unittest.TestCase):
    def test_each_learns_from_images_and_comes_back_from_a_pickle(self):
        for model in (inkling.Network.fit(DENSE, TRAIN, epochs=3, learning_rate=3e-3), inkling.LinearSvm.fit(TRAIN, hog=True),
                      inkling.RandomForest.fit(TRAIN.images, TRAIN.labels, trees=30, hog={"cells": [7]})):
            with self.subTest(model=model):
                self.assertGreater((model.predict(TEST.images) == TEST.labels).mean(), 0.75)
                again = pickle.loads(pickle.dumps(model))
                self.assertIs(type(again), type(model))
                np.testing.assert_array_equal(again.scores(TEST.images), model.scores(TEST.images))

    def test_each_learns_from_features_and_comes_back_from_a_pickle(self):
        X, y = random_features(1)
        others, truth = random_features(2)
        layers = [("dense", {"units": 16}), "relu", ("dense", {"units": 2})]
        for model in (inkling.Network.fit(layers, X, y, epochs=30, batch=32, learning_rate=0.01),
                      inkling.LinearSvm.fit(X, y, c=1), inkling.RandomForest.fit(X, y)):
            with self.subTest(model=model):
                self.assertGreater((model.predict(others) == truth).mean(), 0.85)
                again = pickle.loads(pickle.dumps(model))
                np.testing.assert_array_equal(again.probabilities(others), model.probabilities(others))
                np.testing.assert_array_equal(model.probabilities(others.astype(np.float64)), model.probabilities(others))

    def test_layers_have_what_the_library_gives_them_where_nothing_is_said(self):
        layers = [("conv2d", {"filters": 4}), "batch_norm", "relu", "depthwise_conv2d", ("squeeze_excite", {"units": 2}), "max_pool2d",
                  "dropout", "sigmoid", "global_average_pool", ("dense", {"units": 10})]
        network = inkling.Network.fit(layers, TRAIN.take(100), epochs=1)
        shapes = {name: weights.shape for name, weights in network.parameters().items()}
        self.assertEqual(shapes["0.weight"], (3, 3, 1, 4))
        self.assertEqual(shapes["3.weight"][:2], (3, 3))
        for layer, said in ((("conv2d", {"kernels": 4}), "conv2d: there is no option 'kernels'"), ("telepathy", "telepathy"),
                            (("residual", {}), "path")):
            with self.assertRaisesRegex(inkling.Error, said):
                inkling.Network.fit([layer], TRAIN.take(10), epochs=1)

    def test_the_seed_decides_and_threads_do_not(self):
        X, y = random_features(1)
        fit = lambda seed, threads: inkling.RandomForest.fit(X, y, trees=9, seed=seed, threads=threads).to_bytes()
        self.assertEqual(fit(1, 1), fit(1, 2))
        self.assertNotEqual(fit(1, 1), fit(2, 1))

    def test_progress_is_told_and_false_stops(self):
        steps = []

        def stop_after_two(progress):
            steps.append((progress.step, progress.steps, progress.loss is not None))
            return progress.step < 2

        inkling.Network.fit(DENSE, TRAIN, epochs=50, on_progress=stop_after_two)
        self.assertEqual(steps, [(1, 50, True), (2, 50, True)])

    def test_an_exception_of_the_callback_comes_out(self):
        def broken(progress):
            raise KeyError("mine")

        with self.assertRaises(KeyError):
            inkling.RandomForest.fit(TRAIN, trees=50, on_progress=broken)

    def test_ctrl_c_ends_a_training_without_a_callback(self):
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with self.assertRaises(KeyboardInterrupt):
            inkling.Network.fit(DENSE, TRAIN, epochs=1_000_000)

    def test_options_that_cannot_be_are_named(self):
        for message, fit in {
            "units": lambda: inkling.Network.fit([("dense", {"unit": 3})], TRAIN),
            "unknown layer": lambda: inkling.Network.fit(["denes"], TRAIN),
            "loss": lambda: inkling.LinearSvm.fit(TRAIN, loss="log"),
            "SvmOptions::c: expected a number above 0": lambda: inkling.LinearSvm.fit(TRAIN, c=-1),
            "hog": lambda: inkling.LinearSvm.fit(TRAIN, hog={"cell": [4]}),
            "trees": lambda: inkling.RandomForest.fit(TRAIN, trees=0),
            "labels": lambda: inkling.RandomForest.fit(TRAIN.images),
            "label": lambda: inkling.RandomForest.fit(TRAIN.images, [-1] * len(TRAIN)),
            "labels ": lambda: inkling.RandomForest.fit(TRAIN.images, [1, 2]),
        }.items():
            with self.subTest(message), self.assertRaisesRegex(inkling.Error, "unit" if message == "units" else message.strip()):
                fit()

    def test_recipes(self):
        self.assertEqual(inkling.recipes.names(), ["cnn", "mlp", "svm", "forest"])
        model, accuracy = inkling.recipes.train("svm", TRAIN)
        self.assertIsInstance(model, inkling.LinearSvm)
        self.assertGreater(accuracy, 0.8)
        with self.assertRaises(inkling.ArgumentError):
            inkling.recipes.train("snn", TRAIN)

    def test_a_saved_model_keeps_what_its_prior_needs(self):
        model = inkling.LinearSvm.fit(TRAIN, hog=True)
        with tempfile.TemporaryDirectory() as folder:
            model.save(Path(folder) / "svm.safetensors", storage="f16", trained_on="a test", notes={"colour": "blue"})
            saved = inkling.load(Path(folder) / "svm.safetensors")
        uniform = inkling.read_character(SEVEN, saved, prior="uniform")  # which fails where the counts are not known
        self.assertEqual(uniform.label, "7")

    def test_exported_models_pass_onnx_own_checker(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("mlp", "svm", "cnn"):
                path = Path(folder) / f"{name}.onnx"
                inkling.load(PROJECT / f"models/{name}.safetensors").export_onnx(path)
                self.assertIn(b"inkling", path.read_bytes()[:20])
                try:
                    import onnx  # Debian: python3-onnx
                except ImportError:
                    continue
                onnx.checker.check_model(str(path), full_check=True)

    def test_data_sets(self):
        self.assertEqual((len(TRAIN), TRAIN.images.shape, TRAIN.labels.dtype), (1200, (1200, 28, 28), np.int32))
        first, second = TRAIN.stratified_split(0.25)
        self.assertEqual((len(first) + len(second), abs(len(second) - 300) < 10), (1200, True))
        colour = inkling.Dataset(np.zeros((2, 3, 4, 5), np.uint8), [0, 1], ["a", "b"])
        self.assertEqual((colour.images.shape, colour.class_names), ((2, 3, 4, 5), ["a", "b"]))
        with self.assertRaises(inkling.ArgumentError):
            inkling.Dataset(np.zeros((2, 3, 4)), [0, 1])
        with self.assertRaises(inkling.ShapeError):
            inkling.Dataset(np.zeros((2, 3, 4), np.uint8), [0])
        features = inkling.hog_features(TRAIN.images[:5])
        self.assertEqual((features.shape[0], features.dtype, features.min() >= 0), (5, np.float32, True))


class Reading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = inkling.load(PROJECT / "models/svm.safetensors")

    def test_a_picture_may_be_a_path_bytes_or_an_array(self):
        grey = inkling.decode(SEVEN)
        colour = np.stack([grey] * 3, axis=-1)
        readings = [inkling.read_character(picture, self.model)
                    for picture in (SEVEN, str(SEVEN), SEVEN.read_bytes(), grey, colour)]
        self.assertEqual({reading.label for reading in readings}, {"7"})
        self.assertEqual(len({reading.probability for reading in readings}), 1)
        self.assertEqual([c.label for c in readings[0].candidates][0], "7")
        self.assertEqual(len(inkling.read_character(SEVEN, self.model, candidates=2).candidates), 2)
        self.assertIn(inkling.read_character(SEVEN, self.model, charset="upper").label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    def test_what_is_no_character_is_told(self):
        cnn = inkling.load(PROJECT / "models/cnn.safetensors")
        grid = np.full((120, 120), 255, np.uint8)
        grid[20:100, 20:100][np.add(*np.indices((80, 80))) // 8 % 2 == 0] = 0  # hatched
        for model in (cnn, pickle.loads(pickle.dumps(cnn))):
            seven = inkling.read_character(SEVEN, model)
            self.assertEqual((seven.unfamiliar, 0.01 < seven.familiarity <= 1), (False, True))
            self.assertTrue(inkling.read_character(grid, model).unfamiliar)
        plain = inkling.read_character(grid, self.model)  # measures nothing of the kind
        self.assertEqual((plain.familiarity, plain.unfamiliar), (None, False))

    def test_normalise(self):
        image = inkling.normalise(SEVEN)
        self.assertEqual((image.shape, image.dtype, image.max()), ((28, 28), np.uint8, 255))
        self.assertEqual(inkling.normalise(SEVEN, side=20).shape, (20, 20))
        with self.assertRaises(inkling.NoInkError):
            inkling.normalise(np.zeros((40, 40), np.uint8))

    def test_a_field(self):
        line = np.concatenate([inkling.decode(SEVEN)] * 3, axis=1)
        reading = inkling.read_field(line, self.model, pattern="###")
        self.assertEqual(reading.text, "777")
        self.assertEqual([character.label for character in reading.characters], ["7"] * 3)
        lefts = [character.box[0] for character in reading.characters]
        self.assertEqual(lefts, sorted(lefts))
        with self.assertRaises(inkling.ArgumentError):
            inkling.read_field(line, self.model, pattern="[")

    def test_a_page_of_a_form(self):
        forms = inkling.FormReader([PROJECT / "examples/forms/form.json"], self.model)
        self.assertEqual(forms.forms, ["village-vote"])
        page = forms.read(PROJECT / "examples/forms/filled-1.png")
        self.assertEqual(page["form"], "village-vote")
        self.assertIn("votes01", page["fields"])
        self.assertEqual(forms.read(np.full((300, 200), 255, np.uint8))["status"], "refused")
        with self.assertRaises(inkling.FileError):
            inkling.FormReader(["none.json"], self.model)


class Stubs(unittest.TestCase):
    def test_stubs_name_what_there_is(self):
        from inkling import _inkling

        tree = ast.parse((PROJECT / "bindings/python/inkling/_inkling.pyi").read_text())
        kinds = (ast.ClassDef, ast.FunctionDef)
        stubs = {node.name: node for node in tree.body if isinstance(node, kinds)}
        self.assertEqual(set(stubs), {name for name in dir(_inkling) if not name.startswith("_")})
        for name, node in stubs.items():
            if isinstance(node, ast.ClassDef):
                told = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                there = {item for item, value in vars(getattr(_inkling, name)).items()
                         if not item.startswith("_") or item == "__init__" and f"{name}(" in (value.__doc__ or "") and "images" in value.__doc__ or item == "__len__"}
                self.assertLessEqual(there - {"__init__"}, told, name)
                self.assertLessEqual(told - {"__init__"}, there, name)
            else:
                arguments = [arg.arg for arg in node.args.args + node.args.kwonlyargs]
                for argument in arguments:
                    self.assertIn(f"{argument}:", getattr(_inkling, name).__doc__, name)

    def test_everything_has_a_docstring(self):
        for name in inkling.__all__:
            if name not in ("estimators",):
                self.assertTrue(inspect.getdoc(getattr(inkling, name)), name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
