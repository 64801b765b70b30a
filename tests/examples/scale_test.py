"""Reading many pictures: on many threads, in parts, killed and resumed, and by the tools that start many processes."""

import hashlib
import importlib.util
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import unittest

from command import BIN, CommandTest, environment, inkling, small_disk, start, write_picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCALE = ROOT / "examples" / "scale"
PICTURES = 60


class Scale(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "forest.safetensors"
        cls().train("forest", cls.model, "--epochs", 5)
        cls.pictures = cls.folder / "pictures"
        (cls.pictures / "below").mkdir(parents=True)
        for i in range(PICTURES):
            folder = cls.pictures / "below" if i % 7 == 0 else cls.pictures
            write_picture(folder / f"{i:03}.png", cls.test_images[i][1])
        cls.bad = cls.pictures / "030a.png"
        cls.bad.write_text("no picture")
        cls.names = sorted(map(str, cls.pictures.rglob("*.png")))
        cls.list = cls.folder / "list.txt"
        cls.list.write_text("".join(name + "\n" for name in cls.names))

    def runTest(self):
        """Lets setUpClass use the helpers of an instance."""

    def setUp(self):
        self.out = self.folder / "rows"
        self.addCleanup(shutil.rmtree, self.out, ignore_errors=True)

    def arguments(self, *more):
        return ["predict", "--model", self.model, "--files-from", self.list, *more]

    def rows(self, part=1):
        return [json.loads(line) for line in (self.out / f"part-{part}.jsonl").read_text().splitlines()]

    def whole(self):
        """The rows of a run that nothing disturbs."""
        out = self.folder / "whole"
        if not out.exists():
            self.succeed(*self.arguments("--out", out, "--keep-going"))
        return [json.loads(line) for line in (out / "part-1.jsonl").read_text().splitlines()]

    def test_any_number_of_threads_prints_the_same_in_the_same_order(self):
        for words in (["predict"], ["read"], ["predict", "--json"]):
            runs = [inkling(*words, "--model", self.model, self.pictures, "--threads", threads) for threads in (1, 4)]
            self.assertEqual([run.returncode for run in runs], [1, 1])
            self.assertEqual(runs[0].stdout, runs[1].stdout)
            self.assertEqual(runs[0].stderr, runs[1].stderr)
            self.assertEqual(len(runs[0].stdout.splitlines()), PICTURES)
        self.assertIn(str(self.bad), runs[0].stderr)

    def test_a_row_for_each_picture_and_a_reason_for_one_that_cannot_be_read(self):
        run = inkling(*self.arguments("--out", self.out))
        self.assertEqual(run.returncode, 3)
        self.assertIn(f"pictures {PICTURES + 1} = read {PICTURES} + failed 1 + read before 0", run.stderr)
        rows = self.rows()
        self.assertEqual([row["path"] for row in rows], self.names)
        for row in rows:
            self.assertEqual(row["sha256"], hashlib.sha256(pathlib.Path(row["path"]).read_bytes()).hexdigest())
            self.assertEqual("error" in row, row["path"] == str(self.bad))
            self.assertEqual("prediction" in row, "error" not in row)
        printed = self.succeed(*self.arguments("--json", "--keep-going")).stdout.splitlines()
        good = [row for row in rows if "error" not in row]
        self.assertEqual([json.loads(line) for line in printed],
                         [{key: value for key, value in row.items() if key != "sha256"} for row in good])
        self.assertEqual(inkling(*self.arguments("--out", self.out, "--resume", "--keep-going")).returncode, 0)
        self.assertEqual(self.rows(), rows)
        run = inkling(*self.arguments("--out", self.out))
        self.assertEqual(run.returncode, 2)
        self.assertIn("--resume", run.stderr)

    def test_what_changed_is_read_again(self):
        changed = self.folder / "changed.png"
        write_picture(changed, self.test_images[0][1])
        self.succeed("predict", "--model", self.model, changed, "--out", self.out)
        write_picture(changed, self.test_images[1][1])
        self.succeed("predict", "--model", self.model, changed, changed, "--out", self.out, "--resume")
        self.assertEqual([row["path"] for row in self.rows()], [str(changed)] * 2)

    def test_parts_make_the_whole(self):
        for part in (1, 2, 3):
            self.succeed(*self.arguments("--out", self.out, "--shard", f"{part}/3", "--keep-going"))
        rows = [row for part in (1, 2, 3) for row in self.rows(part)]
        self.assertEqual(sorted(rows, key=lambda row: row["path"]), self.whole())
        run = inkling(*self.arguments("--out", self.out, "--shard", "1/4", "--resume"))
        self.assertEqual(run.returncode, 2)
        self.assertIn("3 parts", run.stderr)
        self.fail_with(2, "1 <= i <= n", *self.arguments("--out", self.out, "--shard", "4/3"))

    def test_a_scheduler_says_the_part(self):
        whole = self.whole()
        for variables in ({"SLURM_ARRAY_TASK_ID": "11", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_COUNT": "4"},
                          {"JOB_COMPLETION_INDEX": "1", "JOB_COMPLETIONS": "4"},
                          {"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4"}):
            run = self.succeed(*self.arguments("--out", self.out, "--keep-going"), env={**environment(), **variables})
            self.assertIn("part 2 of 4", run.stderr)
            self.assertEqual(self.rows(2), whole[1::4])
            shutil.rmtree(self.out)
        for variables in ({"JOB_COMPLETION_INDEX": "1"}, {"OMPI_COMM_WORLD_RANK": "4", "OMPI_COMM_WORLD_SIZE": "4"},
                          {"SLURM_ARRAY_TASK_ID": "x"}):
            self.fail_with(2, next(iter(variables)), *self.arguments("--out", self.out), env={**environment(), **variables})
        printed = self.succeed(*self.arguments("--keep-going"), env={**environment(), "OMPI_COMM_WORLD_RANK": "1",
                                                                     "OMPI_COMM_WORLD_SIZE": "4"})
        self.assertEqual(len(printed.stdout.splitlines()), PICTURES)  # what is printed is the whole

    def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(self):
        moments = random.Random(1)
        whole = self.whole()
        for _ in range(12):
            process = start(*self.arguments("--out", self.out, "--resume", "--threads", 2))
            time.sleep(moments.uniform(0, 0.15))
            process.kill()
            process.communicate()
        self.out.mkdir(exist_ok=True)
        with (self.out / "part-1.jsonl").open("a") as file:
            file.write('{"path":"torn')
        self.succeed(*self.arguments("--out", self.out, "--resume", "--keep-going"))
        self.assertEqual(sorted(self.rows(), key=lambda row: row["path"]), whole)

    def test_an_interrupt_stops_and_the_rest_follows(self):
        fifo = self.folder / "slow.png"
        os.mkfifo(fifo)
        self.addCleanup(fifo.unlink)
        process = start("predict", "--model", self.model, self.pictures, fifo, self.bad, "--out", self.out, "--threads", 1)
        with fifo.open("wb") as slow:  # waits for the program to open it, too
            process.send_signal(signal.SIGINT)
            slow.write((self.pictures / "001.png").read_bytes())  # what had begun comes to its end
        _, log = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, log)
        self.assertIn("--resume", log)
        self.succeed("predict", "--model", self.model, self.pictures, "--out", self.out, "--resume", "--keep-going")
        self.assertEqual(len({row["path"] for row in self.rows()}), PICTURES + 2)

    def test_two_processes_do_not_write_one_part(self):
        fifo = self.folder / "fifo.png"
        os.mkfifo(fifo)
        self.addCleanup(fifo.unlink)
        first = start("predict", "--model", self.model, fifo, "--out", self.out)
        while not (self.out / "part-1.jsonl").exists():
            time.sleep(0.01)
        run = inkling(*self.arguments("--out", self.out, "--resume"))
        self.assertEqual(run.returncode, 1)
        self.assertIn("part-1.jsonl", run.stderr)
        fifo.write_bytes((self.pictures / "001.png").read_bytes())
        first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0)

    def test_a_full_disk_keeps_whole_rows(self):
        disk = self.folder / "disk"
        if not small_disk(disk, 16):
            self.skipTest("this user may not mount a small disk")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        run = inkling(*self.arguments("--out", disk / "rows"))
        self.assertEqual(run.returncode, 1)
        self.assertIn("part-1.jsonl: cannot write: No space left on device", run.stderr)
        rows = [json.loads(line) for line in (disk / "rows" / "part-1.jsonl").read_text().splitlines()]
        self.assertEqual([row["path"] for row in rows], self.names[:len(rows)])
        subprocess.run(["mount", "-o", "remount,size=1m", disk], check=True)
        self.succeed(*self.arguments("--out", disk / "rows", "--resume", "--keep-going"))
        self.assertEqual(len((disk / "rows" / "part-1.jsonl").read_text().splitlines()), PICTURES + 1)

    def test_usage(self):
        self.fail_with(2, "--out", *self.arguments("--resume"))
        self.fail_with(2, "standard input", "predict", "--model", self.model, "-", "--files-from", "-")
        self.fail_with(2, "--files-from", "predict", "--model", self.model)
        self.fail_with(1, "nowhere", "predict", "--model", self.model, "--files-from", "nowhere")

    def test_scripts(self):
        env = {**environment(), "PATH": f"{BIN}:{os.environ['PATH']}"}
        whole = {row["path"] for row in self.whole()}
        for tool, script in (("xargs", "xargs.sh"), ("parallel", "parallel.sh")):
            with self.subTest(tool):
                if shutil.which(tool) is None:
                    self.skipTest(f"{tool} is not installed")
                for _ in range(2):  # the second finds that everything is there
                    subprocess.run([SCALE / script, self.model, self.list, self.out, "3"], env=env, check=True,
                                   capture_output=True, timeout=300)
                rows = [row["path"] for part in (1, 2, 3) for row in self.rows(part)]
                self.assertEqual(len(rows), len(whole))
                self.assertEqual(set(rows), whole)
                shutil.rmtree(self.out)
        slurm = {**env, "MODEL": str(self.model), "LIST": str(self.list), "OUT": str(self.out),
                 "SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "3"}
        subprocess.run(["sh", SCALE / "slurm.sbatch"], env=slurm, check=True, capture_output=True, timeout=300)
        self.assertEqual([row["path"] for row in self.rows(2)], self.names[1::3])

    def test_spark_pipes_paths(self):
        spec = importlib.util.spec_from_file_location("spark", SCALE / "spark.py")
        spark = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(spark)
        env = {**environment(), "PATH": f"{BIN}:{os.environ['PATH']}"}
        run = subprocess.run(["sh", "-c", spark.read_command(str(self.model))], env=env, input=self.list.read_text(),
                             capture_output=True, text=True, check=True, timeout=300)
        self.assertEqual([json.loads(line)["path"] for line in run.stdout.splitlines()],
                         [name for name in self.names if name != str(self.bad)])


if __name__ == "__main__":
    unittest.main()
