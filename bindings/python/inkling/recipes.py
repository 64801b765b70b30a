"""The four models as they are shipped: which network, which options, which augmentation.

    model, accuracy = inkling.recipes.train("svm", inkling.load_sample("data")[0])
"""

from ._inkling import model_names as names
from ._inkling import train_model as train

__all__ = ["names", "train"]
