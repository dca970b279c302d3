"""Training: `fit`, `evaluate` and `minimize`."""

from optlab.training.evaluation import evaluate
from optlab.training.fit import fit
from optlab.training.minimize import minimize

__all__ = ["evaluate", "fit", "minimize"]
