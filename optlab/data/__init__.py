"""Data sets: scikit-learn's own, made to order, and the user's files."""

from optlab.data.loading import load, names
from optlab.data.record import Affine, Data, Task

__all__ = ["Affine", "Data", "Task", "load", "names"]
