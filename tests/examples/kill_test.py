"""A training that is killed at any moment and resumed ends with the bits of one that was never stopped: 50 moments."""

import random
import re
import shutil
import signal
import time
import unittest

from command import CommandTest, start

EPOCHS = 6


class Kill(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(1)
        cls.whole, cls.reference = cls.folder / "whole.safetensors", cls.folder / "whole.checkpoint"
        begin = time.monotonic()
        cls().succeed(*cls.arguments(cls.whole, cls.reference))
        cls.seconds = time.monotonic() - begin

    def runTest(self):
        """Lets setUpClass use the helpers of an instance."""

    def setUp(self):
        self.runs = self.folder / "runs"
        self.runs.mkdir()
        self.addCleanup(shutil.rmtree, self.runs)
        self.out, self.checkpoint = self.runs / "model.safetensors", self.runs / "run.checkpoint"

    @classmethod
    def arguments(cls, out, checkpoint, **changed):
        options = {"model": "mlp", "data": cls.data, "epochs": EPOCHS, "limit": 100, "seed": 1, **changed}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return ["train", "--out", out, "--checkpoint", checkpoint, *words]

    def start(self):
        return start(*self.arguments(self.out, self.checkpoint), "--resume")

    def kill(self, process):
        """The epochs whose end it had reported."""
        process.kill()
        _, log = process.communicate()
        self.assertNotIn("inkling:", log)
        return self.epochs(log)

    @staticmethod
    def epochs(log):
        return [int(number) for number in re.findall(rf"epoch (\d+)/{EPOCHS}", log)]

    def finish(self, reported):
        """Resumes to the end; `reported` are the epochs that a run which was killed had reported."""
        if self.out.exists():  # whole or not at all
            self.assertEqual(self.out.read_bytes(), self.whole.read_bytes())
        run = self.succeed(*self.arguments(self.out, self.checkpoint), "--resume")
        again = self.epochs(run.stderr)
        self.assertEqual(again, list(range(EPOCHS - len(again) + 1, EPOCHS + 1)))
        self.assertFalse(set(again) & set(reported), "an epoch that had been reported was lost")
        self.assertEqual(self.out.read_bytes(), self.whole.read_bytes())

    def test_at_any_time(self):
        for _ in range(24):
            process = self.start()
            time.sleep(self.random.uniform(0, self.seconds))
            self.finish(self.kill(process))
            for file in self.runs.iterdir():
                file.unlink()

    def test_again_and_again(self):
        reported = []
        for _ in range(20):
            process = self.start()
            time.sleep(self.random.uniform(0, self.seconds / 3))
            now = self.kill(process)
            self.assertFalse(set(now) & set(reported))
            reported += now
        self.finish(reported)

    def test_while_a_checkpoint_is_written(self):
        """The file that will become it has another name until it is whole."""
        kills = 0
        while kills < 6:
            process = self.start()
            while process.poll() is None and not list(self.runs.glob("run.checkpoint.tmp*")):
                pass
            if process.poll() is not None:  # the run ended before a write was seen: begin anew
                process.communicate()
                self.checkpoint.unlink()
                continue
            time.sleep(self.random.uniform(0, 0.01))
            reported = self.kill(process)
            kills += 1
            for file in self.runs.glob("*.tmp*"):
                file.unlink()
        self.finish(reported)

    def test_two_trainings_do_not_write_one_checkpoint(self):
        first = start(*self.arguments(self.out, self.checkpoint, epochs=100000))
        for line in first.stderr:
            if "epoch 1/" in line:
                break
        self.fail_with(1, "run.checkpoint: another process is using it",
                       *self.arguments(self.runs / "other.safetensors", self.checkpoint, epochs=100000), "--resume")
        first.kill()
        first.communicate()

    def test_ctrl_c_ends_after_a_batch_and_says_how_to_go_on(self):
        reported = []
        interrupted = 0
        for _ in range(20):
            process = self.start()
            time.sleep(self.random.uniform(0, self.seconds / 2))
            process.send_signal(signal.SIGINT)
            _, log = process.communicate()
            reported += self.epochs(log)
            if process.returncode == 130:
                self.assertIn("run.checkpoint has the run so far: go on with the same command and --resume", log)
                self.assertFalse(self.out.exists())
                interrupted += 1
            elif process.returncode == 0:
                break
            else:  # it had not begun to train, or had ended
                self.assertEqual(process.returncode, -signal.SIGINT)
                if self.out.exists():
                    break
        self.assertGreater(interrupted, 0)
        self.assertFalse(self.checkpoint.with_name("run.checkpoint.lock").exists())
        self.succeed(*self.arguments(self.out, self.checkpoint), "--resume")
        self.assertEqual(self.out.read_bytes(), self.whole.read_bytes())

    def test_other_options_are_refused_by_name(self):
        """And nothing is lost: the checkpoint stays as it is."""
        before = self.reference.read_bytes()
        for name, changed in (("epochs", {"epochs": 7}), ("seed", {"seed": 2}), ("model", {"model": "cnn"}),
                              ("data", {"limit": 99})):
            with self.subTest(name):
                run = self.fail_with(1, f"another run: {name}", *self.arguments(self.out, self.reference, **changed),
                                     "--resume")
                self.assertEqual(run.stderr.count(";"), 0)
        self.assertEqual(self.reference.read_bytes(), before)
        self.succeed(*self.arguments(self.out, self.reference, threads=1), "--resume")
        self.assertEqual(self.out.read_bytes(), self.whole.read_bytes())

    def test_other_images_are_refused(self):
        data = self.folder / "changed"
        shutil.copytree(self.data, data)
        pixels = bytearray((data / "train-images-idx3-ubyte").read_bytes())
        pixels[-1] ^= 1
        (data / "train-images-idx3-ubyte").write_bytes(pixels)
        arguments = {"data": data, "limit": 300}
        self.succeed(*self.arguments(self.out, self.checkpoint, limit=300, epochs=1))
        self.fail_with(1, "another run: data", *self.arguments(self.out, self.checkpoint, epochs=1, **arguments),
                       "--resume")

    def test_a_damaged_checkpoint_is_refused(self):
        whole = self.reference.read_bytes()
        header = 8 + int.from_bytes(whole[:8], "little")
        nan = whole[:-4] + b"\xff\xff\xff\x7f"
        cuts = [whole[:size] for size in (0, 7, 100, header, header + 1, len(whole) // 2, len(whole) - 1)]
        for number, damaged in enumerate([*cuts, whole + b"\0", nan, b"\xff" * 8 + whole[8:], self.whole.read_bytes()]):
            with self.subTest(number):
                self.checkpoint.write_bytes(damaged)
                self.fail_with(1, "run.checkpoint: ", *self.arguments(self.out, self.checkpoint), "--resume")
                self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main()
