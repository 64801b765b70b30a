"""Makes the folder in which the blocks run: small_data.py PROJECT FOLDER

A small part of the sample under its own name, the shipped cnn and a picture."""

import gzip
import shutil
import struct
import sys
from pathlib import Path


def cut(source, target, samples):
    data = gzip.decompress(source.read_bytes())
    dimensions = data[3]
    header = 4 + 4 * dimensions
    count, *size = struct.unpack(f">{dimensions}I", data[4:header])
    record = 1
    for length in size:
        record *= length
    samples = min(samples, count)
    target.write_bytes(gzip.compress(data[:4] + struct.pack(f">{dimensions}I", samples, *size) +
                                     data[header : header + samples * record]))


if __name__ == "__main__":
    project, folder = map(Path, sys.argv[1:3])
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for source in (project / "data").glob("t10k-*.gz"):
        cut(source, folder / "data" / source.name, samples=600)
    shutil.copy(project / "models/cnn.safetensors", folder)
    shutil.copy(project / "examples/images/seven.png", folder)
