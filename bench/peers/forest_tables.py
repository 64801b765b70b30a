"""100 trees on real tables that Debian ships: Inkling's forest, scikit-learn's, and XGBoost's boosted trees, in turn.

usage: PYTHONPATH=BUILD/python python3 forest_tables.py [REPEATS] [TABLE...]

Needs Debian's python3-sklearn, python3-xgboost, python3-rdata and r-cran-mlbench; of the last, the files alone, without R:
    apt-get download r-cran-mlbench && dpkg -x r-cran-mlbench_*.deb FOLDER, then INKLING_MLBENCH=FOLDER/usr/lib/R/site-library/mlbench/data

Each fit has one thread and is measured by the processor's time, which other programs on the machine hardly change; accuracy is that
of five folds, each repeat with others.
"""
import os
import statistics
import sys
import time
import warnings

import inkling
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold

try:
    from xgboost import XGBClassifier
except ImportError:
    XGBClassifier = None

MLBENCH = os.environ.get("INKLING_MLBENCH", "/usr/lib/R/site-library/mlbench/data")


def mlbench(name, target):
    """A table of the R package mlbench (Leisch and Dimitriadou), from the UCI repository: numbers, and classes as integers."""
    def load():
        import rdata
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = rdata.conversion.convert(rdata.parser.parse_file(f"{MLBENCH}/{name}.rda"))[name]
        return table.drop(columns=target).to_numpy(np.float32), np.unique(table[target].astype(str), return_inverse=True)[1]
    return load


def sklearn_table(load):
    def numbers():
        X, y = load(return_X_y=True)
        return X.astype(np.float32), y
    return numbers


TABLES = {"letters": mlbench("LetterRecognition", "lettr"), "satellite": mlbench("Satellite", "classes"),
          "shuttle": mlbench("Shuttle", "Class"), "digits": sklearn_table(load_digits),
          "breast_cancer": sklearn_table(load_breast_cancer), "wine": sklearn_table(load_wine)}
KINDS = {
    "inkling": lambda seed: inkling.RandomForestClassifier(100, oob_score=False, random_state=seed, n_jobs=1),
    "sklearn": lambda seed: RandomForestClassifier(100, random_state=seed, n_jobs=1),
}
if XGBClassifier:
    KINDS["xgboost"] = lambda seed: XGBClassifier(n_estimators=100, tree_method="hist", random_state=seed, n_jobs=1)


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    warnings.filterwarnings("ignore", "The least populated class", UserWarning)  # of shuttle, which has one of six
    for name in sys.argv[2:] or TABLES:
        X, y = TABLES[name]()
        seconds = {kind: [] for kind in KINDS}
        right = {kind: [] for kind in KINDS}
        for repeat in range(repeats):
            for train, test in StratifiedKFold(5, shuffle=True, random_state=repeat).split(X, y):
                for kind, make in KINDS.items():
                    start = time.process_time()
                    model = make(repeat).fit(X[train], y[train])
                    seconds[kind].append(time.process_time() - start)
                    right[kind].append((model.predict(X[test]) == y[test]).mean())
        print(f"{name} ({X.shape[0]} x {X.shape[1]}, {len(np.unique(y))} classes)")
        for kind in KINDS:
            ratios = [b / a for a, b in zip(seconds["inkling"], seconds[kind])]
            print(f"  {kind}: fit {statistics.median(seconds[kind]) * 1e3:.1f} ms, {statistics.median(ratios):.1f} times ours "
                  f"({min(ratios):.1f} to {max(ratios):.1f}); accuracy {np.mean(right[kind]):.4f}", flush=True)


if __name__ == "__main__":
    main()
