"""The blocks of docs/python.md run, one after another, and print what makes sense: page_test.py PROJECT"""

import contextlib
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

project = Path(sys.argv[1]).resolve()
sys.path.insert(0, str(project / "scripts/docs_site"))
import markdown

page = project / "docs/python.md"
try:
    import sklearn  # noqa: F401

    without = None
except ImportError:
    without = "sklearn"

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for file in ("models/cnn.safetensors", "examples/images/seven.png"):
        shutil.copy(project / file, folder)
    os.symlink(project / "data", "data")
    names = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        for block in markdown.blocks(page):
            if block.language != "python" or block.not_run or (without and without in block.code):
                continue
            exec(compile("\n" * (block.line - 1) + block.code, page, "exec"), names)
    printed = out.getvalue()
    print(printed)
    for expected in ("7 1.00", "right: True", "epoch 2 of 2", "'4.weight'", "svm, 10 classes, input 28x28x1> True", "77 [("):
        assert expected in printed, expected
    assert without or "\nTrue\n" in printed
    os.chdir("/")
