"""Runs inkling-bench and a peer in turn (A B A B ...) on the same work and prints how many times faster we are.

usage: networks.py BENCH FOLDER [--rounds N] [--threads N] [--only NAME]
BENCH is the program inkling-bench, FOLDER holds plain MNIST. Called by networks.sh, which installs the peers.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent

parser = argparse.ArgumentParser()
parser.add_argument("bench")
parser.add_argument("folder")
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--only", default="", help="part of the name of the work, such as train or vgg")
options = parser.parse_args()


def run(command):
    """Standard output, and the peak of resident memory in MB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = process.communicate()
    if process.returncode != 0:
        sys.exit(f"networks.py: {' '.join(map(str, command))} ended with {process.returncode}: {errors.strip()}")
    return output


def peak_memory(command):
    """Peak resident memory in MB. A fresh process reports it, for the system only knows the largest child."""
    measure = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, "
               "stderr=subprocess.DEVNULL, check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)")
    return float(run([sys.executable, "-c", measure, *map(str, command)]))


def ours_command(name, threads):
    return [options.bench, f"--benchmark_filter=^{name}/real_time$", "--threads", str(threads), "--benchmark_format=json"]


def ours(name, threads):
    result = json.loads(run(ours_command(name, threads)))["benchmarks"][0]
    return result["real_time"] if name.endswith("/1") else result["items_per_second"]


def torch_command(net, work, threads):
    return [sys.executable, HERE / "torch_peer.py", net, work, options.folder, str(threads)]


def onnxruntime(net, work, threads):
    return float(run(["node", HERE / "onnxruntime_peer.js", f"{net}.onnx", work, str(threads)]))


def report(work, unit, mine, theirs, ratios):
    print(f"| {work} | {unit} | {statistics.median(mine):,.0f} | {statistics.median(theirs):,.0f} "
          f"| {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |", flush=True)


def compare(work, unit, mine, theirs, smaller_is_better=False):
    if options.only not in work:
        return
    a, b = [], []
    for _ in range(options.rounds):
        a.append(mine())
        b.append(theirs())
    report(work, unit, a, b, [y / x if smaller_is_better else x / y for x, y in zip(a, b)])


os.environ["INKLING_MNIST"] = options.folder
threads = options.threads
print("| work | unit | Inkling | peer | times better (median) | least to most |\n|---|---|---|---|---|---|", flush=True)
for net in ("lenet", "vgg", "mlp"):
    compare(f"train {net} / PyTorch", "samples/s", lambda: ours(f"train/{net}", threads),
            lambda: float(run(torch_command(net, "train", threads))))
for net in ("lenet", "vgg", "mlp"):
    if not pathlib.Path(f"{net}.onnx").exists():
        run(torch_command(net, "export", threads))
    compare(f"infer {net}, batch 256 / ONNX Runtime", "samples/s", lambda: ours(f"infer/{net}/256", threads),
            lambda: onnxruntime(net, "infer_256", threads))
for net in ("lenet", "vgg", "mlp"):
    compare(f"infer {net}, one image, 1 thread / ONNX Runtime", "us", lambda: ours(f"infer/{net}/1", 1),
            lambda: onnxruntime(net, "infer_1", 1), smaller_is_better=True)
compare("train vgg, peak memory / PyTorch", "MB", lambda: peak_memory(ours_command("train/vgg", threads)),
        lambda: peak_memory(torch_command("vgg", "train", threads)), smaller_is_better=True)
