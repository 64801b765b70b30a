#!/usr/bin/env python3
"""How well `inkling read` reads a folder of fields.

    bench/read_accuracy.py INKLING MODEL FOLDER [--charset SET] [--pattern P] [--verbose]

FOLDER/labels.csv has a row for each picture: file,text, and perhaps touching (yes or no), by which the figures are
given apart. Prints how many fields were read without a fault, and the character error rate: insertions, deletions and
substitutions, of all characters.
"""

import argparse
import csv
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


def main():
    parser = argparse.ArgumentParser(description="How well `inkling read` reads a folder of fields.")
    parser.add_argument("inkling")
    parser.add_argument("model")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--charset", default="all")
    parser.add_argument("--pattern")
    parser.add_argument("--verbose", action="store_true", help="print what was misread")
    options = parser.parse_args()

    with open(options.folder / "labels.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    command = [options.inkling, "read", "--model", options.model, "--charset", options.charset]
    if options.pattern:
        command += ["--pattern", options.pattern]
    run = subprocess.run(command + [str(options.folder / row["file"]) for row in rows], capture_output=True, text=True,
                         check=False)
    read = {pathlib.Path(path).name: text for path, text in (line.split("\t") for line in run.stdout.splitlines())}

    groups = {}
    for row in rows:
        groups.setdefault(row.get("touching"), []).append((row["file"], row["text"], read.get(row["file"], "")))
    names = {None: "all", "no": "none touching", "yes": "some touching"}
    for group, fields in sorted(groups.items(), key=str):
        right = sum(text == truth for _, truth, text in fields)
        errors = sum(edits(truth, text) for _, truth, text in fields)
        characters = sum(len(truth) for _, truth, _ in fields)
        print(f"{names[group]}: {right} of {len(fields)} right ({100 * right / len(fields):.1f} %), "
              f"character error rate {100 * errors / characters:.2f} %")
        for file, truth, text in fields:
            if options.verbose and text != truth:
                print(f"  {file}: {truth} read as {text}")


if __name__ == "__main__":
    main()
