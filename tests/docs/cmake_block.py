"""Configures a project with the CMake of README.md: cmake_block.py PROJECT PREFIX COMPILER. PREFIX has Inkling installed."""

import subprocess
import sys
import tempfile
from pathlib import Path

project, prefix, compiler = sys.argv[1:4]
sys.path.insert(0, str(Path(project).resolve() / "scripts/docs_site"))
import markdown

(block,) = (block for block in markdown.blocks(Path(project) / "README.md") if block.language == "cmake")
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "main.cpp").write_text("#include <inkling/version.hpp>\nint main() {}\n")
    Path(folder, "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.22)\nproject(user LANGUAGES CXX)\n"
                                              f"add_executable(my_program main.cpp)\n{block.code}")
    for command in (["-S", folder, "-B", f"{folder}/build", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={compiler}"],
                    ["--build", f"{folder}/build"]):
        subprocess.run(["cmake", *command], check=True)
