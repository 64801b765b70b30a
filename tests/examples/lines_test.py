"""Training the network that reads lines of numbers, and reading with it."""

import json
import shutil
import unittest

from command import CommandTest, interrupt_when, sample_images, start, write_picture, write_png


class Lines(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "svm.safetensors"
        cls().train("svm", cls.model)
        cls.lines = cls.folder / "lines.safetensors"
        cls().succeed(*cls.training(cls.lines))
        cls.picture = cls.folder / "digit.png"
        write_picture(cls.picture, sample_images(0, 1)[0][1])

    def runTest(self):
        """Lets setUpClass use the helpers of an instance."""

    @classmethod
    def training(cls, out, *arguments, steps=2):
        return ["lines", "--data", cls.data, "--out", out, "--steps", steps, *arguments]

    def read(self, *arguments):
        run = self.succeed("read", "--model", self.model, "--json", "--charset", "digits", *arguments, self.picture)
        return json.loads(run.stdout)

    def test_the_network_is_the_same_for_any_number_of_threads_and_another_for_another_seed(self):
        out = self.folder / "again.safetensors"
        run = self.succeed(*self.training(out, "--threads", 1))
        self.assertRegex(run.stdout, r"again\.safetensors: [\d,]+ bytes, trained on lines of numbers composed of .* digits of MNIST")
        self.assertEqual(out.read_bytes(), self.lines.read_bytes())
        self.succeed(*self.training(out, "--seed", 2))
        self.assertNotEqual(out.read_bytes(), self.lines.read_bytes())

    def test_an_interrupted_run_goes_on_to_the_same_network(self):
        whole, out = self.folder / "whole.safetensors", self.folder / "resumed.safetensors"
        checkpoint = ["--checkpoint", self.folder / "run"]
        process = start(*self.training(out, *checkpoint, steps=17))
        _, stderr = interrupt_when(process, "step 8/")  # it looks again after step 16
        self.assertEqual(process.returncode, 130, stderr)
        self.assertIn("go on with the same command and --resume", stderr.splitlines()[-1])
        self.assertFalse(out.exists())
        self.fail_with(1, "another run", *self.training(out, *checkpoint, "--resume", "--seed", 2, steps=17))
        self.succeed(*self.training(out, *checkpoint, "--resume", steps=17))
        self.succeed(*self.training(whole, steps=17))
        self.assertEqual(out.read_bytes(), whole.read_bytes())

    def test_other_hands_are_learned_from(self):
        hand = self.folder / "hand"
        for digit in range(10):
            (hand / str(digit)).mkdir(parents=True)
            for i, (_, ink) in enumerate([image for image in sample_images(0, 200) if image[0] == digit][:3]):
                write_png(hand / str(digit) / f"{i}.png", bytes(255 - value for value in ink), 28)
        out = self.folder / "hands.safetensors"
        self.assertIn(", 30 digits of ", self.succeed(*self.training(out, "--also", hand)).stdout)
        self.assertNotEqual(out.read_bytes(), self.lines.read_bytes())
        shutil.rmtree(hand / "7")
        self.fail_with(1, "hand 1 has no image of the digit 7", *self.training(out, "--also", hand))

    def test_what_cannot_be_written_is_found_out_before_training(self):
        self.fail_with(1, "expected a folder for --out", *self.training(self.folder / "none" / "lines.safetensors"))
        self.fail_with(2, "--checkpoint", *self.training(self.lines, "--resume"))

    def test_read_takes_the_network_that_is_named_or_lies_beside_the_model(self):
        by_characters = self.read("--lines", "none")
        named = self.read("--lines", self.lines)
        self.assertNotEqual(named, by_characters)
        self.assertEqual(self.read(), by_characters)  # nothing lies there
        beside = self.folder / "lines" / "numbers.safetensors"
        beside.parent.mkdir()
        shutil.copy(self.lines, beside)
        try:
            self.assertEqual(self.read(), named)
            self.assertEqual(self.read("--lines", "none"), by_characters)
            beside.write_bytes(self.lines.read_bytes()[:1000])
            self.fail_with(1, "numbers.safetensors", "read", "--model", self.model, self.picture)
        finally:
            shutil.rmtree(beside.parent)

    def test_models_are_not_taken_for_each_other(self):
        wrong = self.fail_with(1, 'expected a model that reads lines, got one of kind "svm"', "read", "--model", self.model,
                               "--lines", self.model, self.picture)
        self.assertIn("svm.safetensors", wrong.stderr)
        self.fail_with(1, "it reads lines as a whole", "predict", "--model", self.lines, self.picture)
        self.fail_with(1, "nowhere", "read", "--model", self.model, "--lines", self.folder / "nowhere", self.picture)


if __name__ == "__main__":
    unittest.main()
