"""Runs the Python in the documentation, page by page: python_blocks.py PROJECT FOLDER

docs/python.md and docs/c.md need more than an interpreter: tests/python/page_test.py and tests/c/installed_test.py run theirs.
FOLDER is that of folder.py. Where the package safetensors is not installed (Debian 12 has none), a reader of a few lines stands in for it."""

import json
import os
import sys
import types
from pathlib import Path

project, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
sys.path.insert(0, str(project / "scripts/docs_site"))
import markdown

try:
    import numpy
except ImportError:
    print("skipped: NumPy is not installed")
    sys.exit(77)

TYPES = {"F32": "<f4", "F16": "<f2", "U8": "u1", "U16": "<u2", "U32": "<u4", "I32": "<i4", "I64": "<i8"}
ELSEWHERE = ("docs/python.md", "docs/c.md")


def load_file(path):
    data = Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = json.loads(data[8:start])
    tensors.pop("__metadata__", None)
    return {name: numpy.frombuffer(data[start:][slice(*tensor["data_offsets"])], TYPES[tensor["dtype"]]).reshape(tensor["shape"])
            for name, tensor in tensors.items()}


try:
    import safetensors.numpy
except ImportError:
    stand_in = types.ModuleType("safetensors.numpy")
    stand_in.load_file = load_file
    sys.modules |= {"safetensors": types.ModuleType("safetensors"), "safetensors.numpy": stand_in}


def check(page, names):
    """That the blocks did what their page says."""
    if page.name == "model-files.md":
        assert names["weights"]["0.weight"].shape == (3, 3, 1, 32), names["weights"]["0.weight"].shape
        assert names["left"] == {0: 1, 1: 3, 2: 5}, names["left"]  # of the tree in the page's hidden comment
    if page.name == "random-forest.md":
        assert len(names["thresholds"]) > 1000


os.chdir(folder)
ran = 0
for page in markdown.pages(project):
    if page.relative_to(project).as_posix() in ELSEWHERE:
        continue
    names = {}
    for block in markdown.blocks(page):
        if block.language != "python" or block.not_run:
            continue
        exec(compile("\n" * (block.given_line - 1) + block.given, page, "exec"), names)
        exec(compile("\n" * (block.line - 1) + block.code, page, "exec"), names)
        ran += 1
    check(page, names)
print(f"ran {ran} blocks")
assert ran >= 3
