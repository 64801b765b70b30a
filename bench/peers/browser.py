"""A character read by one native thread and by the WebAssembly package in Node, in turn: the median milliseconds, and their ratio.

usage: PYTHONPATH=BUILD/python python3 browser.py PACKAGE MODELS EMNIST [ROUNDS]

PACKAGE: BUILD/wasm/inkling; EMNIST: the folder of its files. 2,000 images of balanced's test part, normalised and read one by one.
Node's engine is Chromium's; tests/browser/offline_test.js says what the page itself takes.
"""
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import inkling
import numpy as np

READ = """
import { readFileSync } from "node:fs";
const [package_, model, images] = process.argv.slice(2);
const { load } = await import(package_);
const reader = await load(readFileSync(model));
const bytes = readFileSync(images);
const times = [];
for (let at = 0; at < bytes.length; at += 784) {
  const begin = performance.now();
  reader.character({ data: bytes.subarray(at, at + 784), width: 28, height: 28 });
  times.push(performance.now() - begin);
}
console.log(JSON.stringify(times));
"""


def native(model, images):
    times = []
    for image in images:
        begin = time.perf_counter()
        inkling.read_character(image, model)
        times.append(1e3 * (time.perf_counter() - begin))
    return statistics.median(times)


def main():
    package, models, emnist = (Path(name).resolve() for name in sys.argv[1:4])
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    images = inkling.load_emnist(emnist, "balanced", "test").take(2000).images
    with tempfile.TemporaryDirectory() as folder:
        script, pixels = Path(folder) / "read.mjs", Path(folder) / "pixels"
        script.write_text(READ)
        np.ascontiguousarray(images).tofile(pixels)
        for path in sorted(models.glob("*.safetensors")):
            model = inkling.load(path)
            ours, theirs = [], []
            for _ in range(rounds):
                ours.append(native(model, images))
                told = subprocess.run(["node", script, package / "index.mjs", path, pixels], capture_output=True, check=True)
                theirs.append(statistics.median(json.loads(told.stdout)))
            ratios = [b / a for a, b in zip(ours, theirs)]
            print(f"{path.stem}: native {min(ours):.3f} ms, WebAssembly {min(theirs):.3f} ms, {statistics.median(ratios):.1f} times "
                  f"({min(ratios):.1f} to {max(ratios):.1f})", flush=True)


if __name__ == "__main__":
    main()
