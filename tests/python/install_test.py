"""`pip install .` without a network, of a module that is built already, and a use of it: install_test.py PROJECT"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

project = Path(sys.argv[1])
if not all(importlib.util.find_spec(name) for name in ("pip", "setuptools", "wheel")):
    print("skipped: pip, setuptools or wheel is not installed (Debian: python3-pip, python3-setuptools, python3-wheel)")
    sys.exit(0)

with tempfile.TemporaryDirectory() as folder:
    # What pip needs of the project, so that it leaves nothing in there.
    source = Path(folder, "source")
    for part in ("bindings/python/inkling", "include/inkling/version.hpp", "pyproject.toml", "setup.py", "LICENSE"):
        (source / part).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (project / part).is_dir() else shutil.copy)(project / part, source / part)
    target = Path(folder, "site")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-m", "pip", "install", "--no-build-isolation", "--no-index", "--no-deps", "--quiet",
                    "--disable-pip-version-check", "--target", target, source], check=True,
                   env={**environment, "PIP_ROOT_USER_ACTION": "ignore", "PIP_BREAK_SYSTEM_PACKAGES": "1"})
    for file in ("inkling/_inkling.pyi", "inkling/py.typed"):
        assert (target / file).exists(), file
    told = subprocess.run([sys.executable, "-c", "import inkling; print(inkling.__file__, inkling.__version__, "
                           f"inkling.load({str(project / 'models/svm.safetensors')!r}))"],
                          check=True, capture_output=True, text=True, cwd=folder, env={**environment, "PYTHONPATH": str(target)})
    assert str(target) in told.stdout and "47 classes" in told.stdout, told.stdout
    version = told.stdout.split()[1]
    assert (target / f"inkling-{version}.dist-info").is_dir(), list(target.iterdir())
