#!/usr/bin/env python3
"""What reading a line costs against predicting one picture: processor time of one thread, in turn, in one run.

    bench/read_speed.py INKLING MODEL FOLDER [--rounds 5]

FOLDER has pictures of lines of digits, named by labels.csv (file,text). Each picture is read as a whole, read by its
characters, and given to `predict`, which takes it for one character: decoding and the search for ink are the same. The
cost of a picture is the difference between all pictures and half of them, so that start and loading are left out. The
median of the rounds counts.
"""

import argparse
import csv
import pathlib
import resource
import statistics
import subprocess


def processor_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if run.returncode not in (0, 3):  # 3: a picture had no ink
        raise SystemExit(run.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description="What reading a line costs against predicting one picture.")
    parser.add_argument("inkling")
    parser.add_argument("model")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with open(options.folder / "labels.csv", newline="", encoding="utf-8") as file:
        pictures = [str(options.folder / row["file"]) for row in csv.DictReader(file)]
    half = pictures[: len(pictures) // 2]
    common = ["--model", options.model, "--charset", "digits", "--threads", "1", "--keep-going"]
    commands = {
        "predict": ["predict", *common],
        "read as a whole": ["read", *common],
        "read by characters": ["read", *common, "--lines", "none"],
    }
    costs = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            seconds = [processor_seconds([options.inkling, *command, *files]) for files in (pictures, half)]
            costs[name].append(1000 * (seconds[0] - seconds[1]) / (len(pictures) - len(half)))
    one = statistics.median(costs["predict"])
    for name, values in costs.items():
        cost = statistics.median(values)
        print(f"{name}: {cost:.2f} ms a picture, {cost / one:.1f} times predict")


if __name__ == "__main__":
    main()
