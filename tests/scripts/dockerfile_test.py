"""What can be known of the Dockerfile without building it; scripts/check-dockerfile.py builds it."""

import sys
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(PROJECT / "scripts"))

from dockerfile_check.dockerfile import Dockerfile, DockerfileError, Ignored, Step  # noqa: E402


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
        for path in ("README.md", "tests/CMakeLists.txt", "build/default/bin/inkling", ".git/HEAD", "models/README.md",
                     "server/docs/node_modules/a/b.js"):
            self.assertTrue(self.ignored.hides(Path(path)), path)

    def test_it_runs_as_a_user_and_stops_on_a_signal(self):
        self.assertNotIn(self.named("USER")[-1].text, ("root", "0"))
        for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
            self.assertTrue(self.named(name)[-1].exec_form)

    def test_it_is_built_for_no_particular_machine(self):
        architectures = [step.text for step in self.named("ARG") if step.text.startswith("INKLING_ARCH=")]
        self.assertEqual(len(architectures), 1)
        self.assertNotIn("native", architectures[0])


if __name__ == "__main__":
    unittest.main()
