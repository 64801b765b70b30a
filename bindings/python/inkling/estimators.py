"""The models behind scikit-learn's interface.

X is a matrix of numbers [n, features], as everywhere in scikit-learn, or images: an array of uint8, [n, height, width],
[n, height, width, channels] or [n, pixels]. Byte p then counts as p / 255 (to a forest as itself).
"""

import warnings

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state, column_or_1d, compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from ._inkling import LinearSvm, Network, RandomForest

__all__ = ["LinearSvmClassifier", "NetworkClassifier", "RandomForestClassifier"]


def _is_images(X):
    return isinstance(X, np.ndarray) and X.dtype == np.uint8


class _Estimator(ClassifierMixin, BaseEstimator):
    """What the three have in common. A fitted one has `model_`, the model that learned, and `classes_`."""

    def fit(self, X, y):
        """Learns from samples and their labels; returns itself."""
        if _is_images(X):
            X = check_array(X, dtype=np.uint8, allow_nd=True)
            y = column_or_1d(y, warn=True)
            check_consistent_length(X, y)
            self.n_features_in_ = int(np.prod(X.shape[1:]))
        else:
            X, y = self._validate_data(X, y, dtype=np.float32)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        names = [str(name) for name in self.classes_]
        self.model_ = self._learn(X, numbers.astype(np.int32), names)
        return self

    def _seed(self):
        if isinstance(self.random_state, (int, np.integer)):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _class_weights(self, numbers):
        """What a sample of each class counts: none where all count the same."""
        if self.class_weight is None:
            return []
        return list(compute_class_weight(self.class_weight, classes=self.classes_, y=self.classes_[numbers]))

    def _threads(self):
        """As scikit-learn has it: None is one, -1 all."""
        return 1 if self.n_jobs is None else 0 if self.n_jobs < 0 else self.n_jobs

    def _samples(self, X):
        check_is_fitted(self)
        if _is_images(X):
            return check_array(X, dtype=np.uint8, allow_nd=True)
        return self._validate_data(X, dtype=np.float32, reset=False)

    def predict_proba(self, X):
        """Probabilities [n, classes], in the order of classes_."""
        p = self._probabilities(X)
        return p / p.sum(axis=1, keepdims=True)

    def _probabilities(self, X):
        X = self._samples(X)
        return self.model_.probabilities(X, self._threads()).astype(np.float64)

    def decision_function(self, X):
        """The logarithms of the odds: of each class [n, classes], or of the second of two classes [n]."""
        p = np.clip(self.predict_proba(X), 1e-12, 1 - 1e-12)
        odds = np.log(p) - np.log1p(-p)
        return odds[:, 1] if len(self.classes_) == 2 else odds

    def predict(self, X):
        """The most probable class of each sample."""
        p = self.predict_proba(X)
        return self.classes_[np.argmax(p, axis=1)]


class RandomForestClassifier(_Estimator):
    """A random forest. Features are cut into up to 256 values each, which loses nothing for as many different ones.

    n_estimators: trees. max_features: features tried at a split; None: the square root of their number. max_depth,
    max_leaf_nodes, min_weight_fraction_leaf, bootstrap, class_weight (None, 'balanced' or a dict): as in scikit-learn;
    min_samples_leaf, too, but a sample counts as much as its class weighs. extra: one random threshold a feature. hog: for
    images, True or a dict. Probabilities are calibrated on what trees did not see, where there are 64 of them and bootstrap
    is on.
    """

    def __init__(self, n_estimators=100, *, max_features=None, min_samples_leaf=1, max_depth=None, max_leaf_nodes=None,
                 min_weight_fraction_leaf=0.0, bootstrap=True, oob_score=True, extra=False, class_weight=None,
                 hog=None, random_state=None, n_jobs=None):
        self.n_estimators = n_estimators
        self.max_features = max_features
        self.min_samples_leaf = min_samples_leaf
        self.max_depth = max_depth
        self.max_leaf_nodes = max_leaf_nodes
        self.min_weight_fraction_leaf = min_weight_fraction_leaf
        self.bootstrap = bootstrap
        self.oob_score = oob_score
        self.extra = extra
        self.class_weight = class_weight
        self.hog = hog
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _learn(self, X, labels, names):
        weights = self._class_weights(labels)
        total = np.asarray(weights)[labels].sum() if weights else len(labels)
        least = max(self.min_samples_leaf, int(np.ceil(self.min_weight_fraction_leaf * total)))
        model = RandomForest.fit(X, labels, class_names=names, trees=self.n_estimators,
                                 max_features=self.max_features or 0, min_samples_leaf=least,
                                 max_depth=self.max_depth or 0, max_leaves=self.max_leaf_nodes or 0,
                                 bootstrap=self.bootstrap, out_of_bag=self.oob_score,
                                 random_thresholds=self.extra, class_weights=weights, hog=self.hog,
                                 seed=self._seed(), threads=self._threads())
        if self.oob_score:
            self.oob_score_ = model.out_of_bag_accuracy
        self.feature_importances_ = model.importance
        return model


class LinearSvmClassifier(_Estimator):
    """A linear support vector machine, one class against the rest; best with features of order 1.

    C: weight of the losses. loss: 'squared_hinge' or 'hinge'. class_weight: None, 'balanced' or a dict. tol: the share of the objective that it may be above its
    minimum. hog: for images, True or a dict. Probabilities are the softmax of margins over a temperature that is fitted
    to the training samples; calibrate elsewhere what must be honest.
    """

    def __init__(self, C=1.0, *, loss="squared_hinge", fit_intercept=True, tol=1e-3, max_iter=1000, class_weight=None,
                 hog=None, random_state=None, n_jobs=None):
        self.C = C
        self.loss = loss
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.max_iter = max_iter
        self.class_weight = class_weight
        self.hog = hog
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _learn(self, X, labels, names):
        model = LinearSvm.fit(X, labels, class_names=names, c=self.C, loss=self.loss, bias=self.fit_intercept,
                              class_weights=self._class_weights(labels), tolerance=self.tol, max_passes=self.max_iter,
                              hog=self.hog, seed=self._seed(), threads=self._threads())
        if model.warning:
            warnings.warn(model.warning.replace("more --epochs help", "a larger max_iter helps"), ConvergenceWarning)
        model.calibrate(X, labels, self._threads())
        self.n_iter_ = model.passes
        self.coef_ = model.weights
        self.intercept_ = model.bias
        return model

    def decision_function(self, X):
        """Margins [n, classes]; with two classes half of what the second is ahead by, [n]."""
        X = self._samples(X)
        margins = self.model_.scores(X, self._threads()).astype(np.float64)
        return (margins[:, 1] - margins[:, 0]) / 2 if margins.shape[1] == 2 else margins

    def predict(self, X):
        """The class with the largest margin."""
        margins = self.decision_function(X)
        best = (margins > 0).astype(int) if margins.ndim == 1 else np.argmax(margins, axis=1)
        return self.classes_[best]


class NetworkClassifier(_Estimator):
    """A neural network, trained by AdamW; best with features of order 1.

    hidden_layer_sizes: units of the dense layers before the last. layers: instead of them, 'cnn', 'mlp', 'lenet', 'vgg'
    (for images) or a list of layers, as Network.fit takes it, whose last puts out a value a class.
    """

    def __init__(self, hidden_layer_sizes=(128,), *, layers=None, epochs=50, batch_size=32, learning_rate=1e-3,
                 weight_decay=0.01, schedule="one_cycle", label_smoothing=0.0, augment=False, random_state=None,
                 n_jobs=None):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.layers = layers
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.label_smoothing = label_smoothing
        self.augment = augment
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _layers(self, classes):
        if self.layers is not None:
            return self.layers
        hidden = [layer for units in self.hidden_layer_sizes for layer in (("dense", {"units": units}), "relu")]
        return ["flatten", *hidden, ("dense", {"units": classes})]

    def _learn(self, X, labels, names):
        return Network.fit(self._layers(len(names)), X, labels, class_names=names, epochs=self.epochs,
                           batch=self.batch_size, learning_rate=self.learning_rate, weight_decay=self.weight_decay,
                           schedule=self.schedule, label_smoothing=self.label_smoothing, augment=self.augment,
                           seed=self._seed(), threads=self._threads())
