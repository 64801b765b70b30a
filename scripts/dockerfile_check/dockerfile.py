"""The steps of a Dockerfile and the rules of a .dockerignore: as much of both as this project uses."""

import json
import re
import shlex
from dataclasses import dataclass
from fnmatch import fnmatchcase


class DockerfileError(Exception):
    pass


@dataclass(frozen=True)
class Step:
    line: int
    name: str  # "RUN"
    text: str

    def expanded(self, values):
        """RUN, CMD, ENTRYPOINT and HEALTHCHECK leave variables to the shell; Docker replaces them elsewhere."""
        if self.name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
            return self
        replace = re.sub(r"\$\{?(\w+)\}?", lambda match: values.get(match[1], ""), self.text)
        return Step(self.line, self.name, replace)

    @property
    def words(self):
        return shlex.split(self.text)

    @property
    def exec_form(self):
        """The list of ["program", "argument"], which may follow options and, in HEALTHCHECK, the word CMD."""
        try:
            return json.loads(self.text[self.text.index("["):])
        except ValueError as error:
            raise DockerfileError(f"line {self.line}: {self.name} is not in exec form, so no signal arrives") from error


class Dockerfile:
    def __init__(self, path):
        self.steps = []
        pending, first = "", 0
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.lstrip().startswith("#") or not line.strip():
                continue
            if not pending:
                first = number
            if line.endswith("\\"):
                pending += line[:-1] + " "
                continue
            name, _, text = (pending + line).strip().partition(" ")
            self.steps.append(Step(first, name.upper(), text.strip()))
            pending = ""
        if not self.steps or self.steps[0].name != "FROM":
            raise DockerfileError(f"{path}: does not begin with FROM")


class Ignored:
    """The last rule that matches a path or a folder above it decides; `!` takes it back in."""

    def __init__(self, path):
        lines = (line.strip() for line in path.read_text().splitlines())
        self.rules = [line for line in lines if line and not line.startswith("#")]

    def hides(self, path):
        names = [str(path), *(str(folder) for folder in path.parents if folder.name)]
        hidden = False
        for rule in self.rules:
            pattern = rule.lstrip("!").strip("/")
            if any(fnmatchcase(name, pattern) for name in names):
                hidden = not rule.startswith("!")
        return hidden
