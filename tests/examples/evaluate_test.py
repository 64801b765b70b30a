"""Measuring a saved model."""

import json
import struct
import unittest

from command import CommandTest


def without_note(model, note):
    """The bytes of a model file whose metadata lacks one entry."""
    (length,) = struct.unpack("<Q", model[:8])
    header = json.loads(model[8:8 + length])
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
        self.assertEqual(list(result), ["samples", "accuracy", "top2", "macro_f1", "ece"])
        self.assertEqual(result["samples"], 100)
        self.assertGreater(result["accuracy"], 0.6)
        self.assertGreaterEqual(result["top2"], result["accuracy"])
        self.assertLessEqual(result["top2"], 1)
        self.assertGreater(result["macro_f1"], 0.5)
        self.assertTrue(0 <= result["ece"] < 0.5)

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

    def test_uniform_prior(self):
        result = self.measure("--prior", "uniform")
        self.assertEqual(result["samples"], 100)
        self.assertNotEqual(result["ece"], self.measure()["ece"])
        silent = self.folder / "silent.safetensors"
        silent.write_bytes(without_note(self.model.read_bytes(), "class_counts"))
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
