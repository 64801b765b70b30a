"""Training by many processes, through mpirun: the file of one process, byte for byte, whatever happens on the way."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest

from command import BIN, CommandTest, environment, small_disk

MPI = os.environ["INKLING_MPI"]  # openmpi or mpich
OTHER = "mpich" if MPI == "openmpi" else "openmpi"
PROGRAM = BIN / f"inkling-{MPI}"
RANK = "OMPI_COMM_WORLD_RANK" if MPI == "openmpi" else "PMI_RANK"


def mpirun(ranks, mpi=MPI):
    command = [f"mpirun.{mpi}", "-np", str(ranks)]
    return command + (["--oversubscribe", "--allow-run-as-root", "--bind-to", "none"] if mpi == "openmpi" else [])


def launch(command, **variables):
    return subprocess.Popen(list(map(str, command)), env=environment() | variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            start_new_session=True)


class Together(CommandTest):
    def setUp(self):
        # The number makes our processes known by their arguments.
        self.runs = self.folder / f"runs-{os.getpid()}"
        self.runs.mkdir()
        self.addCleanup(shutil.rmtree, self.runs, ignore_errors=True)
        self.out, self.checkpoint = self.runs / "model.safetensors", self.runs / "run.checkpoint"

    def arguments(self, model, out, *more, epochs=None):
        epochs = [] if epochs is None else ["--epochs", epochs]
        return ["train", "--model", model, "--out", out, "--data", self.data, "--threads", 1, *epochs, *more]

    def together(self, ranks, *arguments, program=PROGRAM, mpi=MPI, **variables):
        process = launch([*mpirun(ranks, mpi), program, *arguments], **variables)
        output, log = process.communicate(timeout=400)
        return process.returncode, output, log

    def alone(self, *arguments):
        out = self.runs / "alone.safetensors"
        self.succeed(*self.arguments(arguments[0], out, *arguments[1:]))
        return out.read_bytes()

    def ranks(self):
        """The process ids of our program below mpirun, which have the folder among their arguments."""
        found = subprocess.run(["pgrep", "--full", f"^{PROGRAM} .*{self.runs}"], capture_output=True, text=True, check=False)
        return sorted(map(int, found.stdout.split()))

    def wait_for(self, what, process, seconds=60):
        end = time.monotonic() + seconds
        while not what() and time.monotonic() < end:
            time.sleep(0.02)
        self.assertTrue(what(), process.poll())

    def assert_failed(self, status, log):
        """mpirun of MPICH may say instead by which signal it ended the others."""
        self.assertIn(status, (1, 9) if MPI == "mpich" else (1,), log)

    def assert_nothing_printed(self, output):
        """mpirun of MPICH may print how it ended the others."""
        self.assertEqual(re.sub(r"\A\n=+\n=   BAD TERMINATION .*\Z", "", output, flags=re.DOTALL) if MPI == "mpich" else output, "")

    def assert_said_once(self, log):
        """A rank that is not ended in time says it, too, with its number."""
        lines = [line for line in log.splitlines() if line.startswith("inkling: ")]
        self.assertEqual(len([line for line in lines if not line.startswith("inkling: rank ")]), 1, log)

    def test_the_file_is_that_of_one_process(self):
        for model, ranks, more in (("mlp", 4, ["--epochs", 2]), ("cnn", 2, ["--epochs", 1, "--limit", 100]),
                                   ("svm", 3, []), ("svm", 2, ["--c", "auto", "--limit", 60]),
                                   ("forest", 3, ["--epochs", 70])):
            with self.subTest(model=model, ranks=ranks):
                status, output, log = self.together(ranks, *self.arguments(model, self.out, *more))
                self.assertEqual(status, 0, log)
                self.assertEqual(self.out.read_bytes(), self.alone(model, *more))
                self.assertEqual(output.count("trained on"), 1, output)
                steps = [line for line in log.splitlines() if line.startswith(f"{model}  ")]
                self.assertEqual(len(steps), len(set(steps)), log)
                if model == "mlp":
                    self.assertEqual(len(steps), 2, log)

    def tuning(self, *more, model="svm", settings="c=0.01,0.3,1"):
        return ["tune", "--model", model, "--set", settings, "--folds", 3, "--seeds", "1,2", "--data", self.data,
                "--limit", 100, "--threads", 1, "--out", self.runs / "tuning", *more]

    def tuning_rows(self):
        return [json.loads(line) for part in sorted((self.runs / "tuning").glob("part-*.jsonl")) for line in part.read_text().splitlines()]

    def test_tuning_gives_the_table_of_one_process_and_goes_on_with_any_number(self):
        alone = self.succeed(*self.tuning()).stdout
        rows = self.tuning_rows()
        shutil.rmtree(self.runs / "tuning")
        status, output, log = self.together(3, *self.tuning())
        self.assertEqual(status, 0, log)
        self.assertEqual(output, alone)
        self.assertEqual([len(part.read_text().splitlines()) for part in sorted((self.runs / "tuning").iterdir())], [6, 6, 6])
        order = lambda row: (str(row["setting"]), row["seed"], row["fold"])
        for row in rows + (again := self.tuning_rows()):
            del row["seconds"]
        self.assertEqual(sorted(rows, key=order), sorted(again, key=order))
        part = self.runs / "tuning" / "part-3.jsonl"
        part.write_text("".join(part.read_text().splitlines(keepends=True)[:-2]) + '{"torn')
        status, output, log = self.together(2, *self.tuning("--resume"))
        self.assertEqual((status, output, log.count("  run ")), (0, alone, 2), log)
        self.assertEqual(self.succeed(*self.tuning("--resume")).stdout, alone)

    def test_a_tuning_whose_rank_is_killed_goes_on_without_doing_a_run_twice(self):
        words = self.tuning("--resume", model="mlp", settings="epochs=150")
        process = launch([*mpirun(2), PROGRAM, *words])
        part = self.runs / "tuning" / "part-2.jsonl"
        self.wait_for(lambda: part.exists() and part.read_text().count("\n") > 0, process)
        if process.poll() is None and (pids := self.ranks()):
            os.kill(pids[-1], signal.SIGKILL)
            process.communicate(timeout=400)
            self.assertNotEqual(process.returncode, 0)
        self.wait_for(lambda: not self.ranks(), process)
        done = sum(file.read_text().count("\n") for file in (self.runs / "tuning").glob("part-*.jsonl"))
        status, output, log = self.together(3, *words)
        self.assertEqual((status, log.count("  run ")), (0, 6 - done), log)
        self.assertEqual(len({(row["seed"], row["fold"]) for row in self.tuning_rows()}), 6)
        self.assertEqual(len(self.tuning_rows()), 6)
        self.assertEqual(output.count("best: "), 1)

    def test_fewer_ranks_than_a_slurm_job_has_tasks(self):
        status, _, log = self.together(2, *self.arguments("mlp", self.out, epochs=1), SLURM_NTASKS="8")
        self.assertEqual(status, 0, log)
        self.assertEqual(self.out.read_bytes(), self.alone("mlp", "--epochs", 1))

    def test_a_rank_that_dies_ends_all_and_another_number_of_ranks_goes_on(self):
        expected = self.alone("mlp", "--epochs", 40)
        words = self.arguments("mlp", self.out, "--checkpoint", self.checkpoint, "--resume", epochs=40)
        process = launch([*mpirun(2), PROGRAM, *words])
        self.wait_for(self.checkpoint.exists, process)
        if process.poll() is None and (pids := self.ranks()):
            os.kill(pids[-1], signal.SIGKILL)
            output, log = process.communicate(timeout=400)
            self.assertNotEqual(process.returncode, 0)
            self.assertRegex(output + log, r"rank 1 .*signal 9" if MPI == "openmpi" else r"PID \d+ [^?]*Killed \(signal 9\)")
            self.assertFalse(self.out.exists())
        self.wait_for(lambda: not self.ranks(), process)
        status, _, log = self.together(3, *words)
        self.assertEqual(status, 0, log)
        self.assertEqual(self.out.read_bytes(), expected)

    def test_ctrl_c_writes_the_checkpoint(self):
        words = self.arguments("mlp", self.out, "--checkpoint", self.checkpoint, "--resume", epochs=100000)
        process = launch([*mpirun(2), PROGRAM, *words], OMPI_MCA_odls_base_sigkill_timeout="5")
        self.wait_for(self.checkpoint.exists, process)
        process.send_signal(signal.SIGINT)
        _, log = process.communicate(timeout=60)
        self.assertIn(process.returncode, (130, 0) if MPI == "mpich" else (1,), log)  # 0: now and then, on a busy machine
        if MPI == "mpich":  # mpirun of Open MPI does not listen any more
            self.assertEqual(log.count("stopping soon"), 1, log)
            self.assertEqual(log.count("has the run so far"), 1, log)
        self.assertFalse(self.out.exists())
        self.assertFalse(self.checkpoint.with_name("run.checkpoint.lock").exists())

    def test_a_full_disk_ends_all_and_loses_nothing(self):
        expected = self.alone("mlp", "--epochs", 3)
        self.succeed(*self.arguments("mlp", self.out, "--checkpoint", self.checkpoint, epochs=1))
        size = self.checkpoint.stat().st_size
        self.checkpoint.unlink()
        self.out.unlink()
        disk = self.runs / "disk"
        if not small_disk(disk, size * 3 // 2 // 1024):  # room for one
            self.skipTest("no file system can be made")
        self.addCleanup(subprocess.run, ["umount", disk], check=False)
        status, _, log = self.together(
            2, *self.arguments("mlp", self.out, "--checkpoint", disk / "run.checkpoint", epochs=3))
        self.assert_failed(status, log)
        self.assert_said_once(log)
        self.assertIn("run.checkpoint", log)
        self.assertFalse(self.out.exists())
        self.assertEqual([file.name for file in disk.iterdir()], ["run.checkpoint"])
        shutil.copy(disk / "run.checkpoint", self.checkpoint)
        words = self.arguments("mlp", self.out, "--checkpoint", self.checkpoint, "--resume", epochs=3)
        status, _, log = self.together(3, *words)
        self.assertEqual(status, 0, log)
        self.assertEqual(self.out.read_bytes(), expected)

    def test_ranks_that_learn_other_things_are_refused(self):
        script = self.runs / "other.sh"
        script.write_text(f'seed=1; [ "${RANK}" = 1 ] && seed=2\nexec {PROGRAM} "$@" --seed $seed\n')
        for model in ("mlp", "svm", "forest"):
            with self.subTest(model):
                status, output, log = self.together(2, script, *self.arguments(model, self.out, epochs=2), program="sh")
                self.assert_failed(status, log)
                self.assertRegex(log, r"inkling: training together: .* of rank 1 differ from those of rank 0")
                self.assert_said_once(log)
                self.assert_nothing_printed(output)
                self.assertFalse(self.out.exists())

    def test_what_fails_on_all_is_said_once(self):
        status, output, log = self.together(3, *self.arguments("mlp", self.runs / "no" / "model.safetensors"))
        self.assert_failed(status, log)
        self.assert_said_once(log)
        self.assertIn("expected a folder for --out, found none", log)
        self.assert_nothing_printed(output)

    def test_a_program_of_another_mpi_or_of_none_is_refused(self):
        status, _, log = self.together(2, *self.arguments("mlp", self.out, epochs=1), program=BIN / "inkling")
        self.assert_failed(status, log)
        self.assertIn("built without MPI", log)
        process = launch([BIN / "inkling", *self.arguments("mlp", self.out, epochs=1)], PMIX_RANK="0", SLURM_NTASKS="2")
        _, log = process.communicate(timeout=400)
        self.assertEqual(process.returncode, 1, log)
        self.assertIn("2 processes were started together, but this program was built without MPI", log)
        if shutil.which(f"mpirun.{OTHER}"):
            status, _, log = self.together(2, *self.arguments("mlp", self.out, epochs=1), mpi=OTHER)
            self.assertNotEqual(status, 0, log)
        self.assertFalse(self.out.exists())

    def test_without_mpirun_it_is_the_same_program(self):
        run = subprocess.run(list(map(str, [PROGRAM, *self.arguments("mlp", self.out, epochs=1)])), env=environment(),
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.out.read_bytes(), self.alone("mlp", "--epochs", 1))


if __name__ == "__main__":
    unittest.main()
