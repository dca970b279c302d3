"""One number for how well a model does: 0 is a constant guess, 1 is perfect."""

from __future__ import annotations

import numpy as np

from optlab.typing import Array

#: The score of a regression that is worse than any constant, or of no answer at all.
FLOOR = -9.99


def score(task: str, y: Array, predicted: Array, logits: bool = False) -> float | None:
    r"""Score predictions on rows that were not trained on.

    Classification: :math:`(b - 1/K) / (1 - 1/K)` with the balanced accuracy b over the
    K classes that occur; where only one occurs, the accuracy. Multi-label: the mean of
    :math:`2b - 1` over labels. Regression: R2, floored at -9.99.

    Parameters
    ----------
    task : {"binary", "multiclass", "multilabel", "regression"}
        What the targets ask for.
    y : ndarray, shape (rows,) or (rows, outputs)
        Class numbers, one column a class, one column a label, or numbers.
    predicted : ndarray, shape (rows, outputs)
        The model's outputs.
    logits : bool
        Whether the outputs are logits, cut at 0 instead of one half.

    Returns
    -------
    float or None
        None where a prediction is not finite.
    """
    y = np.asarray(y)
    predicted = np.asarray(predicted, float).reshape(len(predicted), -1)
    if not len(y) or not np.isfinite(predicted).all():
        return None
    cut = 0.0 if logits else 0.5
    if task == "regression":
        return _r2(y.reshape(len(y), -1).astype(float), predicted)
    if task == "multilabel":
        y = y.reshape(len(y), -1) > 0.5
        if predicted.shape[1] != y.shape[1]:
            return None
        gains = [
            2 * _balanced(y[:, k], predicted[:, k] > cut) - 1 for k in range(y.shape[1])
        ]
        return float(np.mean(gains))
    truth = classes(y)
    if predicted.shape[1] > 1:
        found = predicted.argmax(axis=1)
    else:
        low, high = truth.min(), truth.max()
        found = np.where(predicted[:, 0] > cut, max(high, 1), min(low, 0))
    count = len(np.unique(truth))
    if count < 2:
        return float(np.mean(found == truth))
    return float((_balanced(truth, found) - 1 / count) / (1 - 1 / count))


def classes(y: Array) -> Array:
    """Return class numbers, whichever way they are encoded."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        return np.asarray(y.argmax(axis=1))
    return y.reshape(-1)


def _balanced(truth: Array, found: Array) -> float:
    """Return the mean over classes of the share that was found."""
    return float(np.mean([np.mean(found[truth == k] == k) for k in np.unique(truth)]))


def _r2(truth: Array, predicted: Array) -> float:
    residual = ((truth - predicted) ** 2).sum()
    spread = ((truth - truth.mean(axis=0)) ** 2).sum()
    if spread == 0:
        return 1.0 if residual == 0 else FLOOR
    return float(max(FLOOR, 1 - residual / spread))
