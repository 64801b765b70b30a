"""Copies the pages and what they link to into a folder, each at its place in the project: stage.py PROJECT FOLDER"""

import re
import shutil
import sys
from pathlib import Path

import markdown


def stage(project, folder):
    waiting = [project / "README.md", project / "CONTRIBUTING.md", project / "CHANGELOG.md", *project.glob("docs/*.md")]
    staged = set()
    while waiting:
        file = waiting.pop()
        if file in staged:
            continue
        staged.add(file)
        target = folder / file.relative_to(project)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
        if file.suffix == ".md":
            waiting += [(file.parent / link.partition("#")[0]).resolve() for _, link in markdown.links(file)
                        if not re.match(r"#|\w+:", link)]


if __name__ == "__main__":
    stage(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
