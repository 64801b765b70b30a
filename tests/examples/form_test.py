"""Pages of a form: templates and what the form commands do around a run."""

import json
import unittest

from command import CommandTest

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
        form = self.write("bad.json", self.minimum().replace('"cells"', '\n"cells"').replace(": 3", ": 0"))
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


if __name__ == "__main__":
    unittest.main()
