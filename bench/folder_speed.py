#!/usr/bin/env python3
"""What `inkling predict` of a folder of pictures costs against the network alone on the same images.

    bench/folder_speed.py MODEL INKLING[:LEVEL]... [--rounds 5] [--threads 2] [--pictures 10000]

INKLING:LEVEL is run with that INKLING_LEVEL. The pictures are the sample's 10,000 digits (data/) as PNG files of 28x28 pixels, dark
on light. `predict` finds, decodes, normalises and classifies them one by one. The network alone is `inkling evaluate` of the same images, which classifies them by
32 at once. What a picture costs is the difference between all of them and a fifth, so that start and loading are left out; of several
programs and of both commands in turn. Medians of the rounds count, and the ratio to the first program's network.
"""

import argparse
import gzip
import os
import pathlib
import resource
import statistics
import struct
import subprocess
import tempfile
import time
import zlib

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
SIDE = 28


def png(pixels):
    rows = b"".join(b"\0" + bytes(255 - ink for ink in pixels[y * SIDE:(y + 1) * SIDE]) for y in range(SIDE))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def write(folder, images, labels, count):
    """folder/idx, as evaluate wants it, and folder/png, as predict does."""
    (folder / "idx").mkdir(parents=True)
    (folder / "png").mkdir()
    (folder / "idx/t10k-images-idx3-ubyte").write_bytes(
        struct.pack(">IIII", 2051, count, SIDE, SIDE) + images[:count * SIDE * SIDE])
    (folder / "idx/t10k-labels-idx1-ubyte").write_bytes(struct.pack(">II", 2049, count) + labels[:count])
    for i in range(count):
        (folder / f"png/{i:05}.png").write_bytes(png(images[i * SIDE * SIDE:(i + 1) * SIDE * SIDE]))


def seconds(command, threads):
    """By the clock, and of the processor."""
    program, _, level = command[0].partition(":")
    command = [program, *command[1:]]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive", "INKLING_LEVEL": level}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description="What predicting a folder costs against the network alone.")
    parser.add_argument("model")
    parser.add_argument("inkling", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pictures", type=int, default=10000)
    options = parser.parse_args()
    images = gzip.decompress((DATA / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((DATA / "t10k-labels-idx1-ubyte.gz").read_bytes())[8:]
    counts = (options.pictures, options.pictures // 5)
    with tempfile.TemporaryDirectory() as scratch:
        folders = [pathlib.Path(scratch, str(count)) for count in counts]
        for folder, count in zip(folders, counts):
            write(folder, images, labels, count)
        costs = {}
        for _ in range(options.rounds):
            for inkling in options.inkling:
                for name, arguments in (("evaluate", ["--data", "idx"]), ("predict", ["png"])):
                    command = [inkling, name, "--model", options.model, *arguments[:-1]]
                    all_of_them, some = (seconds([*command, str(folder / arguments[-1])], options.threads)
                                         for folder in folders)
                    costs.setdefault((inkling, name), []).append(
                        [1e6 * (a - b) / (counts[0] - counts[1]) for a, b in zip(all_of_them, some)])
    medians = {name: [statistics.median(values) for values in zip(*rounds)] for name, rounds in costs.items()}
    clock_of_network, processor_of_network = medians[options.inkling[0], "evaluate"]
    for (inkling, name), (clock, processor) in medians.items():
        print(f"{inkling} {name}: {clock:.0f} us a picture, {clock / clock_of_network:.2f} times the network; "
              f"{processor:.0f} us of the processor, {processor / processor_of_network:.2f} times")


if __name__ == "__main__":
    main()
