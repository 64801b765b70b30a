#!/usr/bin/env python3
"""How many errors `inkling adapt` leaves of ink from elsewhere, by a few samples of each class.

    bench/adapt_found.py INKLING MODEL FOLDER... [--samples 10] [--seeds 3] [--charset digits] [--threads 0]

Of each FOLDER (pictures by labels.csv) and for each seed, the samples are drawn at random, MODEL is adapted to them, and both networks
read all other pictures, with the tempered prior. Prints a row of Markdown for each folder: means over the seeds, the errors that are
left, their least and largest share, and what adapting did to the sample of MNIST (test part).
"""

import argparse
import collections
import csv
import json
import pathlib
import random
import re
import subprocess
import tempfile


def draw(rows, samples, seed):
    """The samples of each label, and the others. A label of fewer pictures than twice the samples gives half of them."""
    by_label = collections.defaultdict(list)
    for row in rows:
        by_label[row["text"]].append(row)
    mixed = random.Random(seed)
    chosen, others = [], []
    for label in sorted(by_label):
        pictures = by_label[label]
        mixed.shuffle(pictures)
        count = min(samples, len(pictures) // 2)
        chosen += pictures[:count]
        others += pictures[count:]
    return chosen, others


def write_folder(folder, source, rows):
    folder.mkdir()
    with open(folder / "labels.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file", "text"])
        for row in rows:
            (folder / row["file"]).symlink_to(source / row["file"])
            table.writerow([row["file"], row["text"]])


def accuracy(inkling, model, folder, charset):
    run = subprocess.run([inkling, "evaluate", "--model", model, "--data", folder, "--charset", charset, "--prior", "tempered", "--json"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return json.loads(run.stdout)


def adapt(arguments, source, rows, seed):
    """Accuracies before and after, the number of pictures they are of, and the known images' before and after."""
    chosen, others = draw(rows, arguments.samples, seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        write_folder(folder / "samples", source, chosen)
        write_folder(folder / "others", source, others)
        out = folder / "adapted.safetensors"
        run = subprocess.run([arguments.inkling, "adapt", "--model", arguments.model, "--data", folder / "samples", "--out", out,
                              "--seed", str(seed), "--threads", str(arguments.threads)],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
        known = [float(number) for number in re.findall(r"([\d.]+) %", run.stdout.splitlines()[1])]
        before = accuracy(arguments.inkling, arguments.model, folder / "others", arguments.charset)
        after = accuracy(arguments.inkling, out, folder / "others", arguments.charset)
        return before["accuracy"], after["accuracy"], after["samples"], *known[:2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inkling")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--samples", type=int, default=10, help="of each class (default 10)")
    parser.add_argument("--seeds", type=int, default=3, help="draws (default 3)")
    parser.add_argument("--charset", default="digits")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()

    print("| | pictures | before | after | errors left | sample of MNIST |\n|---|---|---|---|---|---|")
    for source in arguments.folders:
        with open(source / "labels.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        runs = [adapt(arguments, source.resolve(), rows, seed) for seed in range(1, arguments.seeds + 1)]
        before, after, pictures, known_before, known_after = (sum(column) / len(runs) for column in zip(*runs))
        left = [(1 - run[1]) / (1 - run[0]) for run in runs]
        print(f"| {source.name} | {pictures:,.0f} | {100 * before:.2f} % | {100 * after:.2f} % | "
              f"{100 * (1 - after) / (1 - before):.0f} % ({100 * min(left):.0f} to {100 * max(left):.0f}) | "
              f"{known_before:.2f} % to {known_after:.2f} % |", flush=True)


if __name__ == "__main__":
    main()
