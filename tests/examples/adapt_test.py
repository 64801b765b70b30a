"""Fitting a trained network to a few samples."""

import re
import unittest

from command import SIDE, CommandTest, inkling, sample_images, write_png


def mirrored(ink):
    """As somebody would write who writes in a mirror; dark on white."""
    return bytes(255 - ink[y * SIDE + SIDE - 1 - x] for y in range(SIDE) for x in range(SIDE))


class Adapt(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "mlp.safetensors"
        cls().train("mlp", cls.model)
        cls.hand = cls.folder / "hand"
        for i, (label, ink) in enumerate(sample_images(0, 80)):
            (cls.hand / str(label)).mkdir(parents=True, exist_ok=True)
            write_png(cls.hand / str(label) / f"{i}.png", mirrored(ink), SIDE)

    def runTest(self):
        """Lets setUpClass use the helpers of an instance."""

    def test_both_accuracies_are_printed_and_the_new_one_is_what_the_model_reaches(self):
        out = self.folder / "mine.safetensors"
        run = self.succeed("adapt", "--model", self.model, "--data", self.hand, "--out", out, "--known", self.data)
        before, after = map(float, re.search(r"^yours: ([\d.]+) % -> ([\d.]+) % of 80 pictures", run.stdout).groups())
        self.assertGreater(after, before + 10)
        self.assertRegex(run.stdout, r"MNIST test: [\d.]+ % -> [\d.]+ % of 100 images")
        self.assertRegex(run.stdout, r"mine.safetensors: [\d,]+ bytes, \d+ % of the way")
        old = self.succeed("predict", "--model", self.model, *sorted(self.hand.glob("*/*.png"))).stdout
        new = self.succeed("predict", "--model", out, *sorted(self.hand.glob("*/*.png"))).stdout
        self.assertGreater(self.right(new), self.right(old) + 8)

    @staticmethod
    def right(answers):
        """hand/7/12.png<TAB>7<TAB>0.99"""
        rows = [line.split("\t") for line in answers.splitlines()]
        return sum(row[0].split("/")[-2] == row[1] for row in rows)

    def test_a_label_that_the_model_does_not_know_is_named(self):
        other = self.folder / "other"
        (other / "Q").mkdir(parents=True)
        write_png(other / "Q" / "1.png", mirrored(sample_images(0, 1)[0][1]), SIDE)
        run = inkling("adapt", "--model", self.model, "--data", other, "--out", self.folder / "no.safetensors")
        self.assertEqual(run.returncode, 1)
        self.assertIn("the label 'Q' is none of the model's classes: 0 1 2", run.stderr)
        self.assertFalse((self.folder / "no.safetensors").exists())

    def test_only_networks_adapt(self):
        svm = self.folder / "svm.safetensors"
        self.train("svm", svm)
        run = inkling("adapt", "--model", svm, "--data", self.hand, "--out", self.folder / "no.safetensors")
        self.assertEqual(run.returncode, 1)
        self.assertIn("expected a network (cnn or mlp), got a model of kind svm", run.stderr)


if __name__ == "__main__":
    unittest.main()
