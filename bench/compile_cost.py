#!/usr/bin/env python3
"""What it costs to compile with Inkling: each public header alone, the examples, and a program that loads and predicts.

    bench/compile_cost.py                  prints a table (Markdown), header-only and with inkling::compiled
    bench/compile_cost.py --only 'svm/|quickstart'
    bench/compile_cost.py --check          fails when a header alone passes its limit

Time (CPU seconds of the compiler at -O2) and memory are given beside those of a file that includes <Eigen/Dense> and
multiplies two matrices, in the same run. The check looks at what does not depend on the machine: preprocessed lines, and
class templates that were instantiated, as ratios to the same file.
"""

import argparse
import concurrent.futures
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
INCLUDE = PROJECT / "include"

BASE = """#include <Eigen/Dense>
Eigen::MatrixXf product(const Eigen::MatrixXf& a, const Eigen::MatrixXf& b) { return a * b; }
"""
LOAD_AND_PREDICT = """#include <inkling/io/model/model_file.hpp>
inkling::Label predict(const char* file, const inkling::Pixels& pixels) {
  return inkling::load_model(file)->predict(pixels).front();
}
"""


@dataclass(frozen=True)
class Limit:
    """Of a header alone, header-only: times the preprocessed lines and the instantiated classes of the base."""
    lines: float
    classes: float


# Where most programs come in, and what they should not have to compile. The first pattern that fits a header is its limit.
LIMITS = [
    (r"^inkling/core/matrix\.hpp$", Limit(1, 0.7)),
    (r"^inkling/model/classifier\.hpp$", Limit(1, 1)),
    (r"^inkling/io/model/model_file\.hpp$", Limit(1.3, 7)),
    (r"^inkling/read/read_character\.hpp$", Limit(1.2, 2.3)),
    (r"^inkling/inkling\.hpp$", Limit(2, 30)),  # everything: it grows with the library
    (r"^inkling/(recipes|line_recipe|adapt)\.hpp$", Limit(2, 28)),
    (r"^inkling/form/read_page\.hpp$", Limit(1.35, 28)),  # Eigen's LU and Cholesky, for registration
    (r"^inkling/io/", Limit(1.3, 28)),
    (r"", Limit(1.25, 28)),
]


@dataclass(frozen=True)
class Program:
    name: str
    text: str
    limit: Limit | None = None


@dataclass(frozen=True)
class Cost:
    seconds: float
    megabytes: float
    lines: int


def public_headers():
    for path in sorted(INCLUDE.rglob("*.hpp")):
        name = path.relative_to(INCLUDE).as_posix()
        if "/detail/" not in name and name != "inkling/mpi.hpp":  # which needs MPI
            limit = next(limit for pattern, limit in LIMITS if re.search(pattern, name))
            yield Program(name, f"#include <{name}>\n", limit)


def programs():
    yield Program("load_model and predict", LOAD_AND_PREDICT)
    for path in sorted((PROJECT / "examples").glob("*.cpp")):
        yield Program(f"examples/{path.name}", path.read_text())


class Compiler:
    def __init__(self, command, folder):
        eigen = subprocess.run(["pkg-config", "--cflags", "eigen3"], capture_output=True, text=True)
        self.flags = ["-std=c++20", "-fopenmp", f"-I{INCLUDE}", '-DINKLING_SAMPLE_FOLDER="data"',
                      *(shlex.split(eigen.stdout) or ["-I/usr/include/eigen3"])]
        self.command = shlex.split(command)
        self.folder = Path(folder)

    def _source(self, program):
        path = self.folder / (re.sub(r"\W", "_", program.name) + ".cpp")
        path.write_text(program.text)
        return path

    def lines(self, program, *flags):
        """That are not empty, after preprocessing."""
        text = subprocess.run([*self.command, *self.flags, *flags, "-E", "-P", self._source(program)],
                              check=True, stdout=subprocess.PIPE).stdout
        return sum(1 for line in text.splitlines() if line.strip())

    def classes(self, program):
        """How many class templates are instantiated."""
        with tempfile.TemporaryDirectory(dir=self.folder) as dump:
            subprocess.run([*self.command, *self.flags, "-w", "-fsyntax-only", "-fdump-lang-class", "-dumpdir", f"{dump}/",
                            self._source(program)], check=True)
            count = 0
            for path in Path(dump).iterdir():
                with path.open("rb") as file:
                    count += sum(1 for line in file if line.startswith(b"Class ") and b"<" in line)
            return count

    def cost(self, program, *flags):
        child = subprocess.Popen([*self.command, *self.flags, "-w", "-O2", *flags, "-c", self._source(program), "-o",
                                  self.folder / "cost.o"])
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"compile_cost: {program.name} does not compile")
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, self.lines(program, *flags))


def print_table(compiler, base_program, chosen):
    base = [compiler.cost(base_program) for _ in range(3)]
    seconds = statistics.median(cost.seconds for cost in base)
    print(f"`{base_program.name}`: {seconds:.2f} s, {base[0].megabytes:.0f} MB, {base[0].lines:,} lines, "
          f"{compiler.classes(base_program):,} classes.\n")
    print("| file | time | MB | lines | classes | compiled: time | MB | lines |\n|---|---|---|---|---|---|---|---|")
    for program in chosen:
        alone = compiler.cost(program)
        compiled = compiler.cost(program, "-DINKLING_COMPILED")
        print(f"| {program.name} | {alone.seconds / seconds:.1f} | {alone.megabytes:.0f} | {alone.lines:,} "
              f"| {compiler.classes(program):,} | {compiled.seconds / seconds:.1f} | {compiled.megabytes:.0f} "
              f"| {compiled.lines:,} |", flush=True)


def included_by(name, known={}):
    """The library's headers that a header brings along, header-only, itself among them."""
    if name not in known:
        known[name] = {name}
        text = (INCLUDE / name).read_text()
        for other in re.findall(r"#include <(inkling/[^>]+)>", text):
            known[name] = known[name] | included_by(other)
    return known[name]


def failures_of(headers, measure, base, limit_of, what):
    """Of the headers that pass their limit. The largest are measured first: a header that one of these includes costs no
    more than it, and is measured only where that is more than its own limit."""
    failures = []
    measured = {}
    waiting = sorted(headers, key=lambda header: -len(included_by(header.name)))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        while waiting:
            batch = []
            while waiting and len(batch) < os.cpu_count():
                header = waiting.pop(0)
                bound = min((cost for name, cost in measured.items() if header.name in included_by(name)), default=None)
                if bound is None or bound > limit_of(header) * base:
                    batch.append(header)
            for header, cost in zip(batch, pool.map(measure, batch)):
                measured[header.name] = cost
                text = f"{header.name}: {cost:,} {what}, {cost / base:.2f} times the base"
                print(text, flush=True)
                if cost > limit_of(header) * base:
                    failures.append(f"{text}; the limit is {limit_of(header)}")
    return failures


def check(compiler, base, headers):
    failures = failures_of(headers, compiler.lines, compiler.lines(base), lambda header: header.limit.lines,
                           "preprocessed lines")
    failures += failures_of(headers, compiler.classes, compiler.classes(base), lambda header: header.limit.classes,
                            "class templates instantiated")
    for failure in failures:
        print(f"compile_cost: {failure}", file=sys.stderr)
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only check the headers' limits")
    parser.add_argument("--only", default="", metavar="REGEX", help="the files to look at")
    parser.add_argument("--compiler", default=os.environ.get("CXX", "g++"), help="default: $CXX, else g++")
    options = parser.parse_args()
    base = Program("Eigen/Dense", BASE)
    headers = [header for header in public_headers() if re.search(options.only, header.name)]
    with tempfile.TemporaryDirectory() as folder:
        compiler = Compiler(options.compiler, folder)
        if options.check:
            return check(compiler, base, headers)
        print_table(compiler, base, [program for program in programs() if re.search(options.only, program.name)] + headers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
