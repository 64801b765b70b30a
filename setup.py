"""What `pip install .` cannot read from pyproject.toml: the version, and that CMake builds the module.

INKLING_BUILD_DIR names a folder in which CMake has been run with -D INKLING_PYTHON=ON already."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PROJECT = Path(__file__).resolve().parent


def version():
    text = (PROJECT / "include/inkling/version.hpp").read_text()
    return ".".join(re.search(r"version\{(\d+), (\d+), (\d+)\}", text).groups())


class CMakeBuild(build_ext):
    def build_extension(self, extension):
        folder = os.environ.get("INKLING_BUILD_DIR")
        if not folder:
            folder = str(Path(self.build_temp).resolve())
            subprocess.run(["cmake", "-S", PROJECT, "-B", folder, "-D", "CMAKE_BUILD_TYPE=Release", "-D", "INKLING_PYTHON=ON",
                            *(f"-DINKLING_BUILD_{part}=OFF" for part in ("EXAMPLES", "SERVER", "TESTS", "BENCH")),
                            "-D", f"Python3_EXECUTABLE={sys.executable}"], check=True)
        subprocess.run(["cmake", "--build", folder, "--target", "inkling_python", "--parallel"], check=True)
        target = Path(self.get_ext_fullpath(extension.name)).resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        (built,) = Path(folder, "python/inkling").glob("_inkling.*.so")
        shutil.copy(built, target)


setup(version=version(), ext_modules=[Extension("inkling._inkling", [])], cmdclass={"build_ext": CMakeBuild})
