r"""Errors of numbers: mean absolute, mean squared and its root, and R squared.

.. math:: R^2 = 1 - \frac{\sum_i (y_i - p_i)^2}{\sum_i (y_i - \bar y)^2}

R squared is taken for each output and averaged. 1 is perfect, 0 is as good as the mean
of the targets. Where the targets of an output are all the same it is 1 for a perfect
fit and 0 for any other (scikit-learn's convention).
"""

from __future__ import annotations

import math

import numpy as np

from optlab.kernels import metrics as kernels
from optlab.metrics.base import Array, Mean, Metric


class MeanAbsoluteError(Mean):
    """The mean absolute difference.

    Examples
    --------
    >>> MeanAbsoluteError()([1.0, 2.0], [1.5, 2.0])
    0.25
    """

    default_name = "mean_absolute_error"
    direction = "min"

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        self.total += kernels.absolute_error(y_true, y_pred)
        self.count += len(y_pred)


class MeanSquaredError(Mean):
    """The mean squared difference."""

    default_name = "mean_squared_error"
    direction = "min"

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        self.total += kernels.squared_error(y_true, y_pred)
        self.count += len(y_pred)


class RootMeanSquaredError(MeanSquaredError):
    """The square root of the mean squared difference over all rows."""

    default_name = "root_mean_squared_error"

    def result(self) -> float:
        """Return the root of the mean over all rows since `reset`."""
        return math.sqrt(super().result())


class R2Score(Metric):
    """The share of the targets' variance that the outputs explain.

    Examples
    --------
    >>> R2Score()([1.0, 2.0, 3.0], [2.0, 2.0, 2.0])
    0.0
    """

    counts_masked = True
    default_name = "r2_score"

    def reset(self) -> None:
        """Forget what was counted."""
        self.count = 0
        self._sums: Array | None = None

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        outputs = y_pred.astype(np.float64, copy=False)
        targets = y_true.reshape(outputs.shape).astype(np.float64)
        if self._sums is None:
            # Sums about the first batch's mean do not cancel for targets far from 0.
            self._sums = np.zeros((4, outputs.shape[1]))
            self._sums[0] = targets.mean(axis=0)
        shifted = targets - self._sums[0]
        self._sums[1] += shifted.sum(axis=0)
        self._sums[2] += np.square(shifted).sum(axis=0)
        self._sums[3] += np.square(targets - outputs).sum(axis=0)
        self.count += len(outputs)

    def result(self) -> float:
        """Return the mean over outputs of their R squared."""
        if self._sums is None:
            return 0.0
        _, total, squares, residual = self._sums
        spread = np.maximum(squares - total * total / self.count, 0.0)
        constant = spread <= 1e-12 * np.maximum(squares, np.finfo(np.float64).tiny)
        ratio = residual / np.where(constant, 1.0, spread)
        scores = np.where(constant, np.where(residual == 0, 1.0, 0.0), 1.0 - ratio)
        return float(scores.mean())

    def save_state(self) -> list[float]:
        """Return the count and the sums."""
        sums = [] if self._sums is None else self._sums.ravel().tolist()
        return [float(self.count), *sums]

    def load_state(self, state: list[float]) -> None:
        """Take up the count and the sums."""
        self.count = int(state[0])
        self._sums = np.array(state[1:]).reshape(4, -1) if state[1:] else None
