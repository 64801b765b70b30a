"""What can be known of the Dockerfile without building it; scripts/check-dockerfile.py builds it."""

import os
import shlex
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

PROJECT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(PROJECT / "scripts"))

from dockerfile_check.dockerfile import Dockerfile, DockerfileError, Ignored, Step  # noqa: E402
from dockerfile_check.lent import CERTIFICATES, lend  # noqa: E402


def parsed(text):
    with tempfile.NamedTemporaryFile("w", suffix="Dockerfile") as file:
        file.write(text)
        file.flush()
        return Dockerfile(Path(file.name)).steps


class Parsing(unittest.TestCase):
    def test_lines_are_joined_and_comments_left_out(self):
        steps = parsed("# about\nFROM debian:12\nRUN one \\\n  # why\n && two\nuser me\n")
        self.assertEqual([(step.line, step.name) for step in steps], [(2, "FROM"), (3, "RUN"), (6, "USER")])
        self.assertEqual(steps[1].text.split(), ["one", "&&", "two"])

    def test_variables_are_left_to_the_shell_in_run_alone(self):
        self.assertEqual(Step(1, "COPY", "a ${to}/$name").expanded({"to": "x", "name": "y"}).text, "a x/y")
        self.assertEqual(Step(1, "RUN", "echo $name").expanded({"name": "y"}).text, "echo $name")

    def test_exec_form_is_asked_for(self):
        self.assertEqual(Step(1, "HEALTHCHECK", '--timeout=5s CMD ["a", "b"]').exec_form, ["a", "b"])
        with self.assertRaises(DockerfileError):
            Step(1, "CMD", "a b").exec_form

    def test_a_file_without_from_is_refused(self):
        with self.assertRaises(DockerfileError):
            parsed("RUN true\n")


class Lending(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        (self.root / "etc").mkdir()
        (self.root / "etc/hosts").write_text("its own")

    def contents(self):
        return {str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def test_a_step_has_the_machines_network_while_it_runs(self):
        before = self.contents()
        with self.assertRaises(KeyError), mock.patch.dict(os.environ, {"https_proxy": "http://proxy:1", "SECRET": "s"}):
            with lend(self.root) as environment:
                self.assertEqual((self.root / "etc/hosts").read_bytes(), Path("/etc/hosts").read_bytes())
                self.assertEqual(environment["https_proxy"], "http://proxy:1")
                self.assertNotIn("SECRET", environment)
                settings = (self.root / environment["APT_CONFIG"].lstrip("/")).read_text()
                if "npm_config_cafile" in environment:
                    self.assertIn(environment["npm_config_cafile"], settings)
                    lent = self.root / environment["npm_config_cafile"].lstrip("/")
                    self.assertEqual(lent.read_bytes(), CERTIFICATES.read_bytes())
                raise KeyError("a step fails")
        self.assertEqual(self.contents(), before)


class Ours(unittest.TestCase):
    def setUp(self):
        self.steps = Dockerfile(PROJECT / "Dockerfile").steps
        self.ignored = Ignored(PROJECT / ".dockerignore")

    def named(self, name):
        return [step for step in self.steps if step.name == name]

    def test_what_is_copied_is_there_and_not_ignored(self):
        for step in self.named("COPY"):
            words = step.words
            if words[0].startswith("--from="):
                continue
            for pattern in words[:-1]:
                found = [path.relative_to(PROJECT) for path in PROJECT.glob(pattern)]
                self.assertTrue(found, f"line {step.line}: {pattern}")
                for path in found:
                    self.assertFalse(self.ignored.hides(path), path)

    def test_the_rest_is_ignored(self):
        for path in ("README.md", "tests/CMakeLists.txt", "build/default/bin/inkling", ".git/HEAD", "models/README.md"):
            self.assertTrue(self.ignored.hides(Path(path)), path)

    def test_it_runs_as_a_user_and_stops_on_a_signal(self):
        self.assertNotIn(self.named("USER")[-1].text, ("root", "0"))
        for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
            self.assertTrue(self.named(name)[-1].exec_form)

    def test_it_is_built_for_no_particular_machine(self):
        architectures = [step.text for step in self.named("ARG") if step.text.startswith("INKLING_ARCH=")]
        self.assertEqual(len(architectures), 1)
        self.assertNotIn("native", architectures[0])

    def test_it_holds_both_levels(self):
        text = next(step.text for step in self.named("ARG") if step.text.startswith("INKLING_ARCH="))
        self.assertEqual(shlex.split(text), ["INKLING_ARCH=x86-64-v3;x86-64-v4"])
        uses = [step.text for step in self.named("RUN") if "$INKLING_ARCH" in step.text]
        self.assertTrue(uses)
        for use in uses:
            self.assertIn('"INKLING_ARCH=$INKLING_ARCH"', use)  # a shell would end the command at the semicolon


if __name__ == "__main__":
    unittest.main()
