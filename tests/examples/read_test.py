"""Reading lines of several characters."""

import json
import unittest

from command import SIDE, CommandTest, inkling, write_png


def write_line(path, inks, factor=2, gap=6):
    """Dark ink on a square sheet, the characters side by side in its middle."""
    side = (SIDE + gap) * factor * len(inks) + 40
    grey = bytearray(b"\xff" * (side * side))
    top = (side - SIDE * factor) // 2
    for i, ink in enumerate(inks):
        left = 20 + i * (SIDE + gap) * factor
        for y in range(SIDE * factor):
            for x in range(SIDE * factor):
                grey[(top + y) * side + left + x] = 255 - ink[(y // factor) * SIDE + x // factor]
    write_png(path, bytes(grey), side)


class Read(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "forest.safetensors"
        cls().train("forest", cls.model, "--epochs", 60)
        cls.line = cls.folder / "line.png"
        write_line(cls.line, [ink for _, ink in cls.test_images[:4]])

    def runTest(self):
        """Lets setUpClass use the helpers of an instance."""

    def read(self, *arguments):
        return self.succeed("read", "--model", self.model, *arguments).stdout.splitlines()

    def test_a_line_for_each_picture(self):
        (line,) = self.read(self.line)
        path, text = line.split("\t")
        self.assertEqual(path, str(self.line))
        self.assertTrue(text.isdigit())

    def test_pattern(self):
        for pattern, length in (("####", 4), ("#/###", 5), ("*#", None)):
            (line,) = self.read("--pattern", pattern, self.line)
            text = line.split("\t")[1]
            if length is not None:
                self.assertEqual(len(text), length)
        self.fail_with(2, "--pattern", "read", "--model", self.model, "--pattern", "#*", self.line)
        self.fail_with(1, "character set", "read", "--model", self.model, "--pattern", "A", self.line)

    def test_json(self):
        (line,) = self.read("--json", "--pattern", "####", self.line)
        reading = json.loads(line)
        self.assertEqual(reading["path"], str(self.line))
        self.assertEqual("".join(c["label"] for c in reading["characters"]), reading["prediction"])
        lefts = []
        for character in reading["characters"]:
            x, _, width, height = character["box"]
            self.assertTrue(width > 0 and height > 0)
            lefts.append(x)
            self.assertEqual(character["candidates"][0],
                             {"label": character["label"], "probability": character["confidence"]})
        self.assertEqual(lefts, sorted(lefts))
        self.assertGreaterEqual(len(reading["lattice"]), 4)
        self.assertEqual(max(way["score"] for way in reading["lattice"]), 0)

    def test_a_bad_picture_does_not_keep_the_others_from_being_read(self):
        blank = self.folder / "blank.png"
        write_png(blank, b"\xff" * 400, 20)
        empty = self.folder / "empty"
        empty.mkdir()
        for bad in (blank, self.folder / "none.png", empty):
            run = inkling("read", "--model", self.model, self.line, bad, self.line)
            self.assertEqual(run.returncode, 1)
            self.assertEqual(len(run.stdout.splitlines()), 2)
            self.assertRegex(run.stderr, r"\Ainkling: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
