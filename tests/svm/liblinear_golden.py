"""Prints the reference numbers of linear_svm_test.cpp: Debian's liblinear-tools on the data sets that the test builds:
one of a few features, one with more features than samples, and one with many samples, some of which are equal but of
different classes. The last is also trained with class weights.
"""
import re
import subprocess
import tempfile

# samples, features, classes: the values of C for squared hinge and for hinge with which liblinear converges
COSTS = {(90, 11, 3): ((0.05, 2), (0.05, 0.25)), (60, 150, 4): ((0.05, 0.2), (0.01, 0.02)),
         (400, 30, 5): ((0.05, 0.2), (0.005, 0.01))}
DATA = list(COSTS)
WEIGHTS = [1, 3, 0.5, 2, 1]


def value(i, f, classes):
    mixed = (i * 73 + f * 151 + i * i * f * 29 + i * f * 17) % 64
    return 0.0 if mixed % 3 == 0 else mixed / 32 - 1 + (0.5 if f == i % classes else 0)


def train(data, solver, c, epsilon, weights=()):
    """The output of liblinear-train and the rows of weights that it finds."""
    samples, features, classes = data
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/data", "w") as out:
            for i in range(samples):
                row = [f"{f + 1}:{value(i, f, classes)!r}" for f in range(features)]
                out.write(" ".join([str(i % classes)] + row) + "\n")
        factors = [text for k, weight in enumerate(weights) for text in (f"-w{k}", str(weight))]
        log = subprocess.run(["liblinear-train", "-s", str(solver), "-c", str(c), "-B", "1", "-e", str(epsilon), *factors,
                              f"{folder}/data", f"{folder}/model"], capture_output=True, text=True, check=True)
        if "reaching max number of iterations" in log.stdout + log.stderr:
            raise SystemExit(f"liblinear did not converge: {data}, solver {solver}, c = {c}")
        return log.stdout, open(f"{folder}/model").read().split("w\n")[1].split("\n")[:features + 1]


def print_objectives(log):
    print("    objectives", ", ".join(str(-float(v)) for v in re.findall(r"Objective value = (\S+)", log)))


for data in DATA:
    for name, solver, costs in [("squared hinge", 1, COSTS[data][0]), ("hinge", 3, COSTS[data][1])]:
        for c in costs:
            log, rows = train(data, solver, c, 1e-9 if data != DATA[2] else 1e-5)
            print(data, name, c)
            print_objectives(log)
            if data == DATA[0] and c == costs[1]:
                for row in rows:
                    print("   ", ", ".join(f"{float(w):.7f}F" for w in row.split()) + ",")
print(DATA[2], "squared hinge", 0.01, "weighted")
print_objectives(train(DATA[2], 1, 0.01, 1e-5, WEIGHTS)[0])
