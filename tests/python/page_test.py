"""The blocks of docs/python.md run, one after another, and print what makes sense: page_test.py PROJECT"""

import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

project = Path(sys.argv[1])
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
    text = page.read_text()
    with contextlib.redirect_stdout(out):
        for block in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            if without and without in block[1]:
                continue
            code = "\n" * (text.count("\n", 0, block.start()) + 1) + block[1]
            exec(compile(code, page, "exec"), names)
    printed = out.getvalue()
    print(printed)
    for expected in ("7 1.00", "right: True", "epoch 2 of 2", "'4.weight'", "svm, 10 classes, input 28x28x1> True", "77 [("):
        assert expected in printed, expected
    assert without or "\nTrue\n" in printed
    os.chdir("/")
