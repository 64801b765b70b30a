#!/usr/bin/env python3
"""What a page of 100 cells costs, from the file to the result.

    bench/page_speed.py MODEL INKLING... [--rounds 5] [--pages 10] [--keep FOLDER]

The pages are A4 at 300 dpi (2480 x 3508 pixels), grey JPEG files: lines of print and twenty numbers of five boxes each, filled with
digits of the sample (data/), turned by up to a degree, with a scanner's noise. `form read` reads them with one thread; what a page costs is
the difference between all pages and a fifth of them, so that start, model and template are left out. Several programs are measured in turn;
medians of the rounds count. How many numbers are wholly right is said, too, so that nobody is fast by not reading.

Needs python3-pil and python3-numpy.
"""

import argparse
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
from PIL import Image, ImageDraw

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
WIDTH, HEIGHT, CELL, CELLS = 2480, 3508, 100, 5
PLACES = [(1000 + 700 * (i % 2), 500 + 280 * (i // 2)) for i in range(20)]


def sample():
    images = np.frombuffer(gzip.decompress((DATA / "t10k-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    labels = np.frombuffer(gzip.decompress((DATA / "t10k-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)
    return images.reshape(-1, 28, 28), labels


def blank():
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(page)

    def print_text(x, y, text, size):
        width, height = 6 * len(text) + 2, 12
        line = Image.new("L", (width, height), 255)
        ImageDraw.Draw(line).text((0, 0), text, fill=0)
        page.paste(line.resize((width * size, height * size), Image.BICUBIC), (x, y))

    print_text(200, 150, "Household and income survey", 8)
    draw.rectangle((200, 330, 2280, 336), fill=0)
    for i, (x, y) in enumerate(PLACES):
        if i % 2 == 0:
            print_text(200, y + 20, f"{i // 2 + 1}. Persons and rooms of dwelling {chr(65 + i // 2)}", 4)
        for k in range(CELLS):
            draw.rectangle((x + k * CELL, y, x + (k + 1) * CELL, y + CELL + 10), outline=0, width=4)
    print_text(200, 3350, "Write one digit a box. Leave boxes empty that you do not need.", 3)
    return page


def filled(page, images, labels, randomness):
    page = np.asarray(page).copy()
    texts = {}
    for i, (x, y) in enumerate(PLACES):
        chosen = randomness.integers(0, len(images), CELLS)
        texts[f"number{i + 1:02}"] = "".join(str(labels[c]) for c in chosen)
        for k, c in enumerate(chosen):
            ink = np.asarray(Image.fromarray(images[c]).resize((76, 76), Image.BICUBIC)).astype(int)
            left, top = x + k * CELL + 14 + randomness.integers(-4, 5), y + 18 + randomness.integers(-5, 6)
            place = page[top:top + 76, left:left + 76]
            place[:] = np.minimum(place, 255 - ink * 4 // 5)
    turned = Image.fromarray(page).rotate(randomness.uniform(-1, 1), Image.BICUBIC, fillcolor=255)
    noisy = np.asarray(turned) * 0.94 + randomness.normal(0, 3, (HEIGHT, WIDTH))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), texts


def make(folder, pages):
    images, labels = sample()
    empty = blank()
    empty.save(folder / "blank.png")
    fields = [{"name": f"number{i + 1:02}", "kind": "digits", "box": [x, y, CELLS * CELL, CELL + 10], "cells": CELLS}
              for i, (x, y) in enumerate(PLACES)]
    (folder / "form.json").write_text(json.dumps(
        {"inkling_form": 1, "name": "survey", "page": {"width": WIDTH, "height": HEIGHT, "image": "blank.png", "dpi": 300},
         "fields": fields}))
    truth = {}
    for i in range(pages):
        page, truth[f"page{i:02}.jpg"] = filled(empty, images, labels, np.random.default_rng(i))
        page.save(folder / f"page{i:02}.jpg", quality=90)
    return truth


def seconds(program, model, folder, pages, run):
    files = [str(folder / f"page{i:02}.jpg") for i in range(pages)]
    start = time.perf_counter()
    subprocess.run([program, "form", "read", folder / "form.json", "--model", model, "--out", run, "--threads", "1", *files],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
                   env={**os.environ, "OMP_NUM_THREADS": "1"})
    return time.perf_counter() - start


def numbers_right(program, run, truth):
    table = run.parent / (run.name + ".jsonl")
    subprocess.run([program, "form", "export", run, "--out", table], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    right = 0
    for line in table.read_text().splitlines():
        page = json.loads(line)
        fields = page.get("fields") or {}
        right += sum(fields.get(name, {}).get("text") == text
                     for name, text in truth[pathlib.Path(page["file"]).name].items())
    return right


def main():
    parser = argparse.ArgumentParser(description="What a page of 100 cells costs.")
    parser.add_argument("model")
    parser.add_argument("programs", nargs="+", metavar="INKLING")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--keep", type=pathlib.Path, help="where the pages stay")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        truth = make(folder, arguments.pages)
        few = arguments.pages // 5
        costs = {program: [] for program in arguments.programs}
        right = {}
        for turn in range(arguments.rounds):
            for number, program in enumerate(arguments.programs):
                run = pathlib.Path(temporary) / f"run-{turn}-{number}"
                whole = seconds(program, arguments.model, folder, arguments.pages, run)
                part = seconds(program, arguments.model, folder, few, f"{run}-few")
                costs[program].append((whole - part) / (arguments.pages - few))
                if turn == 0:
                    right[program] = numbers_right(program, run, truth)
        first = statistics.median(costs[arguments.programs[0]])
        for program, rounds in costs.items():
            cost = statistics.median(rounds)
            print(f"{program}: {cost:.3f} s a page ({min(rounds):.3f}-{max(rounds):.3f}), {cost / first:.2f} of the first; "
                  f"{right[program]} of {arguments.pages * len(PLACES)} numbers right")


if __name__ == "__main__":
    main()
