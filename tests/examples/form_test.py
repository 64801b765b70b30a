"""Pages of a form: templates and what the form commands do around a run."""

import csv
import json
import os
import pathlib
import re
import time
import unittest

from command import CommandTest, inkling, start, write_png

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORM = ROOT / "examples" / "forms"
MODEL = ROOT / "models" / "cnn.safetensors"

OMRCHECKER = {
    "pageDimensions": [400, 300],
    "bubbleDimensions": [20, 20],
    "customLabels": {"Roll": ["roll1..3"]},
    "preProcessors": [{"name": "CropOnMarkers", "options": {"relativePath": "marker.jpg"}}, {"name": "Sharpen"}],
    "fieldBlocks": {
        "Roll": {"fieldType": "QTYPE_INT", "fieldLabels": ["roll1..3"], "bubblesGap": 25, "labelsGap": 40, "origin": [10, 20]},
        "Questions": {"fieldType": "QTYPE_MCQ4", "fieldLabels": ["q1..2"], "bubblesGap": 30, "labelsGap": 50,
                      "origin": [200, 100]}}}


class Form(CommandTest):
    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def minimum(self, fields=None, **more):
        fields = fields or [{"name": "votes01", "kind": "digits", "box": [10, 20, 90, 30], "cells": 3}]
        return json.dumps({"inkling_form": 1, "name": "c1", "page": {"width": 400, "height": 300, "image": "blank.png"},
                           "fields": fields, **more})

    def test_the_smallest_template_is_accepted(self):
        form = self.write("form.json", self.minimum(rules=["votes01 + votes02 = valid"]))
        run = self.succeed("form", "check", form)
        self.assertIn("c1, 1 fields, 1 rules", run.stdout)
        self.assertIn("there is no field 'votes02', so the rule cannot be checked", run.stderr)

    def test_what_is_wrong_with_a_template_is_said_with_its_line(self):
        form = self.write("bad.json", self.minimum().replace('"cells": 3', '\n"cells": 0'))
        self.fail_with(1, "bad.json:2: field 'votes01': \"cells\": expected a whole number from 1 to 1000, got 0",
                       "form", "check", form)
        form = self.write("rule.json", self.minimum(rules=["votes01 + = 1"]))
        self.fail_with(1, "expected a field, a number or (, got '=' at character 11", "form", "check", form)

    def test_import_from_omrchecker(self):
        template = self.write("template.json", json.dumps(OMRCHECKER))
        out = self.folder / "imported.json"
        run = self.succeed("form", "import", "--from", "omrchecker", template, "--out", out)
        self.assertIn("the step 'Sharpen' is not known", run.stderr)
        form = json.loads(out.read_text())
        self.assertEqual(form["page"]["frame"], "markers")
        self.assertEqual(form["page"]["marker"], "marker.jpg")
        self.assertEqual([field["name"] for field in form["fields"]], ["roll1", "roll2", "roll3", "q1", "q2"])
        self.assertEqual(form["fields"][1]["cells"][9], {"box": [50, 245, 20, 20], "value": "9"})
        self.assertEqual(form["fields"][4]["cells"][3], {"box": [290, 150, 20, 20], "value": "D"})
        self.assertEqual(form["joined"], [{"name": "Roll", "fields": ["roll1", "roll2", "roll3"]}])
        self.succeed("form", "check", out)
        self.fail_with(2, "--from", "form", "import", "--from", "queXF", template, "--out", out)
        self.fail_with(1, "is not as OMRChecker's template", "form", "import", "--from", "omrchecker",
                       self.write("other.json", "[]"), "--out", out)

    def test_a_folder_that_is_no_run(self):
        for arguments in (("export", self.folder, "--out", self.folder / "t.csv"),
                          ("merge", "--out", self.folder / "whole", self.folder)):
            self.fail_with(1, "is no run: there is no run.sqlite in it", "form", *arguments)
        self.fail_with(2, ".csv, .jsonl or .xlsx", "form", "export", self.folder, "--out", self.folder / "t.doc")


class Read(CommandTest):
    """The pages of examples/forms, through to the table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pages = sorted(FORM.glob("filled-*.png"))
        cls.run_folder = cls.folder / "run"
        cls.first = inkling("form", "read", FORM / "form.json", "--model", MODEL, "--out", cls.run_folder, *cls.pages)

    def lines(self, run):
        out = self.folder / "pages.jsonl"
        self.succeed("form", "export", run, "--out", out)
        return [json.loads(line) for line in out.read_text().splitlines()]

    def test_pages_in_are_read_held_or_refused(self):
        self.assertEqual(self.first.returncode, 0, self.first.stderr)
        counts = re.search(r"pages in (\d+) = read (\d+) \+ held (\d+) \+ refused (\d+)", self.first.stdout)
        total, *parts = map(int, counts.groups())
        self.assertEqual(total, 4)
        self.assertEqual(sum(parts), 4)
        pages = self.lines(self.run_folder)
        self.assertEqual([page["form"] for page in pages], ["village-vote"] * 4)
        # On the third page the writer's sum is wrong by one. A rule that decides may mend it, but never in silence: it
        # names itself, what was read stands beside, and the field is doubtful.
        votes = pages[2]["fields"]["votes02"]
        self.assertEqual((votes["text"], votes["plain"], votes["status"]), ("131", "130", "doubtful"))
        self.assertEqual(votes["changed_by"], "votes01 + votes02 + votes03 = valid")
        self.assertEqual(pages[2]["status"], "doubtful")
        # On the fourth a number is empty: the rule cannot be checked.
        self.assertIsNone(pages[3]["rules"][3]["holds"])
        self.assertEqual(pages[3]["fields"]["total"]["status"], "empty")

    def test_what_was_read_is_what_is_written(self):
        run = self.succeed("form", "evaluate", self.run_folder, "--truth", FORM / "truth.csv", "--json")
        self.assertGreaterEqual(json.loads(run.stdout)["characters"]["share"], 0.9)

    def test_a_run_is_gone_on_with_and_no_page_is_read_twice(self):
        self.fail_with(2, "--resume", "form", "read", FORM / "form.json", "--model", MODEL, "--out", self.run_folder, *self.pages)
        run = self.succeed("form", "read", FORM / "form.json", "--model", MODEL, "--out", self.run_folder, "--resume", *self.pages)
        self.assertIn("in the run before 4", run.stdout)

    def test_bad_pages_are_rows_with_their_reasons(self):
        blank = self.folder / "grey.png"
        write_png(blank, b"\x80" * 10000, 100)
        empty = self.folder / "empty.pdf"
        empty.write_bytes(b"")
        out = self.folder / "bad"
        run = inkling("form", "read", FORM / "form.json", "--model", MODEL, "--out", out, self.pages[0], blank, empty,
                      self.folder / "none.png", self.pages[1])
        self.assertEqual(run.returncode, 3)
        self.assertIn("pages in 5", run.stdout)
        self.assertIn("refused 3", run.stdout)
        reasons = {page["file"]: page.get("reason", "") for page in self.lines(out) if page["status"] == "refused"}
        self.assertIn("nothing is on the page", reasons[str(blank)])
        self.assertIn("the file is empty", reasons[str(empty)])
        self.assertEqual(len(reasons), 3)

    def test_killed_and_gone_on_with(self):
        out = self.folder / "killed"
        for pause in (0.05, 0.3, 0.8):
            process = start("form", "read", FORM / "form.json", "--model", MODEL, "--out", out, "--threads", 1, "--resume",
                            *self.pages)
            time.sleep(pause)
            process.kill()
            process.communicate()
        self.succeed("form", "read", FORM / "form.json", "--model", MODEL, "--out", out, "--resume", *self.pages)
        self.assertEqual(self.lines(out), self.lines(self.run_folder))

    def test_shards_are_merged(self):
        for i in (1, 2):
            self.succeed("form", "read", FORM / "form.json", "--model", MODEL, "--out", self.folder / f"shard{i}", "--shard",
                         f"{i}/2", *self.pages)
        self.succeed("form", "merge", "--out", self.folder / "merged", self.folder / "shard1", self.folder / "shard2")
        self.assertEqual(self.lines(self.folder / "merged"), self.lines(self.run_folder))


class Table(CommandTest):
    def grid(self, name, rows=3, columns=4):
        """A ruled grid of cells of 60 by 40 pixels, with an upright stroke in every first cell."""
        width = max(80 + 60 * columns, 80 + 40 * rows)
        pixels = bytearray(b"\xf0" * (width * width))
        for y in range(40, 42 + 40 * rows):
            for x in range(40, 42 + 60 * columns):
                if (x - 40) % 60 < 2 or (y - 40) % 40 < 2:
                    pixels[y * width + x] = 60
        for row in range(rows):
            for y in range(40 + 40 * row + 8, 40 + 40 * row + 33):
                for x in range(60 + 9 * row, 64 + 9 * row):
                    pixels[y * width + x] = 30
        path = self.folder / name
        write_png(path, bytes(pixels), width)
        return path

    def test_a_table_without_a_template(self):
        page = self.grid("grid.png")
        run = self.succeed("form", "table", page, "--columns", "4*digits", "--model", MODEL, "--json")
        table = json.loads(run.stdout)
        self.assertEqual(table["file"], str(page))
        self.assertEqual([[cell["text"] for cell in row] for row in table["rows"]], [["1", "", "", ""]] * 3)
        self.assertEqual(table["rows"][0][1]["status"], "empty")
        out = self.folder / "table.csv"
        self.succeed("form", "table", page, "--columns", "digits:1,skip,grade,text[A-F]", "--model", MODEL, "--csv", "--out", out)
        rows = list(csv.reader(out.read_text().splitlines()))
        self.assertEqual(rows[0][:4], ["file", "page", "row", "column1"])
        self.assertEqual([row[3] for row in rows[1:]], ["1", "1", "1"])

    def test_what_is_no_such_table_is_refused(self):
        page = self.grid("grid.png")
        blank = self.folder / "blank.png"
        write_png(blank, b"\x80" * 10000, 100)
        run = inkling("form", "table", page, blank, "--columns", "digits,digits", "--model", MODEL, "--json")
        self.assertEqual(run.returncode, 3)
        self.assertIn("no grid of 2 columns was found; there are (rows x columns): 3 x 4", run.stderr)
        self.assertIn("nothing is on the page", run.stderr)
        self.assertEqual([json.loads(line)["status"] for line in run.stdout.splitlines()], ["refused", "refused"])
        for columns in ("", "digit", "0*digits", "text[A", "digits:x", "table"):
            self.fail_with(2, "--columns", "form", "table", page, "--columns", columns, "--model", MODEL)


class FoundTables(CommandTest):
    """Photographs of tables that nobody made for this project; measured, never part of it."""

    def setUp(self):
        self.found = pathlib.Path(os.environ.get("INKLING_SHARED", ROOT.parent / "shared")) / "data" / "found"
        if not self.found.is_dir():
            self.skipTest("no found tables below INKLING_SHARED")

    def cells(self, name):
        """{file: {(row, column): (kind, text)}}"""
        files = {}
        for row in csv.DictReader((self.found / name / "fields.csv").read_text().splitlines()):
            place = re.fullmatch(r"r(\d+)c(\d+)", row["field"])
            if place:
                files.setdefault(row["file"], {})[tuple(map(int, place.groups()))] = (row["kind"], row["text"])
        return files

    def read(self, page, columns, *more):
        run = inkling("form", "table", page, "--columns", columns, "--model", MODEL, "--json", *more)
        return json.loads(run.stdout)["rows"]

    def test_mark_sheets(self):
        right, total = {}, {}
        for file, cells in self.cells("marksheets").items():
            columns = []
            for column in range(1, 1 + max(place[1] for place in cells)):
                kinds = {kind for place, (kind, _) in cells.items() if place[1] == column}
                columns.append(next(kind for kind in ("grade", "decimal", "digits") if kind in kinds))
            rows = self.read(self.found / "marksheets" / file, ",".join(columns))
            for (row, column), (kind, text) in cells.items():
                total[kind] = total.get(kind, 0) + 1
                if rows:
                    right[kind] = right.get(kind, 0) + (rows[row - 1][column - 1]["text"] == text)
        print("mark sheets:", ", ".join(f"{kind} {right[kind]} of {total[kind]}" for kind in total))
        for kind, least in (("digits", 0.95), ("grade", 0.85), ("decimal", 0.8)):
            self.assertGreaterEqual(right[kind] / total[kind], least, kind)

    def test_sudokus(self):
        right, total, full = {}, {}, 0
        for file, cells in self.cells("sudoku-photos").items():
            rows = self.read(self.found / "sudoku-photos" / file, "9*digits:1")
            if not rows:  # the last column of one is cut off by the picture: refused
                self.assertEqual(file, "sudoku-1002.jpg")
                continue
            for place, (kind, text) in cells.items():
                total[kind] = total.get(kind, 0) + 1
                right[kind] = right.get(kind, 0) + (rows[place[0] - 1][place[1] - 1]["text"] == text)
            full += sum(rows[r - 1][c - 1]["status"] != "empty" for r in range(1, 10) for c in range(1, 10) if (r, c) not in cells)
        print("sudokus:", ", ".join(f"{kind} {right[kind]} of {total[kind]}" for kind in total), f"; {full} empty cells read")
        for kind in total:
            self.assertGreaterEqual(right[kind] / total[kind], 0.95, kind)
        self.assertEqual(full, 0)

    def test_a_row_of_marks_among_joined_cells(self):
        rows = self.read(self.found / "marks-table-photo" / "marks-table.jpg", "skip,17*digits:1,2*digits", "--header", "5")
        self.assertEqual("".join(cell["text"] or "_" for cell in rows[0][1:18]), "2112153____7___34")


class BubbleSheets(CommandTest):
    """OMRChecker's own samples, whose answers its tests say."""

    def test_answers(self):
        samples = pathlib.Path(os.environ.get("INKLING_SHARED", ROOT.parent / "shared")) / "data" / "omr"
        if not samples.is_dir():
            self.skipTest("no OMRChecker samples below INKLING_SHARED")
        right = total = refused = 0
        wrong = []
        for sample in sorted(path.parent for path in samples.glob("*/template.json")):
            form = self.folder / (sample.name + ".json")
            self.succeed("form", "import", "--from", "omrchecker", sample / "template.json", "--out", form)
            truth = {}
            for file, field, text in csv.reader((sample / "truth.csv").read_text().splitlines()):
                truth.setdefault(file, {})[field] = text
            run = self.folder / ("run-" + sample.name)
            inkling("form", "read", form, "--model", MODEL, "--out", run, "--keep-going", *[sample / file for file in truth])
            table = self.folder / (sample.name + ".csv")
            self.succeed("form", "export", run, "--out", table)
            for row in csv.DictReader(table.read_text().splitlines()):
                refused += row["status"] == "refused"
                for field, text in truth[pathlib.Path(row["file"]).name].items():
                    # Its "no" is the value of an empty bubble; several marks stand one behind another.
                    expected = "" if text == "no" else text
                    total += 1
                    if row.get(field, "").replace("+", "") == expected:
                        right += 1
                    else:
                        wrong.append(f"{row['file']} {field}: {expected!r}, got {row.get(field)!r}")
        print(f"OMRChecker's samples: {right} of {total} answers right, {refused} pages refused", *wrong, sep="\n  ")
        self.assertEqual(total, 504)
        self.assertGreaterEqual(right / total, 0.995)


if __name__ == "__main__":
    unittest.main()
