#!/usr/bin/env python3
"""How well `familiarity` tells digits from what is none: the area under the ROC curve (AUROC).

    bench/none_of_these.py INKLING MODEL EMNIST FOUND [--count 300] [--seed 1]

Draws pictures that show no digit: drawings, signs, two digits, letters, empty cells, each seed its own. `predict --charset digits` reads
them and the digits in FOUND's folders. Prints a row of Markdown for each kind, with the chance that a digit is more familiar than such
a picture; one that is refused, since nothing stands out from its paper, is less familiar than all.
"""

import argparse
import bisect
import gzip
import json
import math
import pathlib
import random
import struct
import subprocess
import tempfile
import zlib

SETS = {"usps": "USPS", "semeion": "Semeion", "optdigits-orig": "optdigits", "nsysu-exam-digits": "NSYSU", "dida": "DIDA"}

# Strokes of points in a square of side 1, y downwards.
DRAWINGS = {
    "house": [[(.2, .5), (.2, .9), (.8, .9), (.8, .5), (.2, .5), (.5, .15), (.8, .5)], [(.45, .9), (.45, .65), (.6, .65), (.6, .9)]],
    "star": [[(.5, .1), (.73, .9), (.1, .4), (.9, .4), (.27, .9), (.5, .1)]],
    "heart": [[(.5, .85), (.12, .45), (.15, .25), (.32, .18), (.5, .38), (.68, .18), (.85, .25), (.88, .45), (.5, .85)]],
    "face": [[(.5 + .4 * math.cos(a / 10 * math.pi), .5 + .4 * math.sin(a / 10 * math.pi)) for a in range(21)],
             [(.35, .38), (.36, .42)], [(.64, .38), (.65, .42)], [(.33, .62), (.42, .71), (.58, .71), (.67, .62)]],
    "arrow": [[(.1, .5), (.9, .5)], [(.65, .25), (.9, .5), (.65, .75)]],
    "tick": [[(.15, .55), (.4, .85), (.9, .15)]],
    "cross in a box": [[(.1, .1), (.9, .1), (.9, .9), (.1, .9), (.1, .1)], [(.2, .2), (.8, .8)], [(.8, .2), (.2, .8)]],
    "triangle": [[(.5, .12), (.9, .85), (.1, .85), (.5, .12)]],
    "spiral": [[(.5 + .014 * a * math.cos(a / 4), .5 + .014 * a * math.sin(a / 4)) for a in range(30)]],
    "wave": [[(.05 + .03 * a, .5 + .2 * math.sin(a / 2.5)) for a in range(31)]],
    "flash": [[(.6, .1), (.3, .5), (.6, .5), (.35, .9)]],
    "flower": [[(.5 + (.2 + .12 * math.cos(a / 2)) * math.cos(a / 10 * math.pi), .35 + (.2 + .12 * math.cos(a / 2)) *
                 math.sin(a / 10 * math.pi)) for a in range(21)], [(.5, .6), (.5, .95)], [(.5, .8), (.7, .68)]],
}
SIGNS = {
    "+": [[(.5, .15), (.5, .85)], [(.15, .5), (.85, .5)]],
    "#": [[(.38, .1), (.3, .9)], [(.7, .1), (.62, .9)], [(.1, .36), (.9, .36)], [(.1, .64), (.9, .64)]],
    "*": [[(.5, .2), (.5, .8)], [(.24, .35), (.76, .65)], [(.76, .35), (.24, .65)]],
    "=": [[(.15, .38), (.85, .38)], [(.15, .62), (.85, .62)]],
    "%": [[(.8, .1), (.2, .9)], [(.25, .15), (.12, .28), (.25, .4), (.38, .28), (.25, .15)],
          [(.75, .6), (.62, .73), (.75, .85), (.88, .73), (.75, .6)]],
    "?": [[(.25, .3), (.35, .14), (.6, .12), (.72, .3), (.5, .5), (.5, .65)], [(.5, .82), (.51, .85)]],
    "x": [[(.15, .15), (.85, .85)], [(.85, .15), (.15, .85)]],
    "@": [[(.62, .42), (.45, .38), (.38, .55), (.5, .65), (.62, .55), (.64, .38), (.66, .62), (.82, .6), (.86, .4), (.7, .16), (.4, .12),
           (.14, .35), (.14, .65), (.35, .88), (.7, .86)]],
    "~": [[(.1, .58), (.3, .42), (.5, .5), (.7, .6), (.9, .42)]],
    "<": [[(.8, .2), (.2, .5), (.8, .8)]],
    "$": [[(.75, .28), (.5, .18), (.27, .3), (.4, .47), (.63, .55), (.72, .7), (.5, .84), (.25, .74)], [(.5, .05), (.5, .95)]],
    "&": [[(.85, .85), (.3, .3), (.42, .12), (.58, .25), (.22, .62), (.35, .85), (.6, .78), (.82, .5)]],
}
# Letters that no digit looks like: without B b G g I i J j L l O o Q q S s Z z.
LETTERS = "ACDEFHKMNPRTUVWXY"


def near(x, y, first, second):
    """The distance of a point to the stroke between two."""
    (ax, ay), (bx, by) = first, second
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / length)) if length else 0.0
    return math.hypot(x - ax - along * dx, y - ay - along * dy)


def paper(random_numbers, width, height):
    """Rows of grey levels: paper that is not quite white, with noise."""
    level, noise = random_numbers.uniform(180, 250), random_numbers.uniform(0, 5)
    return [[level + random_numbers.gauss(0, noise) for _ in range(width)] for _ in range(height)]


def draw(rows, strokes, pen, ink):
    """Darkens the rows; strokes and pen in pixels, ink the share of the light that is taken."""
    for stroke in strokes:
        for first, second in zip(stroke, stroke[1:]):
            left, right = sorted((first[0], second[0]))
            top, bottom = sorted((first[1], second[1]))
            for y in range(max(0, int(top - pen)), min(len(rows), int(bottom + pen) + 2)):
                for x in range(max(0, int(left - pen)), min(len(rows[0]), int(right + pen) + 2)):
                    cover = max(0.0, min(1.0, pen / 2 - near(x + .5, y + .5, first, second) + .5))
                    rows[y][x] = min(rows[y][x], 250 * (1 - ink * cover))


def by_hand(random_numbers, strokes, side):
    """The strokes as a hand draws them: turned, slanted, stretched, every point a little off."""
    angle, slant = random_numbers.uniform(-.15, .15), random_numbers.uniform(-.2, .3)
    wide, high = random_numbers.uniform(.8, 1.1), random_numbers.uniform(.8, 1.1)

    def moved(point):
        x = (point[0] - .5) * wide + random_numbers.gauss(0, .02)
        y = (point[1] - .5) * high + random_numbers.gauss(0, .02)
        x -= slant * y
        return (side * (.5 + .7 * (x * math.cos(angle) - y * math.sin(angle))),
                side * (.5 + .7 * (x * math.sin(angle) + y * math.cos(angle))))
    return [[moved(point) for point in stroke] for stroke in strokes]


def drawn(random_numbers, figures):
    side = random_numbers.randint(28, 64)
    rows = paper(random_numbers, side, side)
    strokes = by_hand(random_numbers, figures[random_numbers.choice(sorted(figures))], side)
    draw(rows, strokes, side * random_numbers.uniform(.05, .1), random_numbers.uniform(.5, .95))
    return rows


def empty_cell(random_numbers):
    """Paper, with or without the sides of a box, a rule and specks."""
    side = random_numbers.randint(28, 64)
    rows = paper(random_numbers, side, side)
    edges = [[(0, 1), (side, 1)], [(0, side - 2), (side, side - 2)], [(1, 0), (1, side)], [(side - 2, 0), (side - 2, side)]]
    for edge in edges:
        if random_numbers.random() < .4:
            draw(rows, [edge], random_numbers.uniform(1, 2.5), random_numbers.uniform(.3, .9))
    for _ in range(random_numbers.randint(0, 2)):
        x, y = random_numbers.uniform(0, side), random_numbers.uniform(0, side)
        draw(rows, [[(x, y), (x + .1, y)]], random_numbers.uniform(1, 3), random_numbers.uniform(.3, .9))
    return rows


def read_idx(folder, name):
    """Bytes of an IDX file behind its header."""
    data = gzip.decompress((folder / f"{name}.gz").read_bytes())
    return data[4 + 4 * data[3]:]


def characters(folder, split):
    """The test part of a split of EMNIST: rows of ink of each image, and its label."""
    images = read_idx(folder, f"emnist-{split}-test-images-idx3-ubyte")
    labels = read_idx(folder, f"emnist-{split}-test-labels-idx1-ubyte")
    return [([[images[784 * i + 28 * x + y] for x in range(28)] for y in range(28)], label) for i, label in enumerate(labels)]


def on_paper(random_numbers, images):
    """Images of ink beside one another, closer than their own borders."""
    gap = random_numbers.randint(-4, 0)
    width = 28 * len(images) + gap * (len(images) - 1)
    rows = paper(random_numbers, width, 28)
    for k, image in enumerate(images):
        for y in range(28):
            for x in range(28):
                place = k * (28 + gap) + x
                rows[y][place] = min(rows[y][place], 240 * (1 - image[y][x] / 255) + 10)
    return rows


def png(rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = b"".join(b"\0" + bytes(max(0, min(255, round(level))) for level in row) for row in rows)
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def write_pictures(folder, emnist, count, seed=1):
    """`count` pictures of each kind in folder/<kind>; of digits and letters of EMNIST's test part. Returns the kinds."""
    random_numbers = random.Random(seed)
    digits = [image for image, _ in characters(emnist, "digits")]
    letters = [image for image, label in characters(emnist, "letters") if chr(64 + label) in LETTERS]
    kinds = {"drawings": lambda: drawn(random_numbers, DRAWINGS),
             "signs": lambda: drawn(random_numbers, SIGNS),
             "two digits": lambda: on_paper(random_numbers, random_numbers.sample(digits, 2)),
             "letters": lambda: on_paper(random_numbers, random_numbers.sample(letters, 1)),
             "empty cells": lambda: empty_cell(random_numbers)}
    for kind, make in kinds.items():
        (folder / kind).mkdir(parents=True)
        for i in range(count):
            (folder / kind / f"{i:04}.png").write_bytes(png(make()))
    return list(kinds)


def familiarities(arguments, folder):
    """Of the pictures in it; 0 for one that is refused."""
    run = subprocess.run([arguments.inkling, "predict", "--model", arguments.model, "--charset", "digits", "--json", folder],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    found = [json.loads(line)["familiarity"] for line in run.stdout.splitlines()]
    return found + [0.0] * (sum(1 for file in folder.iterdir() if file.suffix in (".png", ".jpg")) - len(found))


def auroc(characters_, others):
    """The chance that a character is more familiar than one of the others; equals count half."""
    others = sorted(others)
    below = sum(bisect.bisect_left(others, value) + bisect.bisect_right(others, value) for value in characters_)
    return below / 2 / len(others) / len(characters_)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inkling")
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("emnist", type=pathlib.Path)
    parser.add_argument("found", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=300, help="pictures of each kind (default 300)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    digits = [familiarities(arguments, arguments.found / name) for name in SETS]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        kinds = write_pictures(folder, arguments.emnist, arguments.count, arguments.seed)
        others = [familiarities(arguments, folder / kind) for kind in kinds]
    print(f"| {arguments.count} each, seed {arguments.seed} | {' | '.join(SETS.values())} | all |\n" + "|---" * (len(SETS) + 2) + "|")
    for kind, values in [*zip(kinds, others), ("all", sum(others, []))]:
        columns = [auroc(column, values) for column in [*digits, sum(digits, [])]]
        print(f"| {kind} | " + " | ".join(f"{column:.3f}" for column in columns) + " |")


if __name__ == "__main__":
    main()
