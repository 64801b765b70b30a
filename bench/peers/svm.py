"""Runs inkling-bench and scikit-learn's LinearSVC (liblinear) in turn on MNIST's 60,000 images, and compares seconds and
objectives: raw pixels, and HOG features that both learn from.

usage: /usr/bin/python3 svm.py BIN MNIST_FOLDER [--rounds N] [--threads N]
BIN is the folder of inkling-bench and inkling-hog-features. Needs python3-sklearn. liblinear uses one thread.
Ours converts images (and finds their features) within the measured time; LinearSVC is given floats.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import time

import numpy as np
from sklearn.svm import LinearSVC

parser = argparse.ArgumentParser()
parser.add_argument("bin", type=pathlib.Path)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()


def idx(name):
    raw = (options.folder / name).read_bytes()
    dims = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims)


labels = idx("train-labels-idx1-ubyte")


def primal(model, x, c):
    """|w|^2 / 2 + C sum of squared hinge losses, of all classes."""
    total = 0.0
    for k, (w, b) in enumerate(zip(model.coef_.astype(np.float64), model.intercept_)):
        sign = np.where(labels == k, 1.0, -1.0)
        slack = np.maximum(0, 1 - sign * (x @ w.astype(np.float32) + b))
        total += (w @ w + b * b) / 2 + c * float((slack.astype(np.float64) ** 2).sum())
    return total


def liblinear(x, c):
    model = LinearSVC(dual=True, C=c, max_iter=1000, tol=1e-2)
    start = time.perf_counter()
    model.fit(x, labels)
    return time.perf_counter() - start, primal(model, x, c)


def ours(name):
    command = [options.bin / "inkling-bench", f"--benchmark_filter=^{name}/real_time$", "--benchmark_format=json",
               "--threads", str(options.threads)]
    environment = dict(os.environ, INKLING_MNIST=str(options.folder))
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    result = json.loads(out)["benchmarks"][0]
    return result["real_time"] / 1000, result["primal"], result["gap"]


def pixels():
    return idx("train-images-idx3-ubyte").reshape(len(labels), -1).astype(np.float32) / 255


def hog():
    out = subprocess.run([options.bin / "inkling-hog-features", options.folder], capture_output=True, check=True).stdout
    return np.frombuffer(out, np.uint8).reshape(len(labels), -1).astype(np.float32) / 255


print("| work | Inkling s | liblinear s | times faster (median) | least to most | our objective (gap) | theirs |\n"
      "|---|---|---|---|---|---|---|", flush=True)
for name, features, c in (("svm/fit", pixels, 0.05), ("svm_hog/fit", hog, 0.3)):
    x = features()
    mine, theirs = [], []
    for _ in range(options.rounds):
        mine.append(ours(name))
        theirs.append(liblinear(x, c))
    ratios = [b[0] / a[0] for a, b in zip(mine, theirs)]
    print(f"| {name}, C = {c} | {statistics.median(a[0] for a in mine):.2f} | "
          f"{statistics.median(b[0] for b in theirs):.2f} | {statistics.median(ratios):.1f} | "
          f"{min(ratios):.1f} to {max(ratios):.1f} | {mine[-1][1]:.3f} ({mine[-1][2]:.3f}) | {theirs[-1][1]:.3f} |",
          flush=True)
