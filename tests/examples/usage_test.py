"""Wrong usage ends with status 2, everything else that goes wrong with 1, each with one line that says why."""

import unittest

from command import CommandTest, environment, inkling


class Usage(CommandTest):
    def test_help_and_version(self):
        for arguments in (["--help"], ["train", "--help"], ["tune", "--help"], ["compare", "--help"], ["evaluate", "--help"],
                          ["predict", "--help"], ["--version"]):
            with self.subTest(arguments):
                run = self.succeed(*arguments)
                self.assertIn("inkling", run.stdout)
                self.assertEqual(run.stderr, "")

    def test_version_says_what_networks_compute_in(self):
        program, numbers = self.succeed("--version").stdout.splitlines()
        self.assertRegex(program, r"^inkling \d+\.\d+\.\d+ \(.+\)$")
        self.assertRegex(numbers, "^networks compute in floats(, .*)?; never in bfloat16, which .* slower")

    def test_wrong_usage(self):
        out = self.folder / "never.safetensors"
        train = ["train", "--out", out, "--data", self.data]
        for text, arguments in (
                ("subcommand", []),
                ("subcommand", ["fly"]),
                ("--model", train),
                ("--out", ["train", "--model", "svm"]),
                ("tree", [*train, "--model", "tree"]),
                ("--epochs", [*train, "--model", "svm", "--epochs", "0"]),
                ("--c", [*train, "--model", "svm", "--c", "0"]),
                ("--c", [*train, "--model", "svm", "--c", "large"]),
                ("--c", [*train, "--model", "mlp", "--c", "auto"]),
                ("--epochs", [*train, "--model", "svm", "--epochs", "many"]),
                ("--limit", [*train, "--model", "svm", "--limit", "-1"]),
                ("--resume", [*train, "--model", "mlp", "--resume"]),
                ("one go", [*train, "--model", "svm", "--checkpoint", self.folder / "c"]),
                ("one go", [*train, "--model", "forest", "--checkpoint", self.folder / "c"]),
                ("--curve", [*train, "--model", "svm", "--curve", self.folder / "c.svg"]),
                ("capitals", [*train, "--model", "svm", "--split", "capitals"]),
                ("the sample", ["train", "--out", out, "--model", "svm", "--split", "letters"]),
                ("lenet", ["compare", "--models", "svm,lenet", "--data", self.data]),
                ("validation", ["evaluate", "--model", out, "--part", "validation"]),
                ("--charset", ["evaluate", "--model", out, "--charset", "z-a"]),
                ("--prior", ["evaluate", "--model", out, "--prior", "strange"]),
                ("--top", ["predict", "--model", out, "--top", "0", "x.png"]),
                ("images", ["predict", "--model", out])):
            with self.subTest(text):
                self.fail_with(2, text, *arguments)
        self.assertFalse(out.exists())

    def test_missing_files(self):
        missing = self.folder / "missing"
        out = self.folder / "never.safetensors"
        for arguments in (["train", "--model", "svm", "--out", out, "--data", missing],
                          ["train", "--model", "svm", "--out", missing / "m.safetensors", "--data", self.data],
                          ["train", "--model", "svm", "--out", out, "--data", self.data, "--split", "letters"],
                          ["evaluate", "--model", missing, "--data", self.data],
                          ["predict", "--model", missing, "x.png"],
                          ["compare", "--out", self.folder / "report", "--data", missing]):
            with self.subTest(arguments[0]):
                self.fail_with(1, "", *arguments)
        self.assertFalse(out.exists())

    def test_several_splits_need_a_name(self):
        folder = self.folder / "two"
        folder.mkdir()
        for name in ("emnist-digits-test-images-idx3-ubyte", "emnist-letters-train-images-idx3-ubyte.gz"):
            (folder / name).touch()
        self.fail_with(2, "letters, digits", "train", "--model", "svm", "--out", self.folder / "m", "--data", folder)

    def test_data_from_the_environment(self):
        env = {**environment(), "INKLING_DATA": str(self.folder / "nowhere")}
        run = inkling("train", "--model", "svm", "--out", self.folder / "m", env=env)
        self.assertEqual(run.returncode, 1)
        self.assertIn("nowhere", run.stderr)


if __name__ == "__main__":
    unittest.main()
