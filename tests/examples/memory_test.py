"""The memory that files ask for, sound and hostile ones of every kind: at most 64 MiB and 20 times the file, beyond what
the same command takes with a small sound file.

    INKLING_BIN=build/default/bin INKLING_SAMPLE=data memory_test.py

prints a line a file.
"""

import gzip
import json
import os
import pathlib
import re
import resource
import struct
import subprocess
import sys
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from command import BIN, CommandTest, environment, sample_images, write_mnist
from pictures import drawing, jpeg, jpeg_of_many_scans, png

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
MIB = 1 << 20
# What a process takes is said of its largest ancestor since the last exec, too: so a small one starts it.
LAUNCHER = ("import os, sys; child = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:]); "
            "_, status, usage = os.wait4(child, 0); "
            "print('peak', usage.ru_maxrss, os.waitstatus_to_exitcode(status))")


def has_sanitizer(program):
    return re.search(rb"__[at]san_init", program.read_bytes()) is not None


def tiff(width, height, samples, data):
    """A page of 8 bits a sample, one strip, packed by deflate."""
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 8), (262, 3, 1 if samples == 1 else 2),
               (273, 4, 8), (277, 3, samples), (278, 4, height), (279, 4, len(data))]
    if samples == 4:
        entries.append((338, 3, 1))
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, kind, 1, value)
                                                           for tag, kind, value in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


def webp(width, height):
    """Lossless, of one colour: no bit a pixel (the format's specification, RFC 9649, section 3)."""
    bits = []

    def put(value, count):
        bits.extend(value >> i & 1 for i in range(count))

    put(0x2F, 8)
    put(width - 1, 14)
    put(height - 1, 14)
    put(0, 1 + 3)  # no opacity, version 0
    put(0, 1 + 1 + 1)  # no transform, no cache of colours, one group of codes
    for symbol in (200, 200, 200, 255, 0):  # green, red, blue, opacity, distance: a code of one symbol each
        put(1, 1)
        put(0, 1)
        put(1, 1)
        put(symbol, 8)
    data = bytes(sum(bit << i for i, bit in enumerate(bits[at:at + 8])) for at in range(0, len(bits), 8)) + bytes(8)
    chunk = b"VP8L" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def packed_rows(row, count):
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(row) for _ in range(count)) + packer.flush()


def packed_idx(dims, kind, size):
    """An IDX file of `size` zeros, whatever it declares."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = packer.compress(struct.pack(f">I{len(dims)}I", kind, *dims))
    zeros = bytes(MIB)
    data += b"".join(packer.compress(zeros) for _ in range(size // MIB))
    return data + packer.flush()


def safetensors(header):
    return struct.pack("<Q", len(header)) + header


class Memory(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if has_sanitizer(BIN / "inkling"):
            raise unittest.SkipTest("a sanitizer takes memory of its own")
        cls.picture = cls.folder / "seven.png"
        cls.picture.write_bytes(drawing([(0.2, 0.2), (0.8, 0.2), (0.4, 0.9)]))
        cls.model = MODELS / "cnn.safetensors"

    @staticmethod
    def peak(*command):
        """Most resident bytes of a command, and its exit status."""
        run = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, BIN / "inkling", *map(str, command)],
                             env=environment(), capture_output=True, text=True, timeout=300, check=True)
        kilobytes, status = re.search(r"^peak (\d+) (-?\d+)$", run.stdout, re.MULTILINE).groups()
        return int(kilobytes) * 1024, int(status)

    def bound(self, name, size, idle, status, *command):
        """status: what it must be; none where a file may be read or refused."""
        most, ended = self.peak(*command)
        print(f"{name}: a file of {size} bytes, {(most - idle) / MIB:.1f} MiB", file=sys.stderr)
        self.assertIn(ended, (0, 1) if status is None else (status,), name)
        self.assertLessEqual(most - idle, 64 * MIB + 20 * size, name)

    def test_pictures(self):
        side = 4096
        row = bytes([200]) * side
        pictures = {
            "grey PNG": png(side, side, (b"\0" + row) * side),
            "PNG of 16 bits and four channels": png(side, side, bytes(8 * side + 1) * 8, depth=16, colour=6),
            "PNG of four channels": png(2048, 2048, (b"\0" + bytes(4 * 2048)) * 2048, colour=6),
            "PNG that unfolds": png(8, 8, bytes(64 * MIB)),
            "JPEG": jpeg(side, side),
            "JPEG of 190 megapixels": jpeg(16000, 12000),
            "JPEG of many scans": jpeg_of_many_scans(2048),
            "grey TIFF": tiff(side, side, 1, packed_rows(row, side)),
            "RGB TIFF": tiff(side, side, 3, packed_rows(row * 3, side)),
            "RGBA TIFF": tiff(2600, 2600, 4, packed_rows(bytes([200]) * 4 * 2600, 2600)),
            "RGBA TIFF that is too large": tiff(side, side, 4, packed_rows(row * 4, side)),
            "TIFF that declares more": tiff(16000, 16000, 3, packed_rows(row, 10)),
            "WebP": webp(3600, 3600),
            "WebP that is too large": webp(16383, 16383),
        }
        idle, status = self.peak("predict", "--model", self.model, self.picture)
        self.assertEqual(status, 0)
        file = self.folder / "picture"
        for name, data in pictures.items():
            file.write_bytes(data)
            self.bound(name, len(data), idle, None, "predict", "--model", self.model, file)

    def test_models_and_checkpoints(self):
        many = b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % i for i in range(100000))
        notes = b",".join(b'"%d":""' % i for i in range(400000))
        hostile = {
            "header of another length": struct.pack("<Q", 1 << 40) + b"{}",
            "header of many tensors": safetensors(b"{" + many + b"}"),
            "header of many notes": safetensors(b'{"__metadata__":{' + notes + b"}}"),
            "header of many numbers": safetensors(b'{"a":[' + b"0," * 2000000 + b"0]}"),
            "header of many levels": safetensors(b"[" * 4000000),
            "header of one long text": safetensors(b'{"' + b"a" * 4000000 + b'":0}'),
        }
        idle, status = self.peak("--version")
        self.assertEqual(status, 0)
        file = self.folder / "hostile.safetensors"
        train = ["train", "--model", "mlp", "--data", self.data, "--out", self.folder / "out.safetensors", "--resume"]
        trained = self.peak(*train, "--checkpoint", self.folder / "sound.checkpoint", "--epochs", "1")[0]
        for name, data in hostile.items():
            file.write_bytes(data)
            self.bound("model, " + name, len(data), idle, 1, "predict", "--model", file, self.picture)
            self.bound("checkpoint, " + name, len(data), trained, 1, *train, "--checkpoint", file)
        for kind in ("cnn", "mlp", "svm", "forest"):
            sound = MODELS / f"{kind}.safetensors"
            self.bound(f"model, {kind}", sound.stat().st_size, idle, 0, "predict", "--model", sound, self.picture)

    def test_a_limit_is_said(self):
        """Whatever little memory there is: it works, or one line says that there is not enough."""
        refused = 0
        data = self.folder / "large"
        data.mkdir()
        write_mnist(data, sample_images(0, 300) * 150, self.test_images)
        for limit in range(80, 320, 20):
            run = subprocess.run([BIN / "inkling", "train", "--model", "svm", "--data", data, "--limit", "45000", "--threads", "1",
                                  "--epochs", "1", "--out", self.folder / "limited.safetensors"], env=environment(),
                                 capture_output=True, text=True, timeout=300, check=False,
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit * MIB, limit * MIB)))
            if run.returncode == 0:
                break
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertRegex(run.stderr, r"(?m)^inkling: [^\n]*memory[^\n]*$")
            refused += 1
        self.assertGreater(refused, 0)

    def learn(self, kind, count):
        """The most that learning from so many images takes."""
        data = self.folder / f"learning-{count}"
        if not data.exists():
            data.mkdir()
            write_mnist(data, (sample_images(0, 300) * (count // 300 + 1))[:count], self.test_images)
        most, status = self.peak("train", "--model", kind, "--data", data, "--epochs", "2", "--threads", "1", "--out",
                                 self.folder / "learned.safetensors")
        self.assertEqual(status, 0)
        return most

    def test_learning(self):
        """More images ask for the memory of their features and little else: a byte each, 1440 an image, which the forest
        holds twice. The images themselves are gone by then."""
        for kind, most in (("svm", 1.1 * 1440), ("forest", 2.15 * 1440)):
            an_image = (self.learn(kind, 60000) - self.learn(kind, 20000)) / 40000
            print(f"learning, {kind}: {an_image:.0f} bytes more for an image more", file=sys.stderr)
            self.assertLessEqual(an_image, most, kind)

    def test_learning_from_much(self):
        """Of more than 300 MB of features, the forest holds one copy, without the bytes that are 0."""
        count = 215000
        an_image = (self.learn("forest", count) - self.learn("forest", 300)) / count
        print(f"learning, forest of many images: {an_image:.0f} bytes an image", file=sys.stderr)
        self.assertLessEqual(an_image, 1.05 * 1440)

    def test_data(self):
        idle, status = self.peak("evaluate", "--model", self.model, "--data", self.data)
        self.assertEqual(status, 0)
        folder = self.folder / "idx"
        folder.mkdir()
        images, labels = folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz"
        labels.write_bytes(packed_idx((10,), 0x801, MIB))
        for name, dims, size in (("that unfolds", (340000, 28, 28), 256 * MIB), ("that lies", (4000000000, 28, 28), MIB),
                                 ("of one large image", (1, 40000, 40000), 64 * MIB)):
            data = packed_idx(dims, 0x803, size)
            images.write_bytes(data)
            self.bound("IDX " + name, len(data), idle, 1, "evaluate", "--model", self.model, "--data", folder)
        folder = self.folder / "labelled"
        folder.mkdir()
        for name, text in (("many rows", b"file,text\n" + b"a.png,1\n" * 500000), ("one long row", b"file,text\n" + b"a" * 4000000),
                           ("many fields", b"file,text\n" + b"," * 4000000), ("quotes", b"file,text\n" + b'"' * 4000000)):
            (folder / "labels.csv").write_bytes(text)
            self.bound("labels.csv, " + name, len(text), idle, 1, "evaluate", "--model", self.model, "--data", folder)

    def test_forms(self):
        form = self.folder / "form.json"
        run = self.folder / "run"
        idle, _ = self.peak("form", "read", self.folder / "none.json", self.picture, "--model", self.model, "--out", run)
        for name, text in (("many numbers", b"[" + b"0," * 2000000 + b"0]"), ("many lists", b"[" + b"[]," * 1000000 + b"[]]"),
                           ("many texts", b"[" + b'"",' * 1000000 + b'""]'), ("many levels", b"[" * 4000000),
                           ("many members", json.dumps({str(i): 0 for i in range(300000)}).encode()),
                           ("many fields", b'{"inkling_form":1,"name":"x","fields":[' + b'{"a":0},' * 500000 + b"{}]}")):
            form.write_bytes(text)
            self.bound("form.json, " + name, len(text), idle, 1, "form", "read", form, self.picture, "--model", self.model,
                       "--out", run)


if __name__ == "__main__":
    unittest.main()
