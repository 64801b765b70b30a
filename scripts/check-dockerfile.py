#!/usr/bin/env python3
"""Builds the image of the Dockerfile without a container engine, runs it, and asks it for a prediction.

    sudo scripts/check-dockerfile.py [--arg NAME=VALUE] [--keep FOLDER]

Every stage becomes a folder made by debootstrap, from the mirror that this machine's apt uses, and every step of the
Dockerfile is performed in it with chroot; while it runs, the step has this machine's proxy, certificates and settings of
apt and npm. The result is started as a container would be: process 1 of its namespace, its own user, no capabilities, a
root that cannot be written, PORT set. It needs root, debootstrap and a network, and takes minutes, so it is no part of
the test suite.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dockerfile_check.dockerfile import Dockerfile, DockerfileError, Ignored
from dockerfile_check.lent import lend
from dockerfile_check.running import check_running

PROJECT = Path(__file__).resolve().parent.parent
BASE_IMAGES = {"debian:12": "bookworm", "debian:12-slim": "bookworm"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def say(text):
    print(f"check-dockerfile: {text}", flush=True)


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, **options)


def mirrors(suite):
    """The lines of sources.list that this machine uses for a suite and its updates."""
    columns = "$(REPO_URI) $(CODENAME) $(COMPONENT)"
    listed = subprocess.run(["apt-get", "indextargets", "--format", columns, "Created-By: Packages"],
                            check=True, capture_output=True, text=True).stdout
    rows = sorted({tuple(line.split()) for line in listed.splitlines()})
    used = [row for row in rows if len(row) == 3 and row[1].split("-")[0] == suite and row[2] == "main"]
    if not any(name == suite for _, name, _ in used):
        raise DockerfileError(f"this machine's apt knows no mirror of {suite}")
    return used


class Stage:
    """One FROM and what follows: a root folder and the state that its steps change."""

    def __init__(self, root, folder=None):
        self.root = root
        self.environment = {"PATH": PATH}
        self.arguments = {}
        self.folder = folder or "/"
        self.user = "root"
        self.entrypoint = []
        self.command = []
        self.health = []

    @property
    def values(self):
        return {**self.arguments, **self.environment}


class Builder:
    def __init__(self, work, given):
        self.work = work
        self.given = given  # values of ARG
        self.ignored = Ignored(PROJECT / ".dockerignore")
        self.bases = {}
        self.stages = {}
        self.stage = None

    def build(self, dockerfile):
        for step in dockerfile.steps:
            values = self.stage.values if self.stage else {}
            say(f"line {step.line}: {step.name} {' '.join(step.text.split())[:90]}")
            perform = getattr(self, "do_" + step.name.lower(), None)
            if perform is None:
                raise DockerfileError(f"line {step.line}: this check does not know {step.name}")
            perform(step.expanded(values))
        return self.stage

    def do_from(self, step):
        image, *rest = step.words
        root = self.work / f"stage{len(self.stages)}"
        run("cp", "--archive", "--reflink=auto", self.base(image), root)
        self.stage = Stage(root)
        self.stages[rest[1] if len(rest) == 2 else str(len(self.stages))] = self.stage

    def base(self, image):
        suite = BASE_IMAGES.get(image)
        if suite is None:
            raise DockerfileError(f"this check knows {', '.join(BASE_IMAGES)}, not {image}")
        if suite not in self.bases:
            root = self.work / suite
            sources = mirrors(suite)
            mirror = next(address for address, name, _ in sources if name == suite)
            run("debootstrap", "--variant=minbase", suite, root, mirror, stdout=subprocess.DEVNULL)
            lines = "".join(f"deb {' '.join(row)}\n" for row in sources)
            (root / "etc/apt/sources.list").write_text(lines)
            shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
            self.bases[suite] = root
        return self.bases[suite]

    def do_run(self, step):
        stage = self.stage
        if stage.user != "root":
            raise DockerfileError("this check runs steps as root only: put RUN before USER")
        script = f"mount -t proc proc {stage.root}/proc && cd {stage.root} && exec chroot . /bin/sh -ec \"$1\""
        with lend(stage.root) as environment:
            run("unshare", "--mount", "--pid", "--fork", "sh", "-ec", script, "sh", f"cd {stage.folder}\n{step.text}",
                env={"DEBIAN_FRONTEND": "noninteractive", **environment, **stage.values})

    def do_copy(self, step):
        options = [word for word in step.words if word.startswith("--")]
        *sources, target = [word for word in step.words if not word.startswith("--")]
        context, ignored = PROJECT, self.ignored
        for option in options:
            name, value = option.split("=", 1)
            if name != "--from":
                raise DockerfileError(f"line {step.line}: this check does not know COPY {name}")
            context, ignored = self.stages[value].root, None
        into = self.stage.root / os.path.join(self.stage.folder, target).lstrip("/")
        is_folder = target.endswith("/") or len(sources) > 1
        for pattern in sources:
            found = [path for path in sorted(context.glob(pattern.lstrip("/")))
                     if ignored is None or path.is_dir() or not ignored.hides(path.relative_to(context))]
            if not found:
                raise DockerfileError(f"line {step.line}: nothing to copy at {pattern}")
            for path in found:
                self.copy(path, into / path.name if is_folder and path.is_file() else into, context, ignored)

    @staticmethod
    def copy(source, target, context, ignored):
        files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
        for path in files:
            if ignored is not None and ignored.hides(path.relative_to(context)):
                continue
            copied = target if path == source else target / path.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copied)

    def do_workdir(self, step):
        self.stage.folder = os.path.join(self.stage.folder, step.text)
        (self.stage.root / self.stage.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def do_arg(self, step):
        name, _, value = step.words[0].partition("=")
        self.stage.arguments[name] = self.given.get(name, value)

    def do_env(self, step):
        self.stage.environment.update(word.split("=", 1) for word in step.words)

    def do_user(self, step):
        self.stage.user = step.text

    def do_entrypoint(self, step):
        self.stage.entrypoint = step.exec_form

    def do_cmd(self, step):
        self.stage.command = step.exec_form

    def do_healthcheck(self, step):
        self.stage.health = step.exec_form

    def do_expose(self, step):
        if not step.text.isdigit():
            raise DockerfileError(f"line {step.line}: EXPOSE takes a port")

    def do_stopsignal(self, step):
        if step.text != "SIGTERM":
            raise DockerfileError(f"line {step.line}: the server stops on SIGTERM")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a value for ARG")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="build in this new folder, and leave it")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("check-dockerfile: needs root, for debootstrap and chroot")
    missing = [name for name in ("debootstrap", "unshare", "setpriv") if not shutil.which(name)]
    if missing:
        sys.exit(f"check-dockerfile: needs {' and '.join(missing)} (Debian packages debootstrap, util-linux)")

    given = dict(pair.split("=", 1) for pair in options.arg)
    work = options.keep or Path(tempfile.mkdtemp(prefix="inkling-image-"))
    work.mkdir(exist_ok=True)
    try:
        stage = Builder(work, given).build(Dockerfile(PROJECT / "Dockerfile"))
        check_running(stage, say)
    except (DockerfileError, subprocess.CalledProcessError) as error:
        sys.exit(f"check-dockerfile: {error}")
    finally:
        if not options.keep:
            shutil.rmtree(work)
    say("everything works")


if __name__ == "__main__":
    main()
