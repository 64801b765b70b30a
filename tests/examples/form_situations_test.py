"""What people met with other form readers, through the command: what docs/forms.md promises about files, disks and tables."""

import csv
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import unittest
import xml.etree.ElementTree
import zipfile
import zlib

from command import CommandTest, inkling, small_disk, write_png

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORM = ROOT / "examples" / "forms"
MODEL = ROOT / "models" / "cnn.safetensors"


def grey_png(path):
    """(width, height, bytes) of a grey PNG of 8 bits."""
    data = path.read_bytes()
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    assert (depth, colour) == (8, 0)
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(packed)
    rows, above = [], bytearray(width)
    for y in range(height):
        kind, row = raw[y * (width + 1)], bytearray(raw[y * (width + 1) + 1:(y + 1) * (width + 1)])
        for x in range(width if kind else 0):
            left, up, corner = (row[x - 1], above[x], above[x - 1]) if x else (0, above[0], 0)
            if kind == 4:
                guess = left + up - corner
                paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            row[x] = (row[x] + (left if kind == 1 else up if kind == 2 else (left + up) // 2 if kind == 3 else paeth)) & 255
        rows.append(bytes(row))
        above = row
    return width, height, b"".join(rows)


def lzw(data):
    """TIFF's LZW, which is started anew before its codes need a tenth bit."""
    bits, count, out = 0, 0, bytearray()

    def put(code):
        nonlocal bits, count
        bits, count = bits << 9 | code, count + 9
        while count >= 8:
            count -= 8
            out.append(bits >> count & 255)
        bits &= (1 << count) - 1
    for i, value in enumerate(data):
        if i % 200 == 0:
            put(256)
        put(value)
    put(257)
    if count:
        out.append(bits << (8 - count) & 255)
    return bytes(out)


def write_tiff(path, pages):
    """pages: (width, height, grey bytes, compression): 1 none, 5 LZW, 8 deflate."""
    out = bytearray(b"II*\0\0\0\0\0")
    link = 4
    for width, height, grey, compression in pages:
        packed = {1: bytes, 5: lzw, 8: zlib.compress}[compression](grey)
        strip = len(out)
        out += packed + b"\0" * (len(packed) % 2)
        tags = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, compression), (262, 3, 1), (273, 4, strip),
                (277, 3, 1), (278, 4, height), (279, 4, len(packed))]
        struct.pack_into("<I", out, link, len(out))
        out += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
        link = len(out)
        out += b"\0\0\0\0"
    path.write_bytes(out)


def pdf(objects, trailer=""):
    """A PDF of numbered objects, of which the first is the catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer.encode(), start)


PAGE = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]


class Situation(CommandTest):
    def read(self, run, *pages, code=None, form=FORM / "form.json"):
        result = inkling("form", "read", form, "--model", MODEL, "--out", run, *pages)
        if code is not None:
            self.assertEqual(result.returncode, code, result.stderr)
        return result

    def lines(self, run):
        out = self.folder / "lines.jsonl"
        self.succeed("form", "export", run, "--out", out)
        return [json.loads(line) for line in out.read_text().splitlines()]

    def counts(self, result):
        found = re.search(r"pages in (\d+) = read (\d+) \+ held (\d+) \+ refused (\d+)", result.stdout)
        return [int(number) for number in found.groups()]


class Files(Situation):
    def test_every_page_of_a_tiff_is_read_however_it_is_packed(self):
        pages = [(*grey_png(FORM / f"filled-{i}.png"), compression) for i, compression in ((1, 1), (2, 5), (3, 8))]
        tiff = self.folder / "three.tif"
        write_tiff(tiff, pages)
        result = self.read(self.folder / "tiff", tiff, code=0)
        self.assertEqual(self.counts(result)[0], 3)
        alone = self.folder / "alone"
        self.read(alone, *[FORM / f"filled-{i}.png" for i in (1, 2, 3)], code=0)
        of_tiff, of_png = self.lines(self.folder / "tiff"), self.lines(alone)
        self.assertEqual([page["page"] for page in of_tiff], [1, 2, 3])
        self.assertEqual([page["fields"] for page in of_tiff], [page["fields"] for page in of_png])

    @unittest.skipUnless(shutil.which("pdftoppm"), "poppler-utils is not installed")
    def test_odd_pdfs_are_one_plain_line_each_and_the_rest_is_read(self):
        files = {
            "locked.pdf": (pdf(PAGE + [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
                                       b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>"],
                               "/Encrypt 4 0 R /ID [<00> <00>]"), "locked with a password"),
            "empty.pdf": (b"", "the file is empty"),
            "head.pdf": (b"%PDF-1.4", "PDF: "),
            "page.html.pdf": (b"<html><body>sign in</body></html>", ""),
            "none.pdf": (pdf([PAGE[0], b"<< /Type /Pages /Kids [] /Count 0 >>"]), "PDF: "),
            # A page whose picture cannot be drawn comes out white: it is no empty form.
            "white.pdf": (pdf(PAGE + [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"]), "nothing is on the page")}
        for name, (content, _) in files.items():
            (self.folder / name).write_bytes(content)
        run = self.folder / "odd"
        result = self.read(run, *[self.folder / name for name in files], FORM / "filled-1.png", code=3)
        total, read, held, refused = self.counts(result)
        self.assertEqual((total, refused), (7, 6))
        self.assertEqual(total, read + held + refused)
        reasons = {pathlib.Path(page["file"]).name: page.get("reason", "") for page in self.lines(run)}
        for name, (_, reason) in files.items():
            self.assertIn(reason, reasons[name])
            self.assertNotEqual(reasons[name], "")
            self.assertNotIn("\n", reasons[name])

    @unittest.skipUnless(shutil.which("pdftoppm"), "poppler-utils is not installed")
    def test_what_a_viewer_shows_of_a_pdf_is_what_is_read(self):
        """A page without content of its own: a filled-in field and a pen stroke, drawn only by their appearances."""
        width, height, grey = grey_png(FORM / "filled-1.png")
        image = zlib.compress(grey)
        look = b"q %d 0 0 %d 0 0 cm /I Do Q" % (width, height)
        objects = PAGE + [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Annots [4 0 R] >>" % (width, height),
            b"<< /Type /Annot /Subtype /Ink /F 4 /Rect [0 0 %d %d] /InkList [[1 1 2 2]] /AP << /N 5 0 R >> >>" % (width, height),
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 %d %d] /Resources << /XObject << /I 6 0 R >> >> /Length %d >>\nstream\n"
            % (width, height, len(look)) + look + b"\nendstream",
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
            b"/Filter /FlateDecode /Length %d >>\nstream\n" % (width, height, len(image)) + image + b"\nendstream"]
        page = self.folder / "annotated.pdf"
        page.write_bytes(pdf(objects))
        self.read(self.folder / "annotated", page, code=0)
        self.read(self.folder / "scanned", FORM / "filled-1.png", code=0)
        annotated, scanned = self.lines(self.folder / "annotated")[0], self.lines(self.folder / "scanned")[0]
        self.assertEqual({name: field["text"] for name, field in annotated["fields"].items()},
                         {name: field["text"] for name, field in scanned["fields"].items()})

    def test_names_are_shown_as_they_are_and_equal_names_are_two_pages(self):
        folders = [self.folder / name for name in ("Pr\u00fcfung", "\u05d0", " b")]
        for number, folder in enumerate(folders, 1):
            folder.mkdir()
            shutil.copy(FORM / f"filled-{number}.png", folder / "a \u00e9.png")
        shutil.copy(FORM / "filled-1.png", folders[2] / "again.png")
        run = self.folder / "names"
        result = self.read(run, *folders)
        self.assertEqual(self.counts(result)[0], 4)
        pages = {page["file"]: page for page in self.lines(run)}
        self.assertEqual(set(pages), {str(folder / "a \u00e9.png") for folder in folders} | {str(folders[2] / "again.png")})
        same = [page for page in pages.values() if "the same content as" in page.get("reason", "")]
        self.assertEqual(len(same), 1)
        self.assertEqual(same[0]["status"], "doubtful")


class Blanks(Situation):
    def test_a_required_field_that_is_empty_is_held(self):
        """The total of the fourth page is empty: that is no 0, and where it is required somebody must look."""
        form = json.loads((FORM / "form.json").read_text())
        form["page"]["image"] = str(FORM / form["page"]["image"])
        for field in form["fields"]:
            field["required"] = field["name"] == "total"
        path = self.folder / "required.json"
        path.write_text(json.dumps(form))
        self.read(self.folder / "free", FORM / "filled-4.png", code=0)
        self.read(self.folder / "required", FORM / "filled-4.png", code=0, form=path)
        free = self.lines(self.folder / "free")[0]["fields"]["total"]
        self.assertEqual((free["text"], free["status"]), ("", "empty"))
        required = self.lines(self.folder / "required")[0]
        self.assertEqual(required["status"], "doubtful")
        self.assertEqual(required["fields"]["total"]["text"], "")
        self.assertEqual(required["fields"]["total"]["status"], "doubtful")
        self.assertIn("it is empty, and it is required", required["fields"]["total"]["reason"])


class Kinds(Situation):
    def test_tables_and_barcodes_inside_a_form(self):
        form = json.loads((FORM / "form.json").read_text())
        form["page"]["image"] = str(FORM / form["page"]["image"])
        form["rules"] = []
        column = {"kind": "digits", "cells": 1}
        form["fields"] = [
            {"name": "marks", "kind": "table", "box": [700, 560, 162, 54], "rows": 1,
             "columns": [{"name": name, **column} for name in "abc"]},
            {"name": "wrong", "kind": "table", "box": [700, 560, 162, 54], "columns": ["digits", "digits"]},
            {"name": "code", "kind": "barcode", "box": [900, 1000, 200, 100]},
            {"name": "text", "kind": "barcode", "box": [130, 640, 320, 50]}]
        path = self.folder / "kinds.json"
        path.write_text(json.dumps(form))
        run = self.folder / "kinds"
        self.read(run, FORM / "filled-1.png", code=0, form=path)
        fields = self.lines(run)[0]["fields"]
        self.assertEqual([[cell["text"] for cell in row.values()] for row in fields["marks"]["rows"]], [["0", "1", "2"]])
        self.assertEqual(fields["wrong"]["status"], "doubtful")
        self.assertIn("no grid of 2 columns was found", fields["wrong"]["reason"])
        self.assertEqual(fields["text"]["status"], "doubtful")
        self.assertRegex(fields["text"]["reason"], "no code that can be read|without ZXing")
        if "ZXing" not in fields["code"].get("reason", ""):
            self.assertEqual(fields["code"]["status"], "empty")
        table = self.folder / "kinds.csv"
        self.succeed("form", "export", run, "--out", table)
        row = next(csv.DictReader(table.read_text().splitlines()))
        self.assertEqual([row[f"marks.1.{name}"] for name in "abc"], ["0", "1", "2"])


class Exports(Situation):
    def test_texts_are_texts_and_nothing_is_a_formula(self):
        shutil.copy(FORM / "filled-1.png", self.folder / "=1+1.png")
        run = self.folder / "formulas"
        read = inkling("form", "read", FORM / "form.json", "--model", MODEL, "--out", run, "=1+1.png",
                       FORM / "filled-2.png", cwd=self.folder)
        self.assertEqual(read.returncode, 0, read.stderr)
        texts = {field["text"] for line in self.lines(run) for field in line["fields"].values()}
        zeros = {text for text in texts if text.startswith("0") and text.isdigit() and len(text) > 1}
        table, book = self.folder / "table.csv", self.folder / "table.xlsx"
        self.succeed("form", "export", run, "--out", table)
        self.succeed("form", "export", run, "--out", book)
        rows = list(csv.reader(table.read_text().splitlines()))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        for row in rows:
            for cell in row:
                self.assertFalse(re.match(r"[=+@\t\r]", cell), cell)
        self.assertIn("'=1+1.png", [row[0] for row in rows])
        self.assertTrue(zeros)
        self.assertTrue(any(zero in row for row in rows for zero in zeros))
        with zipfile.ZipFile(book) as parts:
            sheet = xml.etree.ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
        space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
        self.assertEqual(list(sheet.iter(space + "f")), [])
        strings = {"".join(cell.itertext()) for cell in sheet.iter(space + "c") if cell.get("t") == "inlineStr"}
        self.assertLessEqual(zeros, strings)
        self.assertIn("=1+1.png", strings)


class FullDisk(Situation):
    def setUp(self):
        self.disk = self.folder / self.id().rsplit(".", 1)[-1]
        if not small_disk(self.disk, 512):
            self.skipTest("this user may not mount a small disk")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)

    def fill(self):
        """Takes all that is left; removing it makes room again."""
        ballast = self.disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
        return ballast

    def test_a_run_on_a_full_disk_stays_whole_and_is_gone_on_with(self):
        pages = [FORM / f"filled-{i}.png" for i in (1, 2, 3, 4)]
        run = self.disk / "run"
        self.read(run, pages[0], code=0)
        before = self.lines(run)
        ballast = self.fill()
        full = inkling("form", "read", FORM / "form.json", "--model", MODEL, "--out", run, "--resume", *pages)
        self.assertEqual(full.returncode, 1, full.stdout)
        self.assertRegex(full.stderr, "(?i)full|no space")
        ballast.unlink()
        self.assertEqual(self.lines(run)[:1], before)
        self.succeed("form", "read", FORM / "form.json", "--model", MODEL, "--out", run, "--resume", *pages)
        whole = self.folder / "whole"
        self.read(whole, *pages, code=0)
        self.assertEqual(self.lines(run), self.lines(whole))

    def test_the_last_good_export_survives_a_full_disk(self):
        run = self.folder / "exported"
        self.read(run, FORM / "filled-1.png", code=0)
        for ending in ("csv", "jsonl", "xlsx"):
            out = self.disk / f"table.{ending}"
            self.succeed("form", "export", run, "--out", out)
            good = out.read_bytes()
            ballast = self.fill()
            full = inkling("form", "export", run, "--out", out)
            self.assertEqual(full.returncode, 1, ending)
            self.assertIn(str(out), full.stderr)
            self.assertEqual(out.read_bytes(), good)
            self.assertEqual(sorted(path.name for path in self.disk.iterdir()), ["ballast", out.name])
            ballast.unlink()
            out.unlink()


if __name__ == "__main__":
    unittest.main()
