"""Trying settings by cross-validation: what is tried and told, and results that resume."""

import json
import random
import re
import shlex
import shutil
import statistics
import time
import unittest

from command import CommandTest, interrupt_when, sample_images, start, write_idx, write_mnist


class Tune(CommandTest):
    def setUp(self):
        self.out = self.folder / "tuning"
        self.addCleanup(shutil.rmtree, self.out, ignore_errors=True)

    def arguments(self, *more, model="svm", data=None, threads=1):
        return ["tune", "--model", model, "--data", data or self.data, "--out", self.out, "--threads", threads, *more]

    # Few images: every run finds their features anew, which is slow under a sanitizer.
    IMAGES = 90
    SETTINGS = ["--set", "c=1e-06,0.3,default", "--folds", 2, "--seeds", "1,7", "--limit", IMAGES]
    RUNS = 12

    def whole(self):
        """What a tuning prints that nothing disturbs, and its rows in their order."""
        if not hasattr(type(self), "undisturbed"):
            begin = time.monotonic()
            printed = self.succeed(*self.arguments(*self.SETTINGS)).stdout
            type(self).seconds = time.monotonic() - begin
            type(self).undisturbed = printed, self.rows()
            shutil.rmtree(self.out)
        return self.undisturbed

    def rows(self):
        """Of all parts."""
        return [json.loads(line) for part in sorted(self.out.glob("part-*.jsonl")) for line in part.read_text().splitlines()]

    @staticmethod
    def run_of(row):
        return json.dumps(row["setting"]), row["seed"], row["fold"]

    def same_but_for_time(self, rows, others):
        def plain(row):
            return {name: value for name, value in row.items() if name != "seconds"}
        self.assertEqual(sorted(map(plain, rows), key=self.run_of), sorted(map(plain, others), key=self.run_of))

    def test_a_row_for_each_run_and_a_table_of_their_means(self):
        printed, rows = self.whole()
        self.assertEqual(len(rows), self.RUNS)
        self.assertEqual(len(set(map(self.run_of, rows))), self.RUNS)
        expected = []
        for setting, c in (({"c": 1e-06}, "1e-06"), ({"c": 0.3}, "0.3"), ({"c": None}, "default")):
            for seed in (1, 7):
                folds = [row for row in rows if row["setting"] == setting and row["seed"] == seed]
                self.assertEqual(sorted(row["fold"] for row in folds), [1, 2])
                self.assertEqual(sum(row["held_out"] for row in folds), self.IMAGES)  # each image once
                self.assertEqual([row["images"] + row["held_out"] for row in folds], [self.IMAGES] * 2)
            shares = [row["right"] / row["held_out"] for row in rows if row["setting"] == setting]
            expected.append((c, 100 * statistics.mean(shares), 100 * statistics.stdev(shares)))
        expected.sort(key=lambda row: -row[1])
        heading, *table, best = printed.splitlines()
        self.assertEqual(heading.split(), ["c", "accuracy", "deviation", "runs", "images"])
        self.assertEqual([line.split() for line in table],
                         [[c, f"{mean:.2f}", "%", f"{deviation:.2f}", "%", "4", str(2 * self.IMAGES)]
                          for c, mean, deviation in expected])
        self.assertEqual(expected[0][1], expected[1][1])  # 0.3 is the default; what was named first stands first
        self.assertEqual([c for c, *_ in expected], ["0.3", "default", "1e-06"])
        self.assertEqual(best, f"best: inkling train --model svm --out svm.safetensors --data {self.data} "
                               f"--limit {self.IMAGES} --c 0.3")

    def test_the_best_command_trains(self):
        self.succeed(*self.arguments("--set", "max-leaves=default,3", "--set", "epochs=4", "--set", "found-ink=0.2",
                                     "--folds", 2, "--limit", 80, model="forest"))
        self.assertEqual([row["setting"] for row in self.rows()],
                         [{"max-leaves": leaves, "epochs": 4, "found-ink": 0.2} for leaves in (None, None, 3, 3)])
        printed = self.succeed(*self.arguments("--set", "max-leaves=default,3", "--set", "epochs=4", "--set",
                                               "found-ink=0.2", "--folds", 2, "--limit", 80, "--resume", model="forest")).stdout
        program, *words = shlex.split(printed.splitlines()[-1].removeprefix("best: "))
        self.assertEqual(program, "inkling")
        self.assertEqual(words[words.index("--limit"):], ["--limit", "80", "--epochs", "4", "--found-ink", "0.2"])
        self.succeed(*words, cwd=self.folder)
        self.assertTrue((self.folder / "forest.safetensors").exists())

    def test_networks(self):
        run = self.succeed(*self.arguments("--set", "epochs=1,8", "--folds", 2, model="mlp"))
        self.assertRegex(run.stdout, r"(?m)^epochs +accuracy .*\n8 .*\n1 ")
        self.assertEqual(len(re.findall(r"mlp  run \d/4  epochs=\d, fold \d of 2, seed 1  accuracy ", run.stderr)), 4)
        shutil.rmtree(self.out)
        run = self.succeed(*self.arguments("--set", "epochs=1", "--folds", 2, "--limit", 80, model="cnn"))
        self.assertEqual(len(self.rows()), 2)

    def test_without_a_setting_the_recipe_is_measured(self):
        run = self.succeed(*self.arguments("--folds", 2, "--limit", self.IMAGES))
        self.assertEqual(run.stdout.split()[:9:4], ["accuracy", run.stdout.split()[4], "2"])
        self.assertEqual([row["setting"] for row in self.rows()], [{}, {}])

    def test_threads_do_not_matter_and_the_seed_does(self):
        printed, rows = self.whole()
        self.assertEqual(self.succeed(*self.arguments(*self.SETTINGS, threads=2)).stdout, printed)
        self.same_but_for_time(self.rows(), rows)
        self.assertNotEqual([row["right"] for row in rows if row["seed"] == 1],
                            [row["right"] for row in rows if row["seed"] == 7])

    def test_the_test_part_is_not_looked_at(self):
        only = self.folder / "only"
        only.mkdir()
        write_idx(only, "train", sample_images(0, 300))
        self.succeed(*self.arguments(*self.SETTINGS, data=only))
        self.same_but_for_time(self.rows(), self.whole()[1])

    def test_killed_at_any_moment_no_run_is_lost_or_done_twice(self):
        printed, rows = self.whole()
        moments = random.Random(1)
        for _ in range(12):
            process = start(*self.arguments(*self.SETTINGS, "--resume"))
            time.sleep(moments.uniform(0, self.seconds / 6))
            process.kill()
            process.communicate()
        self.out.mkdir(exist_ok=True)
        with (self.out / "part-1.jsonl").open("a") as file:
            file.write('{"model":"svm","data":"torn')
        before = [json.loads(line) for line in (self.out / "part-1.jsonl").read_text().splitlines()[:-1]]
        run = self.succeed(*self.arguments(*self.SETTINGS, "--resume"))
        self.assertEqual(run.stdout, printed)
        self.assertEqual(run.stderr.count("  run "), self.RUNS - len(before))
        self.assertEqual(self.rows()[:len(before)], before)
        self.same_but_for_time(self.rows(), rows)
        again = self.succeed(*self.arguments(*self.SETTINGS, "--resume"))
        self.assertEqual((again.stdout, again.stderr), (printed, ""))

    def test_more_can_be_asked_later(self):
        printed, rows = self.whole()
        self.succeed(*self.arguments("--set", "c=0.3", "--folds", 2, "--limit", self.IMAGES))
        run = self.succeed(*self.arguments(*self.SETTINGS, "--resume"))
        self.assertEqual(run.stdout, printed)
        self.assertEqual(run.stderr.count("  run "), self.RUNS - 2)
        self.same_but_for_time(self.rows(), rows)

    def test_ctrl_c_says_how_to_go_on(self):
        many = ["--set", "epochs=100,200", "--folds", 4]
        process = start(*self.arguments(*many, model="mlp"))
        output, log = interrupt_when(process, "  run 1/8 ")
        self.assertEqual(process.returncode, 130, log)
        self.assertRegex(log, r"interrupted; .*tuning has \d of 8 runs: go on with the same command and --resume\n\Z")
        self.assertEqual(output, "")
        self.assertLess(len(self.rows()), 8)

    def test_two_processes_do_not_write_one_tuning(self):
        process = start(*self.arguments("--set", "epochs=1000", "--folds", 2, model="mlp"))
        while not (self.out / "part-1.jsonl").exists() and process.poll() is None:
            time.sleep(0.01)
        self.fail_with(1, "part-1.jsonl: another process is using it",
                       *self.arguments("--set", "epochs=1000", "--folds", 2, "--resume", model="mlp"))
        process.kill()
        process.communicate()

    def test_results_of_another_tuning_are_refused(self):
        few = ["--folds", 2, "--limit", 80]
        tuning = ["--set", "c=0.3,1", "--seeds", "1,2", *few]
        self.succeed(*self.arguments(*tuning))
        rows = (self.out / "part-1.jsonl").read_bytes()
        other = self.folder / "other"
        other.mkdir(exist_ok=True)
        write_mnist(other, sample_images(1, 300), sample_images(400, 1))
        for text, arguments in (
                ("data is", self.arguments(*tuning, data=other)),
                ("data is", self.arguments("--set", "c=0.3,1", "--seeds", "1,2", "--folds", 2, "--limit", 90)),
                ("model is", self.arguments(*few, model="forest")),
                ("folds is 2, expected 3", self.arguments("--set", "c=0.3,1", "--folds", 3, "--seeds", "1,2", "--limit", 80)),
                ('setting is {"c":1.0}, expected {"c":0.3}', self.arguments("--set", "c=0.3", "--seeds", "1,2", *few)),
                ('setting is {"c":0.3}', self.arguments("--set", "c=0.3,1", "--set", "epochs=9", "--seeds", "1,2", *few)),
                ("seed is 2, expected 1", self.arguments("--set", "c=0.3,1", *few))):
            with self.subTest(text):
                run = self.fail_with(1, text, *arguments, "--resume")
                self.assertRegex(run.stderr, r"part-1\.jsonl: line \d+: a run of another tuning: ")
        self.fail_with(2, "part-1.jsonl: there are rows already; --resume adds to them", *self.arguments(*tuning))
        self.assertEqual((self.out / "part-1.jsonl").read_bytes(), rows)
        for damaged in (b"no json\n", b"[1]\n", b'{"path":"a.png","sha256":""}\n', b"{}\n",
                        rows.splitlines(keepends=True)[0].replace(b'"fold":1', b'"fold":9'),
                        rows.splitlines(keepends=True)[0].replace(b'"held_out":40', b'"held_out":0'),
                        rows.splitlines(keepends=True)[0].replace(b'"fold":1', b'"fold":"a"')):
            with self.subTest(damaged):
                (self.out / "part-1.jsonl").write_bytes(rows + damaged)
                self.fail_with(1, "part-1.jsonl: line 9: ", *self.arguments(*tuning, "--resume"))
        self.assertEqual((self.out / "part-1.jsonl").read_bytes(), rows + damaged)

    def test_wrong_usage(self):
        for text, words in (
                ("--set learning-rate: expected one of c, epochs, found-ink for svm", ["--set", "learning-rate=0.1"]),
                ("--set max-leaves: expected one of", ["--set", "max-leaves=9"]),
                ("--set: expected name=values, got 'c'", ["--set", "c"]),
                ("--set c: expected numbers or default", ["--set", "c="]),
                ("--set c: expected numbers or default", ["--set", "c=0.1,"]),
                ("--set c: expected numbers or default", ["--set", "c=0.1,large"]),
                ("--set c: expected numbers or default", ["--set", "c=nan"]),
                ("--set c: RecipeOptions::c: expected a number above 0", ["--set", "c=0.1,0"]),
                ("--set epochs: expected a whole number from 1", ["--set", "epochs=0"]),
                ("--set epochs: expected a whole number from 1", ["--set", "epochs=1.5"]),
                ("--set found-ink: RecipeOptions::found_ink", ["--set", "found-ink=2"]),
                ("--set c: 0.1 is there twice", ["--set", "c=0.1,0.10"]),
                ("--set c: it is there twice", ["--set", "c=0.1", "--set", "c=1"]),
                ("--folds", ["--folds", 1]),
                ("--seeds: 3 is there twice", ["--seeds", "3,1,3"]),
                ("--seeds", ["--seeds", "one"]),
                ("--folds", ["--folds", "x"])):
            with self.subTest(words):
                self.fail_with(2, text, *self.arguments(*words))
        self.fail_with(2, "--out", "tune", "--model", "svm", "--data", self.data)
        self.fail_with(2, "tree", *self.arguments(model="tree"))
        self.assertFalse(self.out.exists())

    def test_more_folds_than_images_of_a_class(self):
        few = self.folder / "few"
        few.mkdir()
        images = sample_images(0, 300)
        write_mnist(few, [image for image in images if image[0] != 7] + [image for image in images if image[0] == 7][:3],
                    images[:1])
        self.fail_with(1, "4 folds need as many images of every class, but there are 3 of '7'", *self.arguments("--folds", 4, data=few))
        self.assertFalse(self.out.exists())
        self.succeed(*self.arguments("--folds", 3, data=few))


if __name__ == "__main__":
    unittest.main()
