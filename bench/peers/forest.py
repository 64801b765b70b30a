"""Random forests of scikit-learn and inkling-bench on the same data in turn; prints the medians and their ratios.

usage: forest.py INKLING_BENCH MNIST_FOLDER [--bymerge FOLDER] [--rounds N] [--threads N]
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys

SKLEARN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sklearn_forest.py")


def run(command, **environment):
    """Standard output, and the peak memory of the process."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **environment})
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return output, usage.ru_maxrss * 1024


def ours(bench, name, threads, **environment):
    """The entry of one benchmark, with real_time in seconds."""
    output, memory = run([bench, "--threads", str(threads), f"--benchmark_filter=^{name}(/iterations:1)?/real_time$",
                          "--benchmark_format=json"], **environment)
    entry = json.loads(output)["benchmarks"][0]
    unit = {"us": 1e6, "ms": 1e3}[entry["time_unit"]]
    return {**entry, "seconds": entry["real_time"] / unit, "memory": memory}


def sklearn(split, folder, trees, threads):
    return json.loads(run([sys.executable, SKLEARN, split, folder, str(trees), str(threads)])[0])


def print_row(what, theirs, mine, unit=""):
    print(f"{what:28} {theirs:14,.4g} {mine:14,.4g} {unit:6} {theirs / mine:8.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("mnist")
    parser.add_argument("--bymerge")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    print(f"{'':28} {'scikit-learn':>14} {'inkling':>14} {'':6} {'ratio':>8}")

    theirs, fit, predict = [], [], []
    for _ in range(options.rounds):
        theirs.append(sklearn("mnist", options.mnist, 100, options.threads))
        for name, results in [("forest/fit/100", fit), ("forest/predict/100", predict)]:
            results.append(ours(options.bench, name, options.threads, INKLING_MNIST=options.mnist))
    def median(results, key):
        return statistics.median(result[key] for result in results)
    print_row("MNIST, 100 trees: fit", median(theirs, "fit"), median(fit, "seconds"), "s")
    print_row("  predict 10,000", median(theirs, "predict"), median(predict, "seconds"), "s")
    print_row("  accuracy", median(theirs, "accuracy"), median(fit, "accuracy"))
    print_row("  memory", median(theirs, "memory") / 1e6, median(fit, "memory") / 1e6, "MB")
    print_row("  file", median(theirs, "file") / 1e6, median(fit, "file_bytes") / 1e6, "MB")

    if options.bymerge:
        theirs = sklearn("bymerge", options.bymerge, 200, options.threads)
        for name in ["forest/fit/bymerge/200", "forest_hog/fit/bymerge/200"]:
            mine = ours(options.bench, name, options.threads, INKLING_BYMERGE=options.bymerge)
            print_row(f"bymerge, {name.split('/')[0]} 200: fit", theirs["fit"], mine["seconds"], "s")
            for what, key, unit, scale in [("accuracy", "accuracy", "", 1), ("nodes", "nodes", "", 1),
                                           ("memory", "memory", "MB", 1e6)]:
                print_row(f"  {what}", theirs[key] / scale, mine[key] / scale, unit)
            print_row("  file", theirs["file"] / 1e6, mine["file_bytes"] / 1e6, "MB")


main()
