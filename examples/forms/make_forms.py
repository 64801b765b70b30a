#!/usr/bin/env python3
"""Makes the form of this folder: a blank page, its template, and pages filled in with digits that people wrote.

    examples/forms/make_forms.py [--out DIR]

The digits are from the sample of MNIST in data/ (CC BY-SA 3.0, see data/README.md), so the filled pages are under the same
licence. Nothing but Python's own library is needed, and the same files come out every time.
"""

import argparse
import csv
import gzip
import json
import math
import pathlib
import random
import struct
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dpi
SIDE = 28

# A font of 5 x 7 dots: for each character its five columns, the lowest bit on top.
FONT = {
    "A": "7E1111117E", "B": "7F49494936", "C": "3E41414122", "D": "7F4141221C", "E": "7F49494941", "F": "7F09090901",
    "G": "3E4149497A", "H": "7F0808087F", "I": "00417F4100", "J": "2040413F01", "K": "7F08142241", "L": "7F40404040",
    "M": "7F020C027F", "N": "7F0408107F", "O": "3E4141413E", "P": "7F09090906", "Q": "3E4151215E", "R": "7F09192946",
    "S": "4649494931", "T": "01017F0101", "U": "3F4040403F", "V": "1F2040201F", "W": "3F4038403F", "X": "6314081463",
    "Y": "0708700807", "Z": "6151494543", "0": "3E5149453E", "1": "00427F4000", "2": "4261514946", "3": "2141454B31",
    "4": "1814127F10", "5": "2745454539", "6": "3C4A494930", "7": "0171090503", "8": "3649494936", "9": "064949291E",
    ".": "0060600000", ":": "0036360000", "=": "1414141414", "+": "08083E0808", "-": "0808080808", "/": "2010080402",
}


class Page:
    """Grey, 255 is paper."""

    def __init__(self):
        self.rows = [bytearray(b"\xff" * WIDTH) for _ in range(HEIGHT)]

    def copy(self):
        other = Page()
        other.rows = [bytearray(row) for row in self.rows]
        return other

    def dark(self, x, y, grey):
        if 0 <= x < WIDTH and 0 <= y < HEIGHT:
            self.rows[y][x] = min(self.rows[y][x], grey)

    def fill(self, x, y, width, height, grey=0):
        for row in range(y, y + height):
            for column in range(x, x + width):
                self.dark(column, row, grey)

    def box(self, x, y, width, height, line=3):
        self.fill(x, y, width, line)
        self.fill(x, y + height - line, width, line)
        self.fill(x, y, line, height)
        self.fill(x + width - line, y, line, height)

    def text(self, x, y, text, size=3):
        for character in text.upper():
            for column in range(5 if character in FONT else 0):
                bits = int(FONT[character][2 * column:2 * column + 2], 16)
                for row in range(7):
                    if bits >> row & 1:
                        self.fill(x + column * size, y + row * size, size, size)
            x += 6 * size

    def stroke(self, x0, y0, x1, y1, width=4, grey=40):
        steps = int(2 * math.hypot(x1 - x0, y1 - y0)) + 1
        for i in range(steps + 1):
            self.fill(round(x0 + (x1 - x0) * i / steps) - width // 2, round(y0 + (y1 - y0) * i / steps) - width // 2,
                      width, width, grey)

    def ink(self, pixels, x, y, size):
        """A digit of 28 x 28 amounts of ink, drawn `size` pixels wide."""
        for row in range(size):
            for column in range(size):
                u, v = column * (SIDE - 1) / (size - 1), row * (SIDE - 1) / (size - 1)
                i, j = min(int(u), SIDE - 2), min(int(v), SIDE - 2)
                a, b = u - i, v - j
                at = j * SIDE + i
                amount = ((1 - a) * (1 - b) * pixels[at] + a * (1 - b) * pixels[at + 1] +
                          (1 - a) * b * pixels[at + SIDE] + a * b * pixels[at + SIDE + 1])
                if amount > 20:
                    self.dark(x + column, y + row, 255 - int(amount * 0.85))

    def moved(self, angle, scale, dx, dy, randomness):
        """As a scanner gives it: turned by some degrees about its middle, scaled, shifted, with a little noise."""
        other = Page()
        cos, sin = math.cos(math.radians(angle)) / scale, math.sin(math.radians(angle)) / scale
        for y in range(HEIGHT):
            row = other.rows[y]
            for x in range(WIDTH):
                px, py = x - WIDTH / 2 - dx, y - HEIGHT / 2 - dy
                u, v = WIDTH / 2 + cos * px + sin * py, HEIGHT / 2 - sin * px + cos * py
                i, j = math.floor(u), math.floor(v)
                if not (0 <= i < WIDTH - 1 and 0 <= j < HEIGHT - 1):
                    continue
                a, b = u - i, v - j
                upper, lower = self.rows[j], self.rows[j + 1]
                if upper[i] == upper[i + 1] == lower[i] == lower[i + 1] == 255:
                    continue
                row[x] = int((1 - b) * ((1 - a) * upper[i] + a * upper[i + 1]) + b * ((1 - a) * lower[i] + a * lower[i + 1]))
        for _ in range(4000):
            x, y = randomness.randrange(WIDTH), randomness.randrange(HEIGHT)
            other.rows[y][x] = max(0, other.rows[y][x] - randomness.randrange(60))
        return other

    def turned(self):
        other = Page()
        other.rows = [bytearray(reversed(row)) for row in reversed(self.rows)]
        return other

    def save(self, path):
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
        rows = b"".join(b"\0" + bytes(row) for row in self.rows)
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) +
                         chunk(b"IEND", b""))


CELL = 54
NUMBERS = [("station", 5, 330), ("votes01", 3, 560), ("votes02", 3, 650), ("votes03", 3, 740), ("valid", 3, 880),
           ("invalid", 3, 970), ("total", 3, 1060)]
LABELS = {"station": "POLLING STATION", "votes01": "1. GREEN LIST", "votes02": "2. RIVER LIST", "votes03": "3. HILL LIST",
          "valid": "4. VALID  1+2+3", "invalid": "5. INVALID", "total": "6. ALL  4+5"}


def template():
    fields = [{"name": name, "kind": "digits", "box": [700, y, cells * CELL, CELL], "cells": cells}
              for name, cells, y in NUMBERS]
    fields.insert(1, {"name": "day", "kind": "date", "box": [700, 420, 8 * CELL, CELL], "cells": 8, "format": "DDMMYYYY"})
    return {"inkling_form": 1, "name": "village-vote", "edition": "1",
            "page": {"width": WIDTH, "height": HEIGHT, "image": "blank.png", "dpi": 150},
            "fields": fields,
            "rules": ["luhn(station)", "date(day)", "votes01 + votes02 + votes03 = valid", "valid + invalid = total"]}


def blank_page():
    page = Page()
    page.text(120, 110, "VILLAGE VOTE", 8)
    page.text(120, 200, "COUNT OF ONE POLLING STATION. ONE DIGIT A BOX. NO DIGIT: LEAVE THE BOX EMPTY.", 2)
    page.fill(120, 250, 1000, 4)
    page.text(120, 435, "DAY OF THE VOTE", 4)
    page.text(700, 395, "DAY    MONTH    YEAR", 2)
    for name, cells, y in NUMBERS:
        page.text(120, y + 14, LABELS[name], 4)
        for i in range(cells):
            page.box(700 + i * CELL, y, CELL + 2, CELL + 2)
    for i in range(8):
        page.box(700 + i * CELL, 420, CELL + 2, CELL + 2)
    page.text(120, 500, "VOTES FOR EACH LIST", 3)
    page.text(120, 830, "TOGETHER", 3)
    page.fill(120, 1180, 1000, 4)
    page.text(120, 1220, "COUNTED TWICE BY TWO PEOPLE. SIGN BELOW AND SEND THIS PAGE TO THE TOWN HALL.", 2)
    page.box(120, 1280, 480, 160)
    page.box(640, 1280, 480, 160)
    page.text(130, 1450, "FIRST PERSON", 2)
    page.text(650, 1450, "SECOND PERSON", 2)
    page.text(120, 1640, "FORM VV-1 EDITION 1", 2)
    return page


def sample_digits():
    """For each digit, pictures of 784 amounts of ink."""
    with gzip.open(ROOT / "data" / "t10k-images-idx3-ubyte.gz") as file:
        pixels = file.read()[16:]
    with gzip.open(ROOT / "data" / "t10k-labels-idx1-ubyte.gz") as file:
        labels = file.read()[8:]
    digits = {digit: [] for digit in range(10)}
    for i, label in enumerate(labels):
        digits[label].append(pixels[i * SIDE * SIDE:(i + 1) * SIDE * SIDE])
    return digits


def write(page, texts, digits, randomness):
    for field in template()["fields"]:
        x, y, _, _ = field["box"]
        for i, character in enumerate(texts[field["name"]]):
            left, top = x + i * CELL + randomness.randrange(7, 11), y + randomness.randrange(6, 10)
            if character.isdigit():
                page.ink(randomness.choice(digits[int(character)]), left, top, 40)
            elif character == "-":
                page.stroke(left + 6, top + 20, left + 34, top + 18)
            elif character == "X":
                page.stroke(left + 6, top + 4, left + 34, top + 36)
                page.stroke(left + 34, top + 4, left + 6, top + 36)


PAGES = [
    # The third page's sum is wrong on the paper; on the fourth, one number is left empty and one is crossed out.
    {"station": "30510", "day": "07062026", "votes01": "012", "votes02": "115", "votes03": "096", "valid": "223",
     "invalid": "007", "total": "230"},
    {"station": "41129", "day": "07062026", "votes01": "204", "votes02": " 83", "votes03": "151", "valid": "438",
     "invalid": " 10", "total": "448"},
    {"station": "52274", "day": "08062026", "votes01": "077", "votes02": "130", "votes03": "045", "valid": "253",
     "invalid": "002", "total": "255"},
    {"station": "60731", "day": "07062026", "votes01": "310", "votes02": "064", "votes03": "128", "valid": "502",
     "invalid": "---", "total": "   "},
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    form = template()
    lines = [json.dumps(field) for field in form.pop("fields")]
    head = json.dumps(form)
    rules = head.index(', "rules"')
    (out / "form.json").write_text(head[:rules] + ',\n "fields": [\n  ' + ",\n  ".join(lines) + "]" + head[rules:] + "\n")
    blank = blank_page()
    blank.save(out / "blank.png")
    digits = sample_digits()
    with open(out / "truth.csv", "w", newline="") as file:
        truth = csv.writer(file)
        truth.writerow(["file", "field", "text"])
        for i, texts in enumerate(PAGES):
            randomness = random.Random(i + 1)
            page = blank.copy()
            write(page, texts, digits, randomness)
            page = page.moved([0.7, -1.1, 0.4, 1.6][i], [0.996, 1.0, 0.97, 0.985][i], [11, -6, 4, -9][i],
                              [-7, 5, 12, 3][i], randomness)
            if i == 3:
                page = page.turned()
            page.save(out / f"filled-{i + 1}.png")
            for name, text in texts.items():
                truth.writerow([f"filled-{i + 1}.png", name, text.strip()])


if __name__ == "__main__":
    main()
