#!/usr/bin/env python3
"""How long a command takes from its start to its first answer: `inkling predict` of one picture.

    bench/cold_start.py MODEL INKLING... [--runs 50]

Each run starts a new process and ends with the first line that it prints; of several programs, in turn. The files are in the
system's cache. Medians count, of the time and of the processor time up to the end of the process. `--version` is what the
system, the dynamic linker and the C++ library take; the rest is the model and the picture.
"""

import argparse
import os
import pathlib
import statistics
import struct
import subprocess
import tempfile
import time
import zlib


def png(side=56):
    """A grey picture of a thick upright stroke."""
    rows = b"".join(
        b"\0" + bytes(20 if side // 5 <= y < side * 4 // 5 and abs(x - side // 2) < 4 else 235 for x in range(side))
        for y in range(side))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def run(command):
    """Milliseconds to the first line, and of the processor."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    answer = process.stdout.readline()
    first = time.perf_counter() - start
    process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0 or not answer:
        raise SystemExit(f"{' '.join(command)}: status {process.returncode}")
    return 1000 * first, 1000 * (used.ru_utime + used.ru_stime)


def main():
    parser = argparse.ArgumentParser(description="How long inkling predict takes from its start to its first answer.")
    parser.add_argument("model")
    parser.add_argument("inkling", nargs="+")
    parser.add_argument("--runs", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        picture = pathlib.Path(folder, "stroke.png")
        picture.write_bytes(png())
        commands = {}
        for inkling in options.inkling:
            commands[inkling, "--version"] = [inkling, "--version"]
            commands[inkling, "predict"] = [inkling, "predict", "--model", options.model, str(picture)]
        times = {name: [] for name in commands}
        for _ in range(options.runs):
            for name, command in commands.items():
                times[name].append(run(command))
    for (inkling, what), values in times.items():
        first, processor = zip(*values)
        print(f"{inkling} {what}: first line after {statistics.median(first):.1f} ms (least {min(first):.1f}), "
              f"{statistics.median(processor):.1f} ms of the processor (least {min(processor):.1f})")


if __name__ == "__main__":
    main()
