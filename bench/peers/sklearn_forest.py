"""scikit-learn's random forest on images in the IDX format: prints one line of JSON.

usage: sklearn_forest.py mnist|bymerge FOLDER TREES THREADS
"""
import gzip
import json
import os
import pickle
import resource
import sys
import time

import numpy as np
from sklearn.ensemble import RandomForestClassifier


def idx(path):
    """The array of an IDX file, or of its .gz."""
    raw = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
    dims = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims)


def part(split, folder, name):
    """Images as floats, 784 a row, and labels."""
    prefix = {"train": "train", "test": "t10k"}[name] if split == "mnist" else f"emnist-{split}-{name}"
    images = idx(f"{folder}/{prefix}-images-idx3-ubyte")
    return images.reshape(len(images), -1).astype(np.float32) / 255, idx(f"{folder}/{prefix}-labels-idx1-ubyte")


class Counter:
    """A file that only counts what is written to it."""
    bytes = 0

    def write(self, data):
        self.bytes += len(data)


def main():
    split, folder, trees, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    images, labels = part(split, folder, "train")
    test_images, test_labels = part(split, folder, "test")
    forest = RandomForestClassifier(trees, n_jobs=threads, random_state=0)
    start = time.perf_counter()
    forest.fit(images, labels)
    fit = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    predict = []
    for _ in range(5):
        start = time.perf_counter()
        predicted = forest.predict(test_images)
        predict.append(time.perf_counter() - start)
    pickled = Counter()
    pickle.dump(forest, pickled)
    print(json.dumps({"fit": fit, "predict": min(predict), "accuracy": float((predicted == test_labels).mean()),
                      "nodes": sum(tree.tree_.node_count for tree in forest.estimators_),
                      "memory": peak, "file": pickled.bytes}))


main()
