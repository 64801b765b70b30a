"""Inkling reads handwriting, and learns to.

    import inkling
    model = inkling.load("cnn.safetensors")
    print(inkling.read_character("seven.png", model).label)

RandomForestClassifier, LinearSvmClassifier and NetworkClassifier have scikit-learn's interface, and need it.
"""

from . import recipes
from ._inkling import (
    ArgumentError,
    Candidate,
    CharacterReading,
    Classifier,
    Dataset,
    Error,
    FieldCharacter,
    FieldReading,
    FileError,
    FormatError,
    FormReader,
    LinearSvm,
    Network,
    NoInkError,
    Progress,
    RandomForest,
    ShapeError,
    __version__,
    decode,
    hog_features,
    load,
    load_emnist,
    load_onnx,
    load_sample,
    normalise,
    read_character,
    read_field,
)

_ESTIMATORS = ("LinearSvmClassifier", "NetworkClassifier", "RandomForestClassifier")

__all__ = [name for name in dir() if not name.startswith("_")] + list(_ESTIMATORS)


def __getattr__(name):
    if name in _ESTIMATORS:  # only then is scikit-learn imported
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module 'inkling' has no attribute '{name}'")
