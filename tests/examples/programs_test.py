"""The two programs that show how to use the library."""

import subprocess
import unittest

from command import BIN, CommandTest, environment


class Programs(CommandTest):
    def run_program(self, name, *arguments):
        return subprocess.run([BIN / name, *map(str, arguments)], cwd=self.folder, env=environment(),
                              capture_output=True, text=True, timeout=600, check=False)

    def test_quickstart(self):
        run = self.run_program("inkling-quickstart", self.data)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("epoch 3 of 3", run.stderr)
        self.assertRegex(run.stdout, r"accuracy 0\.\d+")
        self.assertIn("predicts the same", run.stdout)

    def test_quickstart_says_what_is_missing(self):
        run = self.run_program("inkling-quickstart", self.folder / "nowhere")
        self.assertEqual(run.returncode, 1)
        self.assertIn("nowhere", run.stderr)

    def test_custom_layer(self):
        run = self.run_program("inkling-custom-layer", 1)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("gradients are right", run.stdout)
        self.assertRegex(run.stdout, r"accuracy 0\.[89]\d*, learned beta 1?\.?\d+")
        self.assertIn("predicts the same", run.stdout)


if __name__ == "__main__":
    unittest.main()
