"""A program that holds its code for several levels of x86-64 runs the best that the CPU can, and nothing of the others."""

import os
import subprocess
import unittest

PROGRAM = os.environ["INKLING_PROGRAM"]
QEMU = os.environ["INKLING_QEMU"]
STATED = {"x86-64-v3": "x86-64-v3", "x86-64-v4": "x86-64-v4", "cascadelake": "x86-64-v4 and AVX512_VNNI"}


def run(*command, level=None):
    environment = {name: value for name, value in os.environ.items() if name != "INKLING_LEVEL"}
    if level is not None:
        environment["INKLING_LEVEL"] = level
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def best_here():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = file.read().split()
    if "avx512_vnni" in flags:
        return "cascadelake"
    return "x86-64-v4" if "avx512vl" in flags else "x86-64-v3"


class Dispatch(unittest.TestCase):
    def check_ran(self, ran, level):
        self.assertEqual(ran.stdout, f"{STATED[level]}\n6 20 1\n9000 thrown word\ndestroyed\n")
        self.assertEqual(ran.returncode, 7)

    def check_refused(self, ran, text):
        self.assertRegex(ran.stderr, text)
        self.assertEqual((ran.stdout, ran.returncode), ("", 1))

    def test_the_best_level_runs(self):
        self.check_ran(run(PROGRAM, "word"), best_here())
        self.check_ran(run(PROGRAM, "word", level=""), best_here())

    def test_a_level_can_be_asked_for(self):
        self.check_ran(run(PROGRAM, "word", level="x86-64-v3"), "x86-64-v3")
        self.check_refused(run(PROGRAM, level="v3"), "INKLING_LEVEL: expected x86-64-v3 or x86-64-v4 or cascadelake, got 'v3'")

    @unittest.skipUnless(QEMU, "qemu-x86_64 is not installed")
    def test_a_cpu_without_avx512_meets_none_of_it(self):
        self.check_ran(run(QEMU, "-cpu", "Haswell", PROGRAM, "word"), "x86-64-v3")
        for level, lacks in (("x86-64-v4", r"AVX512F( AVX512[A-Z]+)*\."), ("cascadelake", "AVX512F.* AVX512_VNNI")):
            refused = run(QEMU, "-cpu", "Haswell", PROGRAM, level=level)
            self.check_refused(refused, f"INKLING_LEVEL asks for another CPU; this one lacks {lacks}")

    @unittest.skipUnless(QEMU, "qemu-x86_64 is not installed")
    def test_a_cpu_below_all_levels_is_refused(self):
        self.check_refused(run(QEMU, "-cpu", "Nehalem", PROGRAM), "built for another CPU; this one lacks AVX AVX2")

    def test_what_those_tests_would_meet(self):
        """The half for AVX-512 uses it before main(), and the other nowhere."""
        def code(level):
            return run(os.environ["INKLING_OBJDUMP"], "-d", os.environ["INKLING_HALVES"] + level + ".o").stdout

        self.assertIn("ymm", code("x86-64-v3"))
        self.assertNotIn("zmm", code("x86-64-v3"))
        functions = code("x86-64-v4").split("\n\n")
        before_main = [text for text in functions if "<_GLOBAL__sub_I" in text.splitlines()[0]]
        self.assertGreaterEqual(len(before_main), 2)
        sums = [text for text in functions if "twice_the_sum" in text.splitlines()[0]]
        self.assertIn("zmm", "".join(sums))


if __name__ == "__main__":
    unittest.main()
