"""The pages hang together: pages_test.py PROJECT

Every link and every anchor leads somewhere, every page of docs/ is in the site's navigation, and every block of code has a
language and somebody who runs it."""

import json
import re
import sys
import unittest
from pathlib import Path

PROJECT = Path(sys.argv[1]).resolve()
sys.path.insert(0, str(PROJECT / "scripts/docs_site"))
import markdown

ALL = markdown.pages(PROJECT)
PAGES = [page for page in ALL if page.parent == PROJECT / "docs"]
KINDS = ["Tutorial", "How-to", "Explanation", "Reference"]

# Who runs the blocks. Of these languages all, wherever they stand:
EVERYWHERE = {"cpp": "tests/docs/blocks.py", "sh": "tests/docs/shell.py", "console": "tests/docs/shell.py",
              "python": "tests/docs/python_blocks.py", "json": "tests/docs/pages_test.py"}
# Of these pages, as many as there are here:
HERE = {("docs/python.md", "python"): ("tests/python/page_test.py", None),
        ("docs/c.md", "c"): ("tests/c/installed_test.py", 1),
        ("docs/c.md", "python"): ("tests/c/installed_test.py", 1),
        ("docs/c.md", "cmake"): ("tests/c/installed_test.py", 1),
        ("docs/browser.md", "js"): ("tests/wasm/package_test.mjs", 1),
        ("README.md", "cmake"): ("tests/docs/cmake_block.py", 1)}
NO_CODE = {"text"}


def name(page):
    return page.relative_to(PROJECT).as_posix()


class Blocks(unittest.TestCase):
    def test_every_block_is_run_or_says_why_not(self):
        counts = {}
        for page in ALL:
            for block in markdown.blocks(page):
                where = f"{name(page)}:{block.line}"
                if block.not_run:
                    self.assertGreater(len(block.not_run), 10, where)
                    print(f"not run: {where}: {block.not_run}")
                elif block.language not in EVERYWHERE and block.language not in NO_CODE:
                    self.assertIn((name(page), block.language), HERE, f"{where}: nobody runs this block")
                if not block.not_run and (name(page), block.language) in HERE:
                    counts[name(page), block.language] = counts.get((name(page), block.language), 0) + 1
        for (page, language), (test, count) in HERE.items():
            self.assertIn(page, (PROJECT / test).read_text(), f"{test} does not read {page}")
            if count is not None:
                self.assertEqual(counts.get((page, language)), count, f"{test} runs {count} of {page} in {language}")
        for test in EVERYWHERE.values():
            self.assertTrue((PROJECT / test).is_file(), test)

    def test_code_stands_between_fences(self):
        for page in ALL:
            text = markdown.prose(page)
            for match in re.finditer(r"^\n {4,}\S", text, re.MULTILINE):
                self.fail(f"{name(page)}:{text.count(chr(10), 0, match.start()) + 2}: an indented block has no language")
            for match in re.finditer(r"^ *(```|~~~).*", text, re.MULTILINE):
                self.fail(f"{name(page)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]} is no fence as ```sh is")

    def test_json_is_json_but_for_what_is_left_out(self):
        for page in ALL:
            for block in markdown.blocks(page):
                if block.language == "json":
                    whole = re.sub(r",\s*…|(?<=[\[{])…", "", block.code)
                    try:
                        json.loads(whole)
                    except ValueError as error:
                        self.fail(f"{name(page)}:{block.line}: {error}")


class Links(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        for page in ALL:
            for line, target in markdown.links(page):
                if re.match(r"(https?|mailto):", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                where = f"{name(page)}:{line}: {target}"
                self.assertTrue(file.is_file(), f"{where}: there is no such file")
                self.assertTrue(file.is_relative_to(PROJECT), f"{where}: outside of the project")
                if anchor:
                    self.assertEqual(file.suffix, ".md", f"{where}: an anchor in something else than a page")
                    self.assertIn(anchor, markdown.anchors(file), f"{where}: there is no such heading")

    def test_an_anchor_is_named_alike_by_github_and_the_site(self):
        for page in ALL:
            for line, target in markdown.links(page):
                self.assertNotIn("--", target.partition("#")[2], f"{name(page)}:{line}")


class Navigation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = (PROJECT / "docs/mkdocs.yml").read_text()
        nav = text[text.index("\nnav:\n") :]
        cls.kinds = re.findall(r"^  - ([^:\n]+):$", nav, re.MULTILINE)
        cls.files = re.findall(r"^ +- [^:\n]+: (\S+)$", nav, re.MULTILINE)

    def test_it_has_the_four_kinds(self):
        self.assertEqual(self.kinds, KINDS)

    def test_every_page_is_in_it_once(self):
        self.assertEqual(len(self.files), len(set(self.files)))
        pages = [file for file in self.files if not file.startswith("reference/")]  # which is Doxygen's
        self.assertEqual(set(map(name, PAGES)) - set(pages), set())
        for file in pages:
            self.assertTrue((PROJECT / file).is_file(), file)

    def test_the_readme_names_every_page(self):
        linked = {target.partition("#")[0] for _, target in markdown.links(PROJECT / "README.md")}
        self.assertEqual(set(map(name, PAGES)) - linked, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
