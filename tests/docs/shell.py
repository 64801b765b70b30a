"""Runs the shell in the documentation, page by page: shell.py PROJECT FOLDER BIN

A block of ```sh has to end well. Of ```console, the lines after `$ ` are run, and print what stands below them, where … is anything and
numbers may differ a little. FOLDER is that of folder.py. Trainings are cut short (a few images, one epoch), and the addresses
of a server are those of one that runs here. A block of a page that is not run says why there (scripts/docs_site/markdown.py)."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

project, folder, programs = (Path(argument).resolve() for argument in sys.argv[1:4])
sys.path[:0] = [str(project / "scripts/docs_site"), str(project / "tests/server")]
import markdown
from running_server import Server

SHORT = '#!/bin/sh\ncase "$1" in train | compare) set -- "$@" --limit 300 --epochs 1 ;; esac\nexec {} "$@"\n'
STRICT = '#!/bin/sh\nexec {} --noproxy "*" --fail-with-body --silent --show-error "$@"\n'
NUMBER = r"\d+\.\d+"


def wrap(name, text, program):
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.format(program))
    path.chmod(0o755)


def run(code, environment):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", code], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)


def resembles(told, expected):
    """Whether a text is as the page has it."""
    pattern = re.escape(expected).replace("…", ".*")
    pattern = re.sub(r"\d+\\\.\d+", lambda _: f"({NUMBER})", pattern)
    match = re.fullmatch(pattern, told, re.DOTALL)
    numbers = re.findall(NUMBER, expected)
    return match is not None and all(abs(float(a) - float(b)) < 0.002 for a, b in zip(match.groups(), numbers, strict=True))


def commands(block):
    """(code, what it prints or None) of a block."""
    if block.language == "sh":
        yield block.given + block.code, None
        return
    for part in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
        code, _, expected = part.partition("\n")
        yield block.given + code, expected.rstrip("\n")


def main():
    shutil.rmtree(folder / "bin", ignore_errors=True)
    wrap("inkling", SHORT, programs / "inkling")
    wrap("curl", STRICT, shutil.which("curl"))
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{programs}:{os.environ['PATH']}"}
    ran, failed = 0, 0
    with Server(str(programs / "inkling-server"), str(project / "models"), "--log", "off",
                "--forms", str(project / "examples/forms")) as server:
        for page in markdown.pages(project):
            for block in markdown.blocks(page):
                if block.language not in ("sh", "console") or block.not_run:
                    continue
                for code, expected in commands(block):
                    start = time.monotonic()
                    result = run(code.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}"), environment)
                    right = result.returncode == 0 and (expected is None or resembles(result.stdout.rstrip("\n"), expected))
                    ran, failed = ran + 1, failed + (not right)
                    print(f"{'ok' if right else 'FAILED'} {page.relative_to(project)}:{block.line}, {time.monotonic() - start:.1f} s",
                          flush=True)
                    if not right:
                        print(f"{code}\nended with {result.returncode} and\n{result.stdout}{result.stderr}", flush=True)
    return failed > 0 or ran < 20


if __name__ == "__main__":
    sys.exit(main())
