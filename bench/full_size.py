#!/usr/bin/env python3
"""Whether training takes time and memory in proportion to the images: EMNIST's full size against a sample of it.

    bench/full_size.py INKLING EMNIST_FOLDER [--models cnn forest] [--images 192946 697932] [--threads 1] [--repeat 1]

EMNIST_FOLDER has the files of bymerge, whole or a sample. What is missing to each of --images is made of what is there, moved by a pixel
in eight directions. The cnn learns for one epoch, the forest grows --trees trees. All sizes run side by side, so that what
else the machine does meets them alike, the smaller again and again until the largest has ended; processor time counts. Prints seconds of the
processor, the peak of the memory, and both an image as ratios to the first size's.
"""

import argparse
import gzip
import os
import pathlib
import statistics
import struct
import subprocess
import tempfile
import threading
import time

SIDE = 28
MOVES = [0, 1, -1, SIDE, -SIDE, SIDE + 1, SIDE - 1, -SIDE + 1, -SIDE - 1]  # EMNIST has an empty border of two pixels


def read(folder, what):
    path = folder / f"emnist-bymerge-{what}-ubyte"
    return path.read_bytes() if path.exists() else gzip.decompress(path.with_name(path.name + ".gz").read_bytes())


def write(folder, source, count):
    """A folder of `count` training images."""
    folder.mkdir()
    for path in source.glob("emnist-bymerge-*"):
        if "-train-" not in path.name:
            (folder / path.name).symlink_to(path.resolve())
    images, labels = read(source, "train-images-idx3")[16:], read(source, "train-labels-idx1")[8:]
    with open(folder / "emnist-bymerge-train-images-idx3-ubyte", "wb") as file:
        file.write(struct.pack(">IIII", 2051, count, SIDE, SIDE))
        left = count
        for move in MOVES:
            part = (images[-move:] + images[:-move] if move else images)[:left * SIDE * SIDE]
            left -= len(part) // (SIDE * SIDE)
            file.write(part)
    if left:
        raise SystemExit(f"{count} images are more than {len(MOVES)} times {len(labels)}")
    many = (labels * len(MOVES))[:count]
    (folder / "emnist-bymerge-train-labels-idx1-ubyte").write_bytes(struct.pack(">II", 2049, count) + many)


def train(options, model, folder, out):
    """Seconds of the processor and by the clock, megabytes at the peak."""
    command = [options.inkling, "train", "--model", model, "--data", folder, "--split", "bymerge", "--threads", options.threads,
               "--epochs", 1 if model == "cnn" else options.trees, "--out", out]
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"inkling train: status {process.returncode}")
    return used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss / 1024


def measure(options, model, folders, scratch):
    """For each size, what its runs took: the largest --repeat times, the others all the while."""
    runs = {count: [] for count in folders}
    largest, ended = max(folders), threading.Event()

    def go_on(count):
        while not runs[count] or (count != largest and not ended.is_set()):
            runs[count].append(train(options, model, folders[count], scratch / f"{count}.safetensors"))
        for _ in range(options.repeat - 1 if count == largest else 0):
            runs[count].append(train(options, model, folders[count], scratch / f"{count}.safetensors"))
        if count == largest:
            ended.set()

    threads = [threading.Thread(target=go_on, args=(count,)) for count in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {count: [statistics.median(values) for values in zip(*done)] + [len(done)] for count, done in runs.items()}


def main():
    parser = argparse.ArgumentParser(description="Whether training takes time and memory in proportion to the images.")
    parser.add_argument("inkling")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", nargs="+", default=["cnn", "forest"], choices=["cnn", "forest"])
    parser.add_argument("--images", nargs="+", type=int, default=[192946, 697932])
    parser.add_argument("--trees", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1, help="of each run")
    parser.add_argument("--repeat", type=int, default=1, help="of the largest")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folders = {count: scratch / str(count) for count in sorted(options.images)}
        for count, folder in folders.items():
            write(folder, options.folder, count)
        for model in options.models:
            taken = measure(options, model, folders, scratch)
            first = min(folders)
            for count, (processor, clock, megabytes, runs) in taken.items():
                per_image, of_memory = (taken[count][i] / taken[first][i] * first / count for i in (0, 2))
                print(f"{model:6} {count:8,} images: {processor:.1f} s of the processor ({clock:.1f} by the clock, {runs} runs), "
                      f"{megabytes:.0f} MB; an image {per_image:.2f} times the time and {of_memory:.2f} the memory", flush=True)


if __name__ == "__main__":
    main()
