"""The shared library from Python's ctypes, and what it exports: ctypes_test.py LIBRARY PROJECT"""

import ctypes
import os
import re
import struct
import subprocess
import sys
import unittest
import zlib
from pathlib import Path

LIBRARY, PROJECT = map(Path, sys.argv[1:3])
HEADER = (PROJECT / "bindings/c/include/inkling.h").read_text()


class Candidate(ctypes.Structure):
    _fields_ = [("label", ctypes.c_char_p), ("probability", ctypes.c_double), ("class_index", ctypes.c_int32)]


class Character(ctypes.Structure):
    _fields_ = [("label", ctypes.c_char_p), ("confidence", ctypes.c_double),
                *((name, ctypes.c_double) for name in ("x", "y", "width", "height")),
                ("candidate_count", ctypes.c_size_t), ("candidates", ctypes.POINTER(Candidate))]


class Reading(ctypes.Structure):
    _fields_ = [("text", ctypes.c_char_p), ("character_count", ctypes.c_size_t),
                ("characters", ctypes.POINTER(Character))]


def png(width, height, rows=None):
    """White, of two levels."""
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(row * (rows or height))) + chunk(b"IEND", b""))


class CtypesTest(unittest.TestCase):
    def test_what_is_exported_is_what_the_header_declares(self):
        declared = set(re.findall(r"^INKLING_API [^(]*?\b(inkling_\w+)\(", HEADER, re.MULTILINE))
        listed = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], capture_output=True, text=True, check=True).stdout
        exported = {line.split()[2].split("@")[0] for line in listed.splitlines()} - {"INKLING_0"}
        self.assertEqual(exported, declared)
        self.assertGreaterEqual(len(declared), 12)

    def test_the_name_says_the_abi(self):
        told = subprocess.run(["readelf", "-d", LIBRARY], capture_output=True, text=True, check=True).stdout
        self.assertIn("Library soname: [libinkling.so.0]", told)

    def test_a_picture_is_read(self):
        inkling = ctypes.CDLL(str(LIBRARY))
        inkling.inkling_last_error.restype = ctypes.c_char_p
        model, picture, reading = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.POINTER(Reading)()
        path = os.fsencode(PROJECT / "models/svm.safetensors")
        self.assertEqual(inkling.inkling_load(path, ctypes.byref(model)), 0, inkling.inkling_last_error())
        png = (PROJECT / "examples/images/seven.png").read_bytes()
        self.assertEqual(inkling.inkling_decode(png, ctypes.c_size_t(len(png)), ctypes.byref(picture)), 0)
        self.assertEqual(inkling.inkling_read_character(model, picture, None, ctypes.byref(reading)), 0)
        character = reading.contents.characters[0]
        self.assertEqual(reading.contents.text, b"7")
        self.assertEqual(character.candidate_count, 5)
        self.assertEqual(character.candidates[0].class_index, 7)
        self.assertEqual(character.candidates[0].probability, character.confidence)
        inkling.inkling_free(reading)
        inkling.inkling_free(picture)
        inkling.inkling_model_free(model)

    def decode(self, inkling, png):
        """The code, and the width and height of the picture."""
        picture = ctypes.POINTER(ctypes.c_size_t * 2)()
        code = inkling.inkling_decode(png, ctypes.c_size_t(len(png)), ctypes.byref(picture))
        size = list(picture.contents) if code == 0 else None
        inkling.inkling_free(picture)
        return code, size

    def test_a_scanned_page_is_decoded_and_a_picture_of_gigabytes_is_not(self):
        inkling = ctypes.CDLL(str(LIBRARY))
        inkling.inkling_last_error.restype = ctypes.c_char_p
        self.assertEqual(self.decode(inkling, png(4960, 7016)), (0, [4960, 7016]))  # A4 at 600 dpi
        self.assertEqual(self.decode(inkling, png(60_000, 60_000, rows=1))[0], 2)
        self.assertIn(b"pixels", inkling.inkling_last_error())
        self.assertEqual(self.decode(inkling, b"")[0], 2)

    def test_an_error_is_a_code_and_a_sentence(self):
        inkling = ctypes.CDLL(str(LIBRARY))
        inkling.inkling_last_error.restype = ctypes.c_char_p
        model = ctypes.c_void_p()
        self.assertEqual(inkling.inkling_load_bytes(b"junk", ctypes.c_size_t(4), ctypes.byref(model)), 2)
        self.assertIsNone(model.value)
        self.assertIn(b"the model", inkling.inkling_last_error())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
