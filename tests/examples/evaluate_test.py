"""Measuring a saved model."""

import json
import struct
import unittest

from command import CommandTest
from svg import Svg


def with_note(model, note, value):
    """The bytes of a model file with another entry in its metadata; None: without it."""
    (length,) = struct.unpack("<Q", model[:8])
    header = json.loads(model[8:8 + length])
    header["__metadata__"][note] = value
    if value is None:
        del header["__metadata__"][note]
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + model[8 + length:]


class Evaluate(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "svm.safetensors"
        cls().train("svm", cls.model)

    def runTest(self):
        """Lets setUpClass use the helpers of an instance."""

    def measure(self, *arguments):
        run = self.succeed("evaluate", "--model", self.model, "--data", self.data, "--json", *arguments)
        self.assertEqual(run.stdout.count("\n"), 1)
        return json.loads(run.stdout)

    def test_json(self):
        result = self.measure()
        self.assertEqual(list(result), ["samples", "accuracy", "top2", "macro_f1", "ece", "interval"])
        self.assertEqual(result["samples"], 100)
        self.assertGreater(result["accuracy"], 0.6)
        self.assertGreaterEqual(result["top2"], result["accuracy"])
        self.assertLessEqual(result["top2"], 1)
        self.assertGreater(result["macro_f1"], 0.5)
        self.assertTrue(0 <= result["ece"] < 0.5)
        low, high = result["interval"]
        self.assertTrue(0 <= low < result["accuracy"] < high <= 1)
        self.assertAlmostEqual(high - low, 2 * 1.96 * (result["accuracy"] * (1 - result["accuracy"]) / 100) ** 0.5,
                               delta=0.01)

    def test_the_part_it_learned_from(self):
        result = self.measure("--part", "train")
        self.assertEqual(result["samples"], 300)
        self.assertGreater(result["accuracy"], 0.9)

    def test_only_the_scored_part_is_read(self):
        for file in self.data.glob("train-*"):
            file.rename(file.with_suffix(".away"))
        try:
            self.assertEqual(self.measure()["samples"], 100)
        finally:
            for file in self.data.glob("*.away"):
                file.rename(file.with_suffix(""))

    def test_charset_leaves_out_candidates_and_images(self):
        result = self.measure("--charset", "01")
        self.assertEqual(result["samples"], sum(label < 2 for label, _ in self.test_images))
        self.assertEqual(result["top2"], 1)  # no third candidate is left
        self.fail_with(1, "no image", "evaluate", "--model", self.model, "--data", self.data, "--charset", "upper")

    def test_calibration_is_that_of_the_answers_that_are_left(self):
        """One character is left: it is right and certain, once its probability is scaled to 1."""
        result = self.measure("--charset", "7")
        self.assertEqual((result["accuracy"], result["ece"]), (1, 0))
        self.assertEqual(self.measure("--charset", "7", "--prior", "uniform")["ece"], 0)
        natural = self.measure("--charset", "17")
        self.assertLess(natural["ece"], 0.5)  # without scaling, two classes of ten would leave most confidence out
        self.assertNotEqual(natural["ece"], self.measure()["ece"])

    def test_a_prior_is_divided_by_before_characters_are_left_out(self):
        """Which makes no difference to taking it out of those that are left."""
        file = self.folder / "made-up.safetensors"
        def with_counts(counts):
            file.write_bytes(with_note(self.model.read_bytes(), "class_counts", json.dumps(counts)))
            run = self.succeed("evaluate", "--model", file, "--data", self.data, "--charset", "38", "--prior",
                               "uniform", "--json")
            return json.loads(run.stdout)
        natural = self.measure("--charset", "38")
        for others in (1, 1000):  # of the classes that are left out
            counts = [others] * 10
            counts[3] = counts[8] = 30
            result = with_counts(counts)
            for name in ("accuracy", "macro_f1", "ece"):
                self.assertAlmostEqual(result[name], natural[name], places=5)
        counts = [30] * 10
        counts[3] = 10 ** 15  # so that nothing is a 3 any more
        eights = sum(label == 8 for label, _ in self.test_images)
        self.assertAlmostEqual(with_counts(counts)["accuracy"], eights / natural["samples"])

    def test_a_corrupt_prior_is_refused(self):
        file = self.folder / "corrupt.safetensors"
        for counts in ("", "[1,2]", "[" + "-1," * 9 + "1]", "nonsense"):
            file.write_bytes(with_note(self.model.read_bytes(), "class_counts", counts))
            self.succeed("evaluate", "--model", file, "--data", self.data)
            self.fail_with(1, "class_counts", "evaluate", "--model", file, "--data", self.data, "--prior", "uniform")

    def test_the_confusion_matrix_is_drawn(self):
        file = self.folder / "confusion.svg"
        self.measure("--confusion", file)
        svg = Svg(file)
        self.assertEqual(svg.title, "Confusion matrix")
        self.assertIn("100 images", svg.description)
        for words in ("predicted", "true", "0.1 %", "100 %", *"0123456789"):
            self.assertIn(words, svg.text)

    def test_uniform_prior(self):
        result = self.measure("--prior", "uniform")
        self.assertEqual(result["samples"], 100)
        self.assertNotEqual(result["ece"], self.measure()["ece"])
        silent = self.folder / "silent.safetensors"
        silent.write_bytes(with_note(self.model.read_bytes(), "class_counts", None))
        self.succeed("evaluate", "--model", silent, "--data", self.data)
        self.fail_with(1, "does not say", "evaluate", "--model", silent, "--data", self.data, "--prior", "uniform")

    def test_text(self):
        text = self.succeed("evaluate", "--model", self.model, "--data", self.data).stdout
        self.assertIn("MNIST test, 100 images", text)
        self.assertRegex(text, r"accuracy +\d+\.\d\d % +\(95 % interval \d+\.\d\d to \d+\.\d\d %\)")
        self.assertRegex(text, r"true  predicted  times\n  \d +\d +\d+\n")

    def test_damaged_models(self):
        whole = self.model.read_bytes()
        damaged = self.folder / "damaged.safetensors"
        flipped = bytearray(whole)
        flipped[len(whole) // 2 + 3] ^= 0x40
        for bytes_ in (b"", whole[:100], whole[:-1], whole + b"\0", b"\xff" * 8 + whole[8:], bytes(flipped)):
            damaged.write_bytes(bytes_)
            self.fail_with(1, "damaged.safetensors", "evaluate", "--model", damaged, "--data", self.data)


if __name__ == "__main__":
    unittest.main()
