"""Pages of a form: templates and what the form commands do around a run."""

import json
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


if __name__ == "__main__":
    unittest.main()
