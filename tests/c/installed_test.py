"""The installed C interface, as its users build against it: installed_test.py BUILD PROJECT COMPILER

The blocks of docs/c.md, by pkg-config, by ctypes and by find_package in a project of C alone."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD, PROJECT, COMPILER = sys.argv[1:4]


def block(language):
    page = (Path(PROJECT) / "docs/c.md").read_text()
    return re.search(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1]


def run(*command, **options):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {result.stdout}{result.stderr}")
    return result.stdout


class InstalledTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.prefix = cls.folder / "prefix"
        for component in ("c", "library"):
            run("cmake", "--install", BUILD, "--component", component, "--prefix", cls.prefix)
        (cls.lib,) = {path.parent for path in cls.prefix.rglob("libinkling.so")}
        cls.environment = {**os.environ, "LD_LIBRARY_PATH": str(cls.lib), "PKG_CONFIG_PATH": str(cls.lib / "pkgconfig")}
        shutil.copy(Path(PROJECT) / "models/cnn.safetensors", cls.folder)
        (cls.folder / "read.c").write_text(block("c"))

    def test_the_page_by_pkg_config(self):
        flags = run("pkg-config", "--cflags", "--libs", "inkling", env=self.environment).split()
        run(COMPILER, "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "read.c", *flags, "-o", "read", cwd=self.folder)
        self.assertRegex(run("./read", cwd=self.folder, env=self.environment), r"^[1Il] with a probability of 0\.\d\d\n$")

    def test_the_page_by_ctypes(self):
        told = run(sys.executable, "-c", block("python"), cwd=self.folder, env=self.environment)
        self.assertEqual(told, "47 classes\n")

    def test_a_project_of_c_alone_by_find_package(self):
        (self.folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.22)\nproject(user LANGUAGES C)\nadd_executable(read read.c)\n" + block("cmake"))
        run("cmake", "-S", ".", "-B", "user", f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_C_COMPILER={COMPILER}",
            cwd=self.folder)
        run("cmake", "--build", "user", cwd=self.folder)
        run("user/read", cwd=self.folder)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
