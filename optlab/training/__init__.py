"""Training: `fit` and `evaluate`."""

from optlab.training.evaluation import evaluate
from optlab.training.fit import fit

__all__ = ["evaluate", "fit"]
