"""What metrics count in one batch: hits, absolute and squared errors, score buckets.

All sums run over the rows in order, in float64, so they do not depend on threads. The
first of several equal outputs is taken as the largest, as in TensorFlow.
"""

from __future__ import annotations

import numpy as np

from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array


@kernel
def hits_binary(y_true: Array, y_pred: Array, threshold: float) -> float:
    """Return the sum over rows of the share of outputs on the label's side."""
    rows = y_pred.shape[0]
    units = y_pred.size // max(rows, 1)
    labels, outputs = y_true.ravel(), y_pred.ravel()
    hits = 0
    for i in range(outputs.size):
        side = 1.0 if outputs[i] > threshold else 0.0
        if labels[i] == side:
            hits += 1
    return hits / units


@kernel
def hits_sparse(y_true: Array, y_pred: Array) -> float:
    """Count the rows whose largest output is the one that the label names."""
    labels = y_true.ravel()
    hits = 0
    for i in range(y_pred.shape[0]):
        largest = 0
        for j in range(1, y_pred.shape[1]):
            if y_pred[i, j] > y_pred[i, largest]:
                largest = j
        if labels[i] == largest:
            hits += 1
    return float(hits)


@kernel
def hits_categorical(y_true: Array, y_pred: Array) -> float:
    """Count the rows whose largest output is where the largest label is."""
    hits = 0
    for i in range(y_pred.shape[0]):
        largest, label = 0, 0
        for j in range(1, y_pred.shape[1]):
            if y_pred[i, j] > y_pred[i, largest]:
                largest = j
            if y_true[i, j] > y_true[i, label]:
                label = j
        if largest == label:
            hits += 1
    return float(hits)


@kernel
def absolute_error(y_true: Array, y_pred: Array) -> float:
    """Return the sum over rows of the mean absolute error of the row."""
    units = y_pred.size // max(y_pred.shape[0], 1)
    targets, outputs = y_true.ravel(), y_pred.ravel()
    total = 0.0
    for i in range(outputs.size):
        total += abs(np.float64(outputs[i]) - np.float64(targets[i]))
    return total / units


@kernel
def squared_error(y_true: Array, y_pred: Array) -> float:
    """Return the sum over rows of the mean squared error of the row."""
    units = y_pred.size // max(y_pred.shape[0], 1)
    targets, outputs = y_true.ravel(), y_pred.ravel()
    total = 0.0
    for i in range(outputs.size):
        error = np.float64(outputs[i]) - np.float64(targets[i])
        total += error * error
    return total / units


@kernel
def fill_score_buckets(
    y_true: Array, y_pred: Array, from_logits: bool, positives: Array, negatives: Array
) -> None:
    """Add each score to one of the equal buckets of [0, 1], by its label.

    A score in (i/n, (i+1)/n], with n + 1 the length of `positives`, goes to bucket i;
    0 and everything below go to the first, 1 and everything above to the last but one.
    """
    labels, outputs = y_true.ravel(), y_pred.ravel()
    # In the scores' own dtype: a product that rounds up there moves a bucket up too.
    width = outputs.dtype.type(positives.size - 1)
    one = outputs.dtype.type(1)
    for i in range(outputs.size):
        score = outputs[i]
        if from_logits:
            score = one / (one + np.exp(-score))
        bucket = 0
        if score > 0:
            bucket = max(int(np.ceil(min(score, one) * width)) - 1, 0)
        if labels[i] != 0:
            positives[bucket] += 1.0
        else:
            negatives[bucket] += 1.0


@kernel
def fill_confusion(y_true: Array, y_pred: Array, table: Array) -> int:
    """Add each row to `table[label, largest output]`; labels sparse or one-hot.

    Returns the number of rows left out because their label is no row of `table`.
    """
    sparse = y_true.size == y_pred.shape[0]
    labels = y_true.ravel()
    units = y_pred.shape[1]
    outside = 0
    for i in range(y_pred.shape[0]):
        largest, label = 0, 0
        for j in range(1, units):
            if y_pred[i, j] > y_pred[i, largest]:
                largest = j
            if not sparse and labels[i * units + j] > labels[i * units + label]:
                label = j
        if sparse:
            if not 0 <= labels[i] < table.shape[0]:  # so that NaN is outside, too
                outside += 1
                continue
            label = int(labels[i])
        table[label, largest] += 1.0
    return outside


@kernel
def fill_binary_confusion(
    y_true: Array, y_pred: Array, threshold: float, table: Array
) -> None:
    """Add each output to `table[unit, label, side of the threshold]`."""
    labels, outputs = y_true.ravel(), y_pred.ravel()
    units = table.shape[0]
    for i in range(outputs.size):
        label = 1 if labels[i] > 0.5 else 0
        side = 1 if outputs[i] > threshold else 0
        table[i % units, label, side] += 1.0
