#!/usr/bin/env python3
"""How well `inkling read` reads a folder of fields.

    bench/read_accuracy.py INKLING MODEL FOLDER [--charset SET] [--pattern P] [--known] [--lines FILE|none] [--verbose]

FOLDER/labels.csv has a row for each picture: file,text, and perhaps touching (yes or no), by which the figures are
given apart, and kind, of which the digits alone are taken. Prints how many fields were read without a fault, with the
95 % interval (Wilson), the character error rate (insertions, deletions and substitutions, of all characters), the
confidence that was stated on average, its expected error over 15 bins, and how many of those stated as 0.92 to 0.98
were right. --known reads with the pattern of as many digits as there are.
"""

import argparse
import csv
import json
import math
import pathlib
import subprocess


def edits(a, b):
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        diagonal, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], min(diagonal + (x != y), row[j] + 1, row[j + 1] + 1)
    return row[-1]


def interval(right, n):
    z = 1.959964
    middle = (right + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(right * (n - right) / n + z * z / 4)
    return f"{100 * (middle - half):.1f}-{100 * (middle + half):.1f}"


def calibration(fields, bins=15):
    """Expected calibration error. fields: (confidence, right)."""
    sums = [0.0] * bins
    for confidence, right in fields:
        sums[min(bins - 1, int(confidence * bins))] += confidence - right
    return sum(map(abs, sums)) / len(fields)


def read(options, files, pattern):
    """{file: (text, confidence)}; a picture that is refused is missing."""
    command = [options.inkling, "read", "--model", options.model, "--charset", options.charset, "--json", "--keep-going"]
    command += ["--pattern", pattern] if pattern else []
    command += ["--lines", options.lines] if options.lines else []
    run = subprocess.run(command + [str(options.folder / file) for file in files], capture_output=True, text=True,
                         check=False)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return {pathlib.Path(row["path"]).name: (row["prediction"], row["confidence"]) for row in rows if "prediction" in row}


def main():
    parser = argparse.ArgumentParser(description="How well `inkling read` reads a folder of fields.")
    parser.add_argument("inkling")
    parser.add_argument("model")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--charset", default="all")
    parser.add_argument("--pattern")
    parser.add_argument("--known", action="store_true", help="with the pattern of as many digits as there are")
    parser.add_argument("--lines", help="as for inkling read")
    parser.add_argument("--verbose", action="store_true", help="print what was misread")
    options = parser.parse_args()

    with open(options.folder / "labels.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row.get("kind", "digits") == "digits"]
    got = {}
    if options.known:
        for length in {len(row["text"]) for row in rows}:
            got |= read(options, [row["file"] for row in rows if len(row["text"]) == length], "#" * length)
    else:
        got = read(options, [row["file"] for row in rows], options.pattern)

    groups = {}
    for row in rows:
        groups.setdefault(row.get("touching"), []).append((row["file"], row["text"], *got.get(row["file"], ("", 0.0))))
    names = {None: "all", "no": "none touching", "yes": "some touching"}
    for group, fields in sorted(groups.items(), key=str):
        right = sum(text == truth for _, truth, text, _ in fields)
        errors = sum(edits(truth, text) for _, truth, text, _ in fields)
        characters = sum(len(truth) for _, truth, _, _ in fields)
        stated = [(confidence, text == truth) for _, truth, text, confidence in fields]
        sure = [is_right for confidence, is_right in stated if 0.92 <= confidence <= 0.98]
        print(f"{names[group]}: {right} of {len(fields)} right ({100 * right / len(fields):.1f} %, "
              f"{interval(right, len(fields))}), character error rate {100 * errors / characters:.2f} %, stated "
              f"{100 * sum(c for c, _ in stated) / len(stated):.1f} %, calibration error {100 * calibration(stated):.1f} %, "
              f"of those stated as 0.92 to 0.98 {sum(sure)} of {len(sure)} right")
        for file, truth, text, _ in fields:
            if options.verbose and text != truth:
                print(f"  {file}: {truth} read as {text}")


if __name__ == "__main__":
    main()
