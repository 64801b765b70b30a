"""Makes small changes to the sources, one by one, and shows which of them the tests notice. scripts/mutants.sh calls it.

    mutants.py BUILD [SUITE...]

A changed body is compiled alone and linked before the library, whose own copy of it then counts no more. So a change
costs one small compilation, and nothing in the working copy is touched. What the server's tests alone compile, a
template, is changed by compiling such a test once more.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include" / "inkling"
NEEDED = 0.9  # share of the changes that must be noticed
SECONDS = 300  # a change that makes a suite run for longer is noticed, too


def source_path(file):
    """Of a file of the library, or, beginning with server/ or tests/, of another one."""
    return ROOT / file if file.startswith(("server/", "tests/")) else INCLUDE / file


def read_mutants(suites):
    mutants = []
    for number, line in enumerate((ROOT / "scripts" / "mutants.txt").read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 5:
            sys.exit(f"mutants.txt:{number}: expected 5 fields parted by tabs, got {len(fields)}")
        suite, body, file, old, new = fields
        count = source_path(file).read_text().count(old)
        if count != 1:
            sys.exit(f"mutants.txt:{number}: expected {old!r} once in {file}, found it {count} times")
        if not suites or suite in suites:
            mutants.append((number, suite, body, file, old, new))
    return mutants


def commands(build, target):
    result = subprocess.run(["ninja", "-C", build, "-t", "commands", target], check=True, capture_output=True, text=True)
    return result.stdout.splitlines()


def compile_command(lines, like, source, output, overlay):
    """The one of a source `like` this, for another source and another output."""
    line = next(line for line in lines if " -c " in line and like in line)
    line = re.sub(r" -MD -MT \S+ -MF \S+", "", line)
    line = re.sub(r" -o \S+ -c \S+", f" -I{overlay}/include -o {output} -c {source}", line)
    for folder in ("include", "server"):
        line = line.replace(f" -I{ROOT}/{folder} ", f" -I{overlay}/{folder} -I{ROOT}/{folder} ")
    return line.replace(" -O3", " -O1")


def link_command(lines, mutant, output):
    line = next(line for line in reversed(lines) if re.search(r" -o \S+inkling-test-", line))
    line = line[line.index("&& ") + 3:line.rindex(" && ")] if line.startswith(": && ") else line
    line = re.sub(r" -o \S+", lambda _: f" -Wl,--allow-multiple-definition -o {output}", line, count=1)
    return re.sub(r" (?=\S+\.o )", lambda _: f" {mutant} ", line, count=1)  # the first of several definitions counts


def shell(command, build, seconds=None):
    try:
        return subprocess.run(command, shell=True, cwd=build, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None


def try_mutant(build, lines, mutant, folder):
    """"noticed", "lives", or what went wrong."""
    _, suite, body, file, old, new = mutant
    original = source_path(file)
    changed = folder / original.relative_to(ROOT)
    changed.parent.mkdir(parents=True, exist_ok=True)
    changed.write_text(original.read_text().replace(old, new))
    if body.endswith(".cpp"):
        source, like = source_path(body), body
    else:
        source, like = folder / "mutant.cpp", "inkling_compiled.dir"
        source.write_text(f"#include <inkling/{body[:-3]}hpp>\n#include <inkling/{body}>\n")
    compiled = shell(compile_command(lines, like, source, folder / "mutant.o", folder), build)
    if compiled.returncode != 0:
        return "does not compile: " + compiled.stderr.strip()[:2000]
    program = folder / "tests"
    linked = shell(link_command(lines, folder / "mutant.o", program), build)
    if linked.returncode != 0:
        return "does not link: " + linked.stderr.strip()[:2000]
    ran = shell(str(program), ROOT, SECONDS)
    return "lives" if ran is not None and ran.returncode == 0 else "noticed"


def main():
    build = str(Path(sys.argv[1]).resolve())
    mutants = read_mutants(set(sys.argv[2:]))
    suites = sorted({mutant[1] for mutant in mutants})
    lines = {suite: commands(build, f"inkling-test-{suite}") for suite in suites}
    noticed = 0
    broken = False
    for mutant in mutants:
        number, suite, _, file, old, new = mutant
        with tempfile.TemporaryDirectory() as folder:
            outcome = try_mutant(build, lines[suite], mutant, Path(folder))
        noticed += outcome == "noticed"
        broken |= outcome not in ("noticed", "lives")
        print(f"{outcome:8} {suite:10} {file}: {old[:60]} -> {new[:40] or 'nothing'}", flush=True)
    print(f"mutants: {noticed} of {len(mutants)} were noticed, {100 * noticed / max(1, len(mutants)):.0f} %")
    return 1 if broken or noticed < NEEDED * len(mutants) else 0


if __name__ == "__main__":
    sys.exit(main())
