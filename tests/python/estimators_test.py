"""The classes with scikit-learn's interface: estimators_test.py PROJECT"""

import functools
import pickle
import sys
import unittest
import warnings
from pathlib import Path

import numpy as np

try:
    from sklearn.base import clone
    from sklearn.datasets import load_breast_cancer, load_digits
    from sklearn.model_selection import GridSearchCV, train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.estimator_checks import check_estimator
except ImportError:
    print("skipped: scikit-learn is not installed (Debian: python3-sklearn)")
    sys.exit(0)

import inkling

PROJECT = Path(sys.argv[1])
KINDS = (inkling.RandomForestClassifier, inkling.LinearSvmClassifier, inkling.NetworkClassifier)


class Checks(unittest.TestCase):
    def test_scikit_learns_own(self):
        for kind in KINDS:
            with self.subTest(kind.__name__), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of skipped checks
                check_estimator(kind())


class Tables(unittest.TestCase):
    def score(self, estimator, load):
        X, y = load(return_X_y=True)
        X, others, y, truth = train_test_split(X, y, test_size=0.3, random_state=0)
        return make_pipeline(StandardScaler(), estimator).fit(X, y).score(others, truth)

    def test_digits_and_breast_cancer(self):
        for kind in KINDS:
            with self.subTest(kind.__name__):
                self.assertGreater(self.score(kind(random_state=0), load_digits), 0.93)
                self.assertGreater(self.score(kind(random_state=0), load_breast_cancer), 0.93)

    def test_a_search_over_parameters(self):
        X, y = load_breast_cancer(return_X_y=True)
        search = GridSearchCV(make_pipeline(StandardScaler(), inkling.LinearSvmClassifier()),
                              {"linearsvmclassifier__C": [0.01, 1]}, cv=3).fit(X, y)
        self.assertGreater(search.best_score_, 0.95)
        forest = inkling.RandomForestClassifier(20, random_state=3)
        self.assertEqual(clone(forest).get_params(), forest.get_params())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertGreater(forest.fit(X, y).oob_score_, 0.9)
        self.assertEqual(forest.feature_importances_.shape, (30,))
        self.assertAlmostEqual(forest.feature_importances_.sum(), 1)

    def test_weights_of_classes(self):
        X, y = load_breast_cancer(return_X_y=True)
        few = np.concatenate([np.flatnonzero(y == 0)[:12], np.flatnonzero(y == 1)])
        rare = np.flatnonzero(y == 0)[12:]
        for kind in (functools.partial(inkling.RandomForestClassifier, min_weight_fraction_leaf=0.05),
                     inkling.LinearSvmClassifier):
            with self.subTest(kind):
                found = []
                for weight in (None, "balanced", {0: 20, 1: 1}):
                    model = make_pipeline(StandardScaler(), kind(class_weight=weight, random_state=1)).fit(X[few], y[few])
                    found.append((model.predict(X[rare]) == 0).mean())
                self.assertGreater(found[1], found[0])
                self.assertGreater(found[2], found[0])
                with self.assertRaises(ValueError):
                    kind(class_weight={0: -1, 1: 1}).fit(X, y)
                with self.assertRaises(ValueError):
                    kind(class_weight="heavy").fit(X, y)


class Images(unittest.TestCase):
    def test_each_learns_from_images(self):
        train, test = inkling.load_sample(PROJECT / "data")
        train, test = train.take(1500), test.take(300)
        labels = np.array(list("zyxwvutsrq"))[train.labels]  # of which the last is the first
        truth = np.array(list("zyxwvutsrq"))[test.labels]
        for estimator in (inkling.RandomForestClassifier(30, hog=True, random_state=1),
                          inkling.LinearSvmClassifier(C=0.3, hog=True),
                          inkling.NetworkClassifier((64,), epochs=5, random_state=1),
                          inkling.NetworkClassifier(layers=[("conv2d", {"filters": 4, "stride": 2}), "relu", "flatten",
                                                            ("dense", {"units": 10})], epochs=4, learning_rate=5e-3)):
            with self.subTest(estimator):
                fitted = estimator.fit(train.images, labels)
                self.assertGreater(fitted.score(test.images, truth), 0.8)
                self.assertEqual(list(fitted.classes_), sorted("zyxwvutsrq"))
                p = fitted.predict_proba(test.images)
                np.testing.assert_allclose(p.sum(axis=1), 1)
                again = pickle.loads(pickle.dumps(fitted))
                np.testing.assert_array_equal(again.predict_proba(test.images), p)
                with self.assertRaises(ValueError):
                    fitted.predict(test.images[:, :20])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
