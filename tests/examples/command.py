"""Runs the built programs on small data made from the sample."""

import gzip
import os
import pathlib
import signal
import struct
import subprocess
import tempfile
import unittest
import zlib

BIN = pathlib.Path(os.environ["INKLING_BIN"])
SAMPLE = pathlib.Path(os.environ["INKLING_SAMPLE"])
SIDE = 28


def environment():
    """Without what the user's own shell may say about data."""
    return {name: value for name, value in os.environ.items() if name != "INKLING_DATA"}


def inkling(*arguments, cwd=None, env=None):
    return subprocess.run([BIN / "inkling", *map(str, arguments)], cwd=cwd, env=env or environment(),
                          capture_output=True, text=True, timeout=600, check=False)


def start(*arguments):
    return subprocess.Popen([BIN / "inkling", *map(str, arguments)], env=environment(), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def interrupt_when(process, text):
    """Presses Ctrl-C when a line of the process's messages has the text; what it said until its end: (output, log)."""
    for line in process.stderr:
        if text in line:
            process.send_signal(signal.SIGINT)
            break
    return process.communicate(timeout=300)


def sample_images(first, count):
    """[(label, 784 bytes of ink)]"""
    with gzip.open(SAMPLE / "t10k-images-idx3-ubyte.gz") as file:
        pixels = file.read()[16:]
    with gzip.open(SAMPLE / "t10k-labels-idx1-ubyte.gz") as file:
        labels = file.read()[8:]
    size = SIDE * SIDE
    return [(labels[i], pixels[i * size:(i + 1) * size]) for i in range(first, first + count)]


def write_idx(folder, prefix, images):
    header = struct.pack(">IIII", 0x803, len(images), SIDE, SIDE)
    (folder / f"{prefix}-images-idx3-ubyte").write_bytes(header + b"".join(pixels for _, pixels in images))
    header = struct.pack(">II", 0x801, len(images))
    (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(header + bytes(label for label, _ in images))


def write_mnist(folder, train, test):
    write_idx(folder, "train", train)
    write_idx(folder, "t10k", test)


def write_png(path, grey, side):
    """grey: side * side bytes, 255 white"""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + grey[y * side:(y + 1) * side] for y in range(side))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_picture(path, ink, factor=4):
    """Dark ink on light paper, enlarged, with a border."""
    border = 10
    side = SIDE * factor + 2 * border
    grey = bytearray(b"\xff" * (side * side))
    for y in range(SIDE * factor):
        for x in range(SIDE * factor):
            grey[(y + border) * side + x + border] = 255 - ink[(y // factor) * SIDE + x // factor]
    write_png(path, bytes(grey), side)


def small_disk(folder, kibibytes):
    """A file system of its own that is soon full; False where that is not allowed."""
    folder.mkdir()
    return os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", folder], capture_output=True, check=False).returncode == 0


class CommandTest(unittest.TestCase):
    """A folder of its own, and 300 + 100 images in `data`."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.data = cls.folder / "data"
        cls.data.mkdir()
        cls.test_images = sample_images(300, 100)
        write_mnist(cls.data, sample_images(0, 300), cls.test_images)

    def succeed(self, *arguments, **options):
        run = inkling(*arguments, **options)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run

    def fail_with(self, status, text, *arguments, **options):
        """One line `inkling: ...` on stderr, nothing on stdout."""
        run = inkling(*arguments, **options)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        self.assertRegex(run.stderr, r"\Ainkling: [^\n]+\n\Z")
        self.assertIn(text, run.stderr)
        self.assertEqual(run.stdout, "")
        return run

    def train(self, model, out, *arguments):
        return self.succeed("train", "--model", model, "--out", out, "--data", self.data, *arguments)
