#!/usr/bin/env python3
"""Measures the models of models/ and prints the tables of docs/results.md, or writes them into it.

Accuracies stand with their 95 % intervals (Wilson). With a folder of MNIST, all four models are also trained, on the
sample that comes with the project and on MNIST, which takes a while.
"""

import argparse
import csv
import json
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = ("cnn", "mlp", "svm", "forest")

# head of the column, arguments of `inkling evaluate`
SETTINGS = (("bymerge", ["--split", "bymerge"]),
            ("balanced", ["--split", "balanced"]),
            ("balanced, `--prior uniform`", ["--split", "balanced", "--prior", "uniform"]),
            ("letters, `--charset letters`", ["--split", "letters", "--charset", "letters"]),
            ("digits, `--charset digits`", ["--split", "digits", "--charset", "digits"]))


# folder of pictures by label, name in the table, arguments of `inkling evaluate`
FOUND = (("usps", "USPS zip codes", ["--charset", "digits"]),
         ("semeion", "Semeion", ["--charset", "digits"]),
         ("optdigits-orig", "optdigits", ["--charset", "digits"]),
         ("nsysu-exam-digits", "NSYSU exams", ["--charset", "digits"]),
         ("dida", "DIDA, 1800-1940", ["--charset", "digits"]),
         ("choice-cursive", "CHoiCe, cursive", []))


VIEWS = (1, 3, 5, 7)

# The letters that EMNIST's bymerge has in one class for both cases.
MERGED = str.maketrans("cijklmopsuvwxyz", "CIJKLMOPSUVWXYZ")


def percent(share, digits=2):
    return f"{100 * share:.{digits}f} %"


def with_interval(result):
    low, high = (100 * bound for bound in result["interval"])
    return f"{percent(result['accuracy'])} ({low:.2f}–{high:.2f})"


def wilson(share, samples, z=1.959964):
    """Of results.json, which holds no interval. Bounds as shares."""
    scale = 1 / (1 + z * z / samples)
    centre = scale * (share + z * z / (2 * samples))
    half = scale * z * (share * (1 - share) / samples + z * z / (4 * samples * samples)) ** 0.5
    return [centre - half, centre + half]


def table(head, rows):
    lines = ["| " + " | ".join(row) + " |" for row in [head, *rows]]
    lines.insert(1, "|" + "---|" * len(head))
    return "\n".join(lines)


class Inkling:
    def __init__(self, command, models, emnist):
        self.command, self.models, self.emnist = command, models, emnist

    def run(self, *arguments, statuses=(0,)):
        environment = {name: value for name, value in os.environ.items() if name != "INKLING_DATA"}
        command = [self.command, *map(str, arguments)]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=environment)
        if run.returncode not in statuses:
            raise subprocess.CalledProcessError(run.returncode, command)
        return run.stdout

    def evaluate(self, model, arguments, data=None):
        return json.loads(self.run("evaluate", "--model", self.models / f"{model}.safetensors", "--data",
                                   data or self.emnist, "--json", *arguments))

    def predict(self, model, *arguments):
        """Of the pictures that can be read."""
        run = self.run("predict", "--model", self.models / f"{model}.safetensors", "--json", *arguments, statuses=(0, 1))
        return [json.loads(line) for line in run.splitlines()]

    def compare(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            self.run("compare", "--out", folder, *arguments)
            return json.loads((pathlib.Path(folder) / "results.json").read_text())


def emnist_tables(inkling):
    results = {model: [inkling.evaluate(model, arguments) for _, arguments in SETTINGS] for model in MODELS}
    heads = [f"{head} ({result['samples']:,})" for (head, _), result in zip(SETTINGS, results["cnn"])]
    accuracies = [[model, *map(with_interval, results[model])] for model in MODELS]
    errors = [[model, *(percent(result["ece"]) for result in results[model])] for model in MODELS]
    others = [[model, percent(results[model][0]["top2"]), percent(results[model][0]["macro_f1"]),
               f"{(inkling.models / f'{model}.safetensors').stat().st_size:,}"] for model in MODELS]
    return {"accuracy": table(["", *heads], accuracies),
            "calibration": table(["", *heads], errors),
            "bymerge": table(["", "one of the two best is right", "macro F1", "bytes"], others)}


def found_tables(inkling, folder):
    """With the tempered prior, which `predict` uses."""
    def measure(model):
        return [inkling.evaluate(model, [*arguments, "--prior", "tempered"], folder / name)
                for name, _, arguments in FOUND]
    results = {model: measure(model) for model in MODELS}
    heads = [f"{head} ({result['samples']:,})" for (_, head, _), result in zip(FOUND, results["cnn"])]
    return {"found": table(["", *heads], [[model, *map(with_interval, results[model])] for model in MODELS]),
            "found-calibration": table(["", *heads], [[model, *(percent(result["ece"]) for result in results[model])]
                                                      for model in MODELS]),
            "views": views_table(inkling, folder)}


class Readings:
    """What `predict` said of pictures whose characters are known."""

    def __init__(self, rows, truth, seconds):
        self.confidences = [row["confidence"] for row in rows]
        self.right = [row["prediction"].translate(MERGED) == truth[pathlib.Path(row["path"]).name].translate(MERGED)
                      for row in rows]
        self.seconds = seconds

    def accuracy(self):
        return sum(self.right) / len(self.right)

    def calibration_error(self, bins=15):
        gaps = [0.0] * bins
        for confidence, right in zip(self.confidences, self.right):
            gaps[min(bins - 1, int(confidence * bins))] += confidence - right
        return sum(map(abs, gaps)) / len(self.right)


def read_found(inkling, folder, arguments, views):
    """The cnn's, on one thread."""
    with open(folder / "labels.csv", newline="", encoding="utf-8") as file:
        truth = {row["file"]: row["text"] for row in csv.DictReader(file)}
    with tempfile.TemporaryDirectory() as temporary:
        files = pathlib.Path(temporary) / "files"
        files.write_text("".join(f"{folder / name}\n" for name in truth))
        before = os.times().children_user
        rows = inkling.predict("cnn", "--views", views, "--threads", 1, *arguments, "--files-from", files)
        return Readings(rows, truth, os.times().children_user - before)


def views_table(inkling, folder):
    """Accuracy and expected calibration error of the cnn by the number of views; and their processor time."""
    heads = [head for _, head, _ in FOUND]
    rows = []
    first = None
    for views in VIEWS:
        readings = [read_found(inkling, folder / name, arguments, views) for name, _, arguments in FOUND]
        seconds = sum(reading.seconds for reading in readings)
        first = first or seconds or 1
        rows.append([f"{views}", *(f"{percent(reading.accuracy())}, {percent(reading.calibration_error())}"
                                   for reading in readings), f"{seconds / first:.2f}"])
    return table(["views", *heads, "time"], rows)


def training_table(comparison):
    def row(model):
        interval = wilson(model["accuracy"], comparison["data"]["test"])
        return [model["name"], with_interval({**model, "interval": interval}), percent(model["macro_f1"]),
                f"{model['train_seconds']:.1f} s", f"{model['predict_us']:.1f} µs", f"{model['bytes']:,}"]
    return table(["", "accuracy", "macro F1", "training", "one image", "bytes"], map(row, comparison["models"]))


def draw_confusions(inkling, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for model in MODELS:
        inkling.evaluate(model, ["--split", "bymerge", "--confusion", folder / f"confusion-{model}.svg"])


def fill(page, tables):
    """Puts each table between its marks."""
    text = page.read_text(encoding="utf-8")
    for name, lines in tables.items():
        marks = rf"(<!-- table: {name} -->\n).*?(<!-- end -->)"
        text, count = re.subn(marks, lambda match: match[1] + lines + "\n" + match[2], text, flags=re.DOTALL)
        if count != 1:
            raise SystemExit(f"results: {page} has {count} places for the table {name}, expected 1")
    page.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("emnist", type=pathlib.Path, help="folder with the splits bymerge, balanced, letters, digits")
    parser.add_argument("mnist", type=pathlib.Path, nargs="?", help="folder with plain MNIST")
    parser.add_argument("--found", type=pathlib.Path, help="folder with " + ", ".join(name for name, _, _ in FOUND))
    parser.add_argument("--models", type=pathlib.Path, default=ROOT / "models")
    parser.add_argument("--inkling", type=pathlib.Path, default=ROOT / "build/default/bin/inkling")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for the confusion matrices")
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE", help="the page whose tables are replaced")
    arguments = parser.parse_args()

    inkling = Inkling(arguments.inkling, arguments.models, arguments.emnist)
    tables = emnist_tables(inkling)
    if arguments.found:
        tables |= found_tables(inkling, arguments.found)
    if arguments.mnist:
        tables["sample"] = training_table(inkling.compare())
        tables["mnist"] = training_table(inkling.compare("--data", arguments.mnist))
    if arguments.pictures:
        draw_confusions(inkling, arguments.pictures)
    if arguments.write:
        fill(arguments.write, tables)
    else:
        print("\n\n".join(f"### {name}\n\n{lines}" for name, lines in tables.items()))


if __name__ == "__main__":
    main()
