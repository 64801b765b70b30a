"""The checksums of upright pixels and of labels that tests/data/emnist_test.cpp expects. Plain Python.

usage: emnist.py FOLDER_OF_EMNIST_FILES
"""
import gzip
import struct
import sys
import zlib

for split in ("bymerge", "byclass", "balanced", "letters", "digits"):
    for part in ("train", "test"):
        if part == "train" and split in ("bymerge", "byclass"):
            continue  # large
        stem = f"{sys.argv[1]}/emnist-{split}-{part}"
        raw = gzip.open(f"{stem}-images-idx3-ubyte.gz").read()
        count = struct.unpack(">I", raw[4:8])[0]
        stored = raw[16:]
        upright = bytearray(len(stored))
        for x in range(28):
            for y in range(28):
                upright[y * 28 + x::784] = stored[x * 28 + y::784]
        labels = gzip.open(f"{stem}-labels-idx1-ubyte.gz").read()[8:]
        if split == "letters":
            labels = bytes(label - 1 for label in labels)
        print(split, part, count, hex(zlib.crc32(bytes(upright))), hex(zlib.crc32(labels)))
