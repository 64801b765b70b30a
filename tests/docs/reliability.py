"""Every test that docs/reliability.md names exists: reliability.py SOURCE."""

import re
import sys
from pathlib import Path


def main():
    source = Path(sys.argv[1])
    page = (source / "docs" / "reliability.md").read_text()
    named = re.findall(r'^ *- `(tests/[\w./]+)` "(.+)"$', page, re.MULTILINE)
    missing = []
    for file, name in named:
        path = source / file
        text = path.read_text() if path.is_file() else ""
        wanted = f'"{name}"' if file.endswith(".cpp") else f"def {name}("
        if wanted not in text:
            missing.append(f"{file}: {name}")
    promises = re.split(r"^(?=- )", page, flags=re.MULTILINE)[1:]
    unproved = [promise.splitlines()[0] for promise in promises if "`tests/" not in promise and "scripts/" not in promise]
    for line in missing:
        print("no such test:", line)
    for line in unproved:
        print("a promise without a test:", line)
    return 1 if missing or unproved or len(named) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
