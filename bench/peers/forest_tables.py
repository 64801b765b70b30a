"""100 trees on tables that scikit-learn brings along: Inkling's forest, scikit-learn's, and XGBoost's boosted trees, in turn.

usage: PYTHONPATH=BUILD/python python3 forest_tables.py [REPEATS]

Each fit has one thread and is measured by the processor's time, which other programs on the machine hardly change; accuracy is that
of five folds, each repeat with others.
"""
import statistics
import sys
import time

import inkling
import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold

try:
    from xgboost import XGBClassifier
except ImportError:
    XGBClassifier = None  # Debian: python3-xgboost

TABLES = {"digits": load_digits, "breast_cancer": load_breast_cancer, "wine": load_wine}
KINDS = {
    "inkling": lambda seed: inkling.RandomForestClassifier(100, oob_score=False, random_state=seed, n_jobs=1),
    "sklearn": lambda seed: RandomForestClassifier(100, random_state=seed, n_jobs=1),
}
if XGBClassifier:
    KINDS["xgboost"] = lambda seed: XGBClassifier(n_estimators=100, tree_method="hist", random_state=seed, n_jobs=1)


def main():
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, load in TABLES.items():
        X, y = load(return_X_y=True)
        X = X.astype(np.float32)
        seconds = {kind: [] for kind in KINDS}
        right = {kind: [] for kind in KINDS}
        for repeat in range(repeats):
            for train, test in StratifiedKFold(5, shuffle=True, random_state=repeat).split(X, y):
                for kind, make in KINDS.items():
                    start = time.process_time()
                    model = make(repeat).fit(X[train], y[train])
                    seconds[kind].append(time.process_time() - start)
                    right[kind].append((model.predict(X[test]) == y[test]).mean())
        print(f"{name} ({X.shape[0]} x {X.shape[1]})")
        for kind in KINDS:
            ratios = [b / a for a, b in zip(seconds["inkling"], seconds[kind])]
            print(f"  {kind}: fit {statistics.median(seconds[kind]) * 1e3:.1f} ms, {statistics.median(ratios):.1f} times ours "
                  f"({min(ratios):.1f} to {max(ratios):.1f}); accuracy {np.mean(right[kind]):.4f}", flush=True)


if __name__ == "__main__":
    main()
