"""Training: every kind of model, whatever the number of threads, cut short and continued."""

import json
import pathlib
import shutil
import struct
import unittest

from command import BIN, CommandTest, environment, interrupt_when, sample_images, start, write_idx, write_picture
from svg import Svg

import subprocess


def metadata(model):
    bytes_ = pathlib.Path(model).read_bytes()
    (length,) = struct.unpack("<Q", bytes_[:8])
    return json.loads(bytes_[8:8 + length])["__metadata__"]


class Train(CommandTest):
    def test_every_kind(self):
        for model, arguments in (("cnn", ["--epochs", 1, "--limit", 120]), ("mlp", ["--epochs", 2]), ("svm", []),
                                 ("forest", ["--epochs", 12])):
            with self.subTest(model):
                out = self.folder / f"{model}.safetensors"
                run = self.train(model, out, "--seed", 3, *arguments)
                images = 120 if "--limit" in arguments else 300
                self.assertIn(f"MNIST train, {images} images, seed 3", run.stdout)
                about = metadata(out)
                self.assertEqual(about["trained_on"], f"MNIST train, {images} images, seed 3")
                self.assertEqual(about["model"], model)
                self.assertEqual(sum(json.loads(about["class_counts"])), images)
                self.check_accuracy(json.loads(about["accuracy"]), model, images)

    def check_accuracy(self, measured, model, images):
        """Of what was held out, or of what not every tree has seen."""
        self.assertEqual(measured["on"], "MNIST train, " + ("out of bag" if model == "forest" else "held out"))
        if model == "forest":
            self.assertTrue(images / 2 < measured["samples"] <= images, measured)
        else:
            self.assertTrue(0 < measured["samples"] < images / 10, measured)
        right = measured["share"] * measured["samples"]
        self.assertAlmostEqual(right, round(right), places=6)
        self.assertTrue(0 <= measured["share"] <= 1, measured)
        if model in ("svm", "forest"):  # networks hardly learned in so few epochs
            self.assertGreater(measured["share"], 0.5)

    def test_too_few_images_to_hold_any_out(self):
        out = self.folder / "few.safetensors"
        for model in ("mlp", "svm"):
            self.train(model, out, "--limit", 8, "--epochs", 1)
            self.assertNotIn("accuracy", metadata(out))

    def test_log_lines_when_stderr_is_no_terminal(self):
        run = self.train("mlp", self.folder / "m.safetensors", "--epochs", 3)
        lines = run.stderr.splitlines()
        self.assertEqual(len(lines), 3, run.stderr)
        for number, line in enumerate(lines, 1):
            self.assertRegex(line, rf"^mlp  epoch {number}/3  loss \d+\.\d+  accuracy .* %  validation .* %  .* s$")

    def test_threads_do_not_change_the_model(self):
        for model, epochs in (("mlp", 2), ("svm", 50), ("forest", 5)):
            with self.subTest(model):
                files = [self.folder / f"{model}-{threads}.safetensors" for threads in (1, 2, 3)]
                for threads, file in enumerate(files, 1):
                    self.train(model, file, "--epochs", epochs, "--threads", threads)
                self.assertEqual(files[0].read_bytes(), files[1].read_bytes())
                self.assertEqual(files[0].read_bytes(), files[2].read_bytes())

    def test_seed_changes_the_model(self):
        files = [self.folder / f"seed-{seed}.safetensors" for seed in (1, 2)]
        for seed, file in enumerate(files, 1):
            self.train("forest", file, "--epochs", 3, "--seed", seed)
        self.assertNotEqual(files[0].read_bytes(), files[1].read_bytes())

    def test_going_on_from_a_network_with_found_ink_and_more_pictures(self):
        first, second = self.folder / "first.safetensors", self.folder / "second.safetensors"
        self.train("mlp", first)
        hand = self.folder / "hand"
        for i, (label, ink) in enumerate(sample_images(0, 20)):
            (hand / str(label)).mkdir(parents=True, exist_ok=True)
            write_picture(hand / str(label) / f"{i}.png", ink)
        run = self.train("mlp", second, "--from", first, "--found-ink", "0.3", "--also", hand, "--also-times", "2",
                         "--epochs", "2")
        self.assertIn("300 images, 0.3 of them as found, and 2 times 20, from a trained network, seed 1", run.stdout)
        self.fail_with(2, "--from: the svm always begins anew", "train", "--model", "svm", "--out", second, "--data",
                       self.data, "--from", first)
        run = self.train("mlp", second, "--teacher", first, "--epochs", "2")
        self.assertIn("300 images, taught by a network, seed 1", run.stdout)
        self.fail_with(2, "--teacher: the forest learns from labels alone", "train", "--model", "forest", "--out", second,
                       "--data", self.data, "--teacher", first)
        self.fail_with(2, "--found-ink", "train", "--model", "mlp", "--out", second, "--data", self.data, "--found-ink",
                       "1.5")

    def test_c_of_the_svm(self):
        small, chosen = self.folder / "small.safetensors", self.folder / "chosen.safetensors"
        self.train("svm", small, "--c", "1e-6")
        run = self.train("svm", chosen, "--c", "auto")
        self.assertRegex(run.stdout, r"svm: c = [0-9.]+ by cross-validation")
        self.assertNotEqual(small.read_bytes(), chosen.read_bytes())

    def test_an_svm_that_did_not_converge_is_reported(self):
        out = self.folder / "early.safetensors"
        run = self.train("svm", out, "--epochs", 2)
        self.assertRegex(run.stdout, r"svm: \d+ of 10 classes did not converge")
        self.assertNotIn("converge", self.train("svm", out).stdout)

    def test_half_precision_halves_the_file(self):
        full, half = self.folder / "full.safetensors", self.folder / "half.safetensors"
        self.train("svm", full)
        self.train("svm", half, "--storage", "f16")
        self.assertLess(half.stat().st_size, 0.7 * full.stat().st_size)

    def arguments(self, out, checkpoint, epochs):
        return ["train", "--model", "mlp", "--out", out, "--data", self.data, "--epochs", epochs, "--checkpoint",
                checkpoint]

    def test_resume_without_a_checkpoint_begins_anew(self):
        out = self.folder / "new.safetensors"
        run = self.succeed(*self.arguments(out, self.folder / "new.checkpoint", 2), "--resume")
        self.assertIn("epoch 1/2", run.stderr)

    def test_the_learning_curve_is_drawn(self):
        file = self.folder / "curve.svg"
        self.train("mlp", self.folder / "c.safetensors", "--epochs", 5, "--curve", file)
        svg = Svg(file)
        self.assertEqual([len(points) for points in svg.lines], [5, 5, 5, 5])  # training and validation of two measures
        for words in ("Accuracy", "Loss", "training", "validation", "epoch", "best validation"):
            self.assertIn(words, svg.text)
        self.assertEqual(svg.title, "Learning curve")
        self.assertIn("Epochs 1 to 5", svg.description)

    def test_a_curve_of_one_epoch_and_without_validation(self):
        file = self.folder / "point.svg"
        self.train("mlp", self.folder / "p.safetensors", "--epochs", 1, "--limit", 8, "--curve", file)
        svg = Svg(file)
        self.assertEqual([len(points) for points in svg.lines], [1, 0, 1, 0])
        self.assertNotRegex(file.read_text(), r"[\">, ]-?(nan|inf)")

    def test_interrupt_keeps_what_is_learned(self):
        out = self.folder / "interrupted.safetensors"
        process = start("train", "--model", "mlp", "--out", out, "--data", self.data, "--epochs", 100000)
        stdout, stderr = interrupt_when(process, "epoch 1/")
        self.assertEqual(process.returncode, 130, stderr)
        self.assertIn("stopping", stderr)
        self.assertIn("interrupted; the model has learned a part only", stderr.splitlines()[-1])
        self.assertIn("interrupted.safetensors", stdout)
        self.succeed("evaluate", "--model", out, "--data", self.data)

    def test_an_installed_command_finds_its_sample(self):
        prefix = self.folder / "prefix"
        (prefix / "bin").mkdir(parents=True)
        (prefix / "share/inkling/data").mkdir(parents=True)
        shutil.copy(BIN / "inkling", prefix / "bin")
        write_idx(prefix / "share/inkling/data", "t10k", sample_images(0, 100))
        run = subprocess.run([prefix / "bin/inkling", "train", "--model", "svm", "--out", self.folder / "s.safetensors"],
                             env=environment(), capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"MNIST sample train, (79|80|81) images")


if __name__ == "__main__":
    unittest.main()
