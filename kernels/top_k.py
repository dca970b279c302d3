"""Counting by rank: is the label among the k largest outputs, and what is above a bar.

A label is among the k largest where fewer than k outputs are larger, so equal ones at
the border all count; where an output is not finite nothing does, as in TensorFlow.
"""

from __future__ import annotations

import numpy as np

from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array


@kernel
def hits_top_k(labels: Array, y_pred: Array, k: int) -> float:
    """Count the rows whose label, shape (n,), is among the `k` largest outputs."""
    n, u = y_pred.shape
    hits = 0
    for i in range(n):
        label = int(labels[i])
        if label < 0 or label >= u:
            continue
        larger, finite = 0, True
        for j in range(u):
            finite = finite and np.isfinite(y_pred[i, j])
            larger += 1 if y_pred[i, j] > y_pred[i, label] else 0
        hits += 1 if finite and larger < k else 0
    return float(hits)


@kernel
def count_positives(
    y_true: Array,
    y_pred: Array,
    threshold: float,
    top_k: int,
    class_id: int,
    counts: Array,
) -> None:
    """Add true positives, false positives and false negatives to `counts`.

    Parameters
    ----------
    y_true, y_pred : ndarray, shape (n, u)
        Labels, 0 or not, and outputs.
    threshold : float
        An output above it is a positive.
    top_k : int
        0, or how many of the largest outputs of a row can be positives at all; of
        equal ones those that come first.
    class_id : int
        The one output to look at; -1: all.
    counts : ndarray, shape (3,)
        Added to.
    """
    n, u = y_pred.shape
    bar = y_pred.dtype.type(threshold)
    for i in range(n):
        for j in range(u):
            if class_id >= 0 and j != class_id:
                continue
            positive = y_pred[i, j] > bar
            if top_k > 0:
                before = 0
                for other in range(u):
                    larger = y_pred[i, other] > y_pred[i, j]
                    first = y_pred[i, other] == y_pred[i, j] and other < j
                    before += 1 if larger or first else 0
                positive = positive and before < top_k
            if y_true[i, j] != 0:
                counts[0 if positive else 2] += 1.0
            elif positive:
                counts[1] += 1.0
