"""Output that cannot be written, names that are not text, and the standard input."""

import os
import shutil
import subprocess
import unittest

from command import BIN, CommandTest, environment, write_picture


class Output(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "forest.safetensors"
        cls().train("forest", cls.model, "--epochs", 5)
        cls.picture = cls.folder / "picture.png"
        write_picture(cls.picture, cls.test_images[0][1])
        cls.commands = {
            "train": ("train", "--model", "forest", "--epochs", 1, "--data", cls.data, "--out", cls.folder / "out"),
            "compare": ("compare", "--models", "forest", "--epochs", 1, "--data", cls.data, "--out", cls.folder / "report"),
            "evaluate": ("evaluate", "--model", cls.model, "--data", cls.data),
            "evaluate --json": ("evaluate", "--json", "--model", cls.model, "--data", cls.data),
            "predict": ("predict", "--model", cls.model, cls.picture),
            "predict --json": ("predict", "--json", "--model", cls.model, cls.picture),
            "read": ("read", "--model", cls.model, cls.picture),
            "read --json": ("read", "--json", "--model", cls.model, cls.picture),
            "--help": ("--help",),
            "--version": ("--version",),
        }

    def runTest(self):
        """Lets setUpClass use the helpers of an instance."""

    def run_to(self, output, arguments, **options):
        return subprocess.run([BIN / "inkling", *map(str, arguments)], stdout=output, stderr=subprocess.PIPE,
                              env=environment(), timeout=600, check=False, **options)

    def check_refusal(self, name, run):
        with self.subTest(name):
            last = run.stderr.decode().splitlines()[-1]
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertRegex(last, r"\Ainkling: cannot write to the standard output: ")

    def test_a_full_disk_ends_every_command(self):
        for name, arguments in self.commands.items():
            with open("/dev/full", "wb") as full:
                self.check_refusal(name, self.run_to(full, arguments))

    def test_a_pipe_that_nobody_reads_ends_every_command(self):
        for name, arguments in self.commands.items():
            ours, theirs = os.pipe()
            os.close(ours)
            self.check_refusal(name, self.run_to(theirs, arguments))
            os.close(theirs)

    def test_any_name_stays_one_line(self):
        names = {b"tab\there.png": "tab\\there.png", b"line\nend.png": "line\\nend.png",
                 b"latin \xe9.png": "latin \\xe9.png", "größe→.png".encode(): "größe→.png",
                 b"escape \x1b[2J.png": "escape \\x1b[2J.png", b"back\\slash.png": "back\\slash.png",
                 b"cut \xf0\x9f.png": "cut \\xf0\\x9f.png", "next\u0085line.png".encode(): "next\\xc2\\x85line.png"}
        folder = os.fsencode(self.folder)
        for name, shown in names.items():
            path = os.path.join(folder, name)
            shutil.copy(self.picture, path)
            for command in ("predict", "read"):
                run = subprocess.run([BIN / "inkling", command, "--model", self.model, path], env=environment(),
                                     capture_output=True, timeout=600, check=True)
                (line,) = run.stdout.decode().split("\n")[:-1]
                self.assertEqual(line.split("\t")[0], f"{self.folder}/{shown}")
            missing = subprocess.run([BIN / "inkling", "predict", "--model", self.model, path + b"\n"],
                                     env=environment(), capture_output=True, timeout=600, check=False)
            self.assertEqual(missing.stderr.decode(), f"inkling: {self.folder}/{shown}\\n: cannot open\n")

    def test_a_minus_is_the_standard_input(self):
        for command in ("predict", "read"):
            by_name = self.succeed(command, "--model", self.model, self.picture).stdout
            with open(self.picture, "rb") as picture:
                piped = subprocess.run([BIN / "inkling", command, "--model", self.model, "-"], stdin=picture,
                                       env=environment(), capture_output=True, text=True, timeout=600, check=True)
            self.assertEqual(piped.stdout, by_name.replace(str(self.picture), "-"))

    def test_closed_descriptors_are_no_files(self):
        """Without care, the model's file gets the number of the standard output, and what is said ends up in it."""
        out = self.folder / "closed.safetensors"
        arguments = " ".join(map(str, ("train", "--model", "forest", "--epochs", 1, "--data", self.data, "--out", out)))
        subprocess.run(["sh", "-c", f"{BIN / 'inkling'} {arguments} <&- >&- 2>&-"], env=environment(), timeout=600,
                       check=True)
        self.succeed("evaluate", "--model", out, "--data", self.data)

    def test_steps_of_one_name_do_not_replace_each_other(self):
        for name in ("a", "b"):
            (self.folder / name).mkdir()
            shutil.copy(self.picture, self.folder / name / "1.png")
        steps = self.folder / "steps"
        pictures = [self.folder / "a" / "1.png", self.folder / "b" / "1.png"]
        self.succeed("predict", "--model", self.model, "--steps", steps, *pictures)
        both = {path.name for path in steps.iterdir()}
        first = {name for name in both if name.startswith("1-")}
        self.assertTrue(first)
        self.assertEqual(both - first, {"1_2" + name[1:] for name in first})


class Data(CommandTest):
    def test_folders_as_people_have_them(self):
        model = self.folder / "svm.safetensors"
        self.train("svm", model)
        expected = self.succeed("evaluate", "--model", model, "--data", self.data).stdout
        torchvision = self.folder / "torchvision" / "MNIST" / "raw"
        shutil.copytree(self.data, torchvision)
        kaggle = self.folder / "kaggle"
        for file in self.data.iterdir():
            (kaggle / file.name).mkdir(parents=True)
            shutil.copy(file, kaggle / file.name / file.name)
        points = self.folder / "points"
        points.mkdir()
        for file in self.data.iterdir():
            shutil.copy(file, points / file.name.replace("-idx", ".idx"))
        for folder in (self.folder / "torchvision", kaggle, points):
            with self.subTest(folder.name):
                self.assertEqual(self.succeed("evaluate", "--model", model, "--data", folder).stdout, expected)


if __name__ == "__main__":
    unittest.main()
