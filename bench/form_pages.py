#!/usr/bin/env python3
"""How well whole pages are read, from the files to the numbers: `form learn` or a first page as template, `form read`, `form evaluate`.

    bench/form_pages.py INKLING MODEL SET [--template learn|first] [--rule RULE]...

SET is a folder with pages of one form, by several writers, and fields.csv (file,field,x,y,w,h,kind,text[,digits]). The template's fields are
those of the first page, with the places that are told for it and with no other page's; `learn` finds the print by all pages, `first` has
the first page alone.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

DIGITS = ("digits", "date", "empty")


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


def write_truth(rows, file):
    with open(file, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["file", "field", "text"])
        for row in rows:
            table.writerow([row["file"], row["field"], row.get("digits") or row["text"]])


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
        form = make_template(arguments, pages, rows, folder)
        write_truth(rows, folder / "truth.csv")
        subprocess.run([arguments.inkling, "form", "read", form, "--model", arguments.model, "--out", folder / "run", *pages],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # its status tells of pages that were refused
        subprocess.run([arguments.inkling, "form", "evaluate", folder / "run", "--truth", folder / "truth.csv"], check=True)


if __name__ == "__main__":
    main()
