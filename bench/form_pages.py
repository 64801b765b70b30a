#!/usr/bin/env python3
"""How well whole pages are read, from the files to the numbers: `form learn` or a first page as template, `form read`, and the truth.

    bench/form_pages.py INKLING MODEL SET [--template learn|first] [--rule RULE]...

SET is a folder with pages of one form, by several writers, and fields.csv (file,field,x,y,w,h,kind,text[,digits]). The template's fields are
those of the first page, with the places that are told for it and with no other page's; `learn` finds the print by all pages, `first` has
the first page alone. A field that is told for one page and not asked for by the template counts as wrong; so do all of a page that is refused.
Numbers and dates count by their digits, as they are written without boxes that are crossed out.
"""

import argparse
import csv
import json
import math
import pathlib
import subprocess
import tempfile

DIGITS = ("digits", "date", "empty")


def truth_of(row):
    text = (row.get("digits") or row["text"]).replace(" ", "")
    return "".join(c for c in text if c.isdigit()) if row["kind"] in DIGITS else text


def field_of(row):
    kind = "digits" if row["kind"] in DIGITS else row["kind"]
    return {"name": row["field"], "kind": kind, "box": [round(float(row[key])) for key in "xywh"],
            "cells": max(1, len(row["text"])), "empty_marks": ["X", "-"]}


def make_template(arguments, pages, rows, folder):
    form = folder / "form.json"
    if arguments.template == "learn":
        subprocess.run([arguments.inkling, "form", "learn", "--out", form, *pages], check=True, capture_output=True)
        template = json.loads(form.read_text())
    else:
        from PIL import Image  # python3-pil
        picture = Image.open(pages[0]).convert("L")
        picture.save(folder / "page.png")
        template = {"inkling_form": 1, "name": arguments.set.name,
                    "page": {"width": picture.width, "height": picture.height, "image": "page.png", "filled": True}}
    template["fields"] = [field_of(row) for row in rows if row["file"] == pages[0].name]
    template["rules"] = arguments.rule
    form.write_text(json.dumps(template))
    return form


def read(arguments, form, pages, folder):
    """For each page's name, what was read."""
    subprocess.run([arguments.inkling, "form", "read", form, "--model", arguments.model, "--out", folder / "run", *pages],
                   capture_output=True)
    subprocess.run([arguments.inkling, "form", "export", folder / "run", "--out", folder / "run.jsonl"], check=True,
                   capture_output=True)
    records = [json.loads(line) for line in (folder / "run.jsonl").read_text().splitlines()]
    return {pathlib.Path(record["file"]).name: record for record in records}


def wilson(right, count, z=1.96):
    share, spread = right / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return 100 * (middle - half), 100 * (middle + half)


def main():
    parser = argparse.ArgumentParser(description="How well whole pages of a form are read.")
    parser.add_argument("inkling")
    parser.add_argument("model")
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("--template", choices=["learn", "first"], default="learn")
    parser.add_argument("--rule", action="append", default=[])
    arguments = parser.parse_args()
    rows = list(csv.DictReader((arguments.set / "fields.csv").open(encoding="utf-8")))
    pages = [arguments.set / name for name in sorted({row["file"] for row in rows})]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        records = read(arguments, make_template(arguments, pages, rows, folder), pages, folder)
    wrong = []
    for row in rows:
        field = records.get(row["file"], {}).get("fields", {}).get(row["field"], {})
        text = field.get("text", "").replace(" ", "")
        if row["kind"] in DIGITS:
            text = "".join(c for c in text if c.isdigit())
        if not field or text != truth_of(row):
            wrong.append(f"{row['file']} {row['field']}: {truth_of(row)!r} read as {field.get('text')!r}, "
                         f"confidence {field.get('confidence')}")
    right = len(rows) - len(wrong)
    low, high = wilson(right, len(rows))
    refused = sum(record["status"] == "refused" for record in records.values())
    print(f"{arguments.set.name}, {len(pages)} pages ({refused} refused): {right} of {len(rows)} fields right, "
          f"{100 * right / len(rows):.1f} % ({low:.1f}-{high:.1f})")
    for line in wrong:
        print(line)


if __name__ == "__main__":
    main()
