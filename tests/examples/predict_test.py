"""Reading pictures, and handing a model to other programs."""

import itertools
import json
import math
import struct
import unittest

from command import CommandTest, inkling, write_picture, write_png


class Predict(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "forest.safetensors"
        cls().train("forest", cls.model, "--epochs", 60)
        cls.pictures = []
        for i, (_, ink) in enumerate(cls.test_images[:12]):
            cls.pictures.append(cls.folder / f"picture {i}.png")
            write_picture(cls.pictures[-1], ink)

    def runTest(self):
        """Lets setUpClass use the helpers of an instance."""

    def predict(self, *arguments):
        return self.succeed("predict", "--model", self.model, *arguments).stdout.splitlines()

    def test_a_line_for_each_picture(self):
        lines = self.predict(*self.pictures)
        self.assertEqual(len(lines), len(self.pictures))
        right = 0
        for line, picture, (label, _) in zip(lines, self.pictures, self.test_images):
            path, prediction, probability = line.split("\t")
            self.assertEqual(path, str(picture))
            self.assertTrue(0 < float(probability) <= 1)
            right += prediction == str(label)
        self.assertGreaterEqual(right, 6)  # by chance: 1 of 12

    def test_top(self):
        (line,) = self.predict("--top", 3, self.pictures[0])
        fields = line.split("\t")
        self.assertEqual(len(fields), 7)
        self.assertEqual(len(set(fields[1::2])), 3)
        probabilities = [float(field) for field in fields[2::2]]
        self.assertEqual(probabilities, sorted(probabilities, reverse=True))
        self.assertEqual(len(self.predict("--top", 99, self.pictures[0])[0].split("\t")), 21)

    def test_json(self):
        lines = [json.loads(line) for line in self.predict("--json", "--top", 2, *self.pictures[:3])]
        self.assertEqual([line["path"] for line in lines], [str(picture) for picture in self.pictures[:3]])
        for line in lines:
            self.assertEqual(len(line["candidates"]), 2)
            self.assertEqual(line["candidates"][0], {"label": line["prediction"], "probability": line["confidence"]})

    def test_views(self):
        once = self.predict("--top", 10, *self.pictures)
        self.assertEqual(self.predict("--top", 10, "--views", 1, *self.pictures), once)
        several = self.predict("--top", 10, "--views", 5, *self.pictures)
        self.assertNotEqual(several, once)
        for line in several:
            self.assertAlmostEqual(sum(map(float, line.split("\t")[2::2])), 1, places=2)
        for number in (0, 8, "many"):
            self.fail_with(2, "--views", "predict", "--model", self.model, "--views", number, self.pictures[0])

    def test_charset(self):
        for line in self.predict("--charset", "67", "--top", 5, *self.pictures):
            fields = line.split("\t")
            self.assertEqual(sorted(fields[1::2]), ["6", "7"])
            self.assertAlmostEqual(sum(map(float, fields[2::2])), 1, places=3)
        self.fail_with(1, "character set", "predict", "--model", self.model, "--charset", "A-F", self.pictures[0])

    def test_prior(self):
        """The images of one class more than the others: what it wins by that is taken out, by default half of it."""
        def shares(*options):
            answers = []
            for line in self.predict("--top", 10, "--json", *options, *self.pictures):
                answers.append({c["label"]: c["probability"] for c in json.loads(line)["candidates"]})
                self.assertAlmostEqual(sum(answers[-1].values()), 1, places=3)
            return answers

        tempered = shares()
        self.assertEqual(tempered, shares("--prior", "tempered"))
        moved = 0
        for natural, half, uniform in zip(shares("--prior", "natural"), tempered, shares("--prior", "uniform")):
            self.assertEqual(natural.keys(), uniform.keys())
            self.assertNotEqual(natural, uniform)
            for a, b in itertools.combinations(natural, 2):
                if min(natural[a], natural[b], uniform[a], uniform[b]) > 0:
                    ratio = [math.log(answer[a] / answer[b]) for answer in (natural, half, uniform)]
                    self.assertAlmostEqual(2 * ratio[1], ratio[0] + ratio[2], places=3)
                    moved += abs(ratio[2] - ratio[0]) > 0.01
        self.assertGreater(moved, 0)

    def test_a_prior_that_is_asked_for_must_be_known(self):
        """Without class counts in its file a model reads all the same, but not as if it had them."""
        silent = self.folder / "silent.safetensors"
        content = self.model.read_bytes()
        (length,) = struct.unpack("<Q", content[:8])
        header = json.loads(content[8:8 + length])
        del header["__metadata__"]["class_counts"]
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        silent.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length:])
        read = lambda *options: self.succeed("predict", "--model", silent, *options, self.pictures[0]).stdout
        self.assertEqual(read(), read("--prior", "natural"))
        for prior in ("tempered", "uniform"):
            self.fail_with(1, f"--prior {prior}", "predict", "--model", silent, "--prior", prior, self.pictures[0])
            self.fail_with(1, f"--prior {prior}", "read", "--model", silent, "--prior", prior, self.pictures[0])

    def test_steps(self):
        steps = self.folder / "new" / "steps"
        self.predict("--steps", steps, self.pictures[0])
        names = sorted(file.name for file in steps.iterdir())
        self.assertGreater(len(names), 3)
        self.assertTrue(names[-1].startswith("picture 0-") and names[-1].endswith("-normalised.png"), names)
        for file in steps.iterdir():
            self.assertTrue(file.read_bytes().startswith(b"\x89PNG"))

    def test_export(self):
        network, out = self.folder / "mlp.safetensors", self.folder / "mlp.onnx"
        self.train("mlp", network, "--epochs", 1)
        self.succeed("export", "--model", network, "--out", out)
        written = out.read_bytes()
        for part in (b"inkling", b"image", b"scores", b"Gemm", b"label"):
            self.assertTrue(part in written, part)
        self.succeed("export", "--model", network, "--out", out, "--only-scores")
        self.assertFalse(b"label" in out.read_bytes())
        self.succeed("export", "--model", self.model, "--out", self.folder / "forest.onnx")

        small = self.folder / "small.safetensors"
        self.assertIn("i8, ", self.succeed("export", "--model", network, "--out", small, "--storage", "i8").stdout)
        self.assertLess(small.stat().st_size, 0.3 * network.stat().st_size)
        self.succeed("predict", "--model", small, self.pictures[0])
        self.fail_with(2, "--storage needs", "export", "--model", network, "--out", out, "--storage", "i8")
        self.fail_with(2, "--only-scores", "export", "--model", network, "--out", small, "--only-scores")
        svm = self.folder / "svm.safetensors"
        self.train("svm", svm)
        self.fail_with(1, "f32 or f16 for an svm", "export", "--model", svm, "--out", small, "--storage", "i8")

        refused = self.folder / "no.onnx"
        self.fail_with(1, "", "export", "--model", self.pictures[0], "--out", refused)
        self.assertFalse(refused.exists())

    def test_a_bad_picture_does_not_keep_the_others_from_being_read(self):
        blank, text, cut = (self.folder / name for name in ("blank.png", "text.png", "cut.png"))
        write_png(blank, b"\xff" * 400, 20)
        text.write_text("not a picture")
        cut.write_bytes(self.pictures[0].read_bytes()[:120])
        empty = self.folder / "empty"
        empty.mkdir()
        for bad in (blank, text, cut, self.folder / "none.png", empty):
            with self.subTest(bad.name):
                run = inkling("predict", "--model", self.model, self.pictures[0], bad, self.pictures[1])
                self.assertEqual(run.returncode, 1)
                self.assertEqual(len(run.stdout.splitlines()), 2)
                self.assertRegex(run.stderr, r"\Ainkling: [^\n]+\n\Z")
                self.assertIn(str(bad), run.stderr)


if __name__ == "__main__":
    unittest.main()
