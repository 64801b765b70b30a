"""Prints the reference numbers of linear_svm_test.cpp: Debian's liblinear-tools on the data set that the test builds."""
import re
import subprocess
import tempfile

SAMPLES, FEATURES, CLASSES = 90, 11, 3


def value(i, f):
    mixed = (i * 73 + f * 151 + i * i * f * 29 + i * f * 17) % 64
    return 0.0 if mixed % 3 == 0 else mixed / 32 - 1 + (0.5 if f == i % CLASSES else 0)


with tempfile.TemporaryDirectory() as folder:
    with open(f"{folder}/data", "w") as out:
        for i in range(SAMPLES):
            out.write(" ".join([str(i % CLASSES)] + [f"{f + 1}:{value(i, f)!r}" for f in range(FEATURES)]) + "\n")
    for name, solver, costs in [("squared hinge", 1, (0.05, 2)), ("hinge", 3, (0.05, 0.25))]:
        for c in costs:
            log = subprocess.run(["liblinear-train", "-s", str(solver), "-c", str(c), "-B", "1", "-e", "1e-9",
                                  f"{folder}/data", f"{folder}/model"], capture_output=True, text=True, check=True)
            if "reaching max number of iterations" in log.stdout + log.stderr:
                raise SystemExit(f"liblinear did not converge: {name}, c = {c}")
            print(name, c, "objectives", [-float(v) for v in re.findall(r"Objective value = (\S+)", log.stdout)])
            weights = open(f"{folder}/model").read().split("w\n")[1].split("\n")
            for row in weights[:FEATURES + 1]:
                print("   ", ", ".join(f"{float(w):.7f}F" for w in row.split()) + ",")
