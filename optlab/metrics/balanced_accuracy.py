r"""Balanced accuracy: the mean over classes of the share of their rows that is right.

.. math:: \frac1K \sum_k
   \frac{|\{i : y_i = k, \hat y_i = k\}|}{|\{i : y_i = k\}|}

A constant guess scores 1/K however unequal the classes are. Classes without a row do
not count. Source: Brodersen et al., *The balanced accuracy and its posterior
distribution*, ICPR 2010.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.kernels import metrics as kernels
from optlab.lookup import flag, number
from optlab.metrics.accuracy import is_sparse
from optlab.metrics.base import Array, Metric, same_size


class BalancedAccuracy(Metric):
    """The mean recall over the classes.

    Parameters
    ----------
    name : str, optional
        The key in `history`.
    threshold : float, optional
        For one output, or several labels: what an output must exceed to predict 1.
        Left out, it is 0.5, or 0 where the loss takes logits.
    multi_label : bool
        Whether the outputs are labels of their own, each with two classes; the result
        is then the mean over labels.

    Examples
    --------
    >>> BalancedAccuracy()([0, 0, 0, 1], [0.1, 0.2, 0.3, 0.4])
    0.5
    """

    default_name = "balanced_accuracy"

    def __init__(
        self,
        name: str | None = None,
        threshold: float | None = None,
        multi_label: bool = False,
    ) -> None:
        self.threshold = None if threshold is None else number("threshold", threshold)
        self.multi_label = flag("multi_label", multi_label)
        self._limit = 0.5 if self.threshold is None else self.threshold
        self._shape: tuple[int, ...] = (1, 2, 2)
        super().__init__(name)

    def bind(
        self,
        target_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        from_logits: bool = False,
    ) -> Metric:
        """Check the shapes, and choose between two classes, several, and labels."""
        units = output_shape[-1]
        if not is_sparse(target_shape, output_shape) or self.multi_label:
            if not same_size(target_shape, output_shape):
                raise InputError(
                    f"The metric {self.name!r} needs labels that fit the outputs. "
                    f"Received: targets of shape {target_shape}, outputs of shape "
                    f"{output_shape}"
                )
        if self.threshold is None:
            self._limit = 0.0 if from_logits else 0.5
        binary = self.multi_label or units == 1
        self._shape = (units, 2, 2) if binary else (units, units)
        self.reset()
        return self

    def reset(self) -> None:
        """Forget what was counted."""
        self._table = np.zeros(self._shape)

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        if self._table.ndim == 3:
            kernels.fill_binary_confusion(y_true, y_pred, self._limit, self._table)
        else:
            outside = kernels.fill_confusion(y_true, y_pred, self._table)
            if outside:
                raise InputError(
                    f"The metric {self.name!r} needs labels from 0 to "
                    f"{len(self._table) - 1}. Received: {outside} others in a batch"
                )

    def result(self) -> float:
        """Return the mean recall; 0.0 where no row came."""
        tables = self._table if self._table.ndim == 3 else self._table[None]
        scores = []
        for table in tables:
            rows = table.sum(axis=1)
            if rows.any():
                scores.append(float((np.diag(table)[rows > 0] / rows[rows > 0]).mean()))
        return sum(scores) / len(scores) if scores else 0.0

    def save_state(self) -> list[float]:
        """Return the counts of the confusion table."""
        counts: list[float] = self._table.ravel().tolist()
        return counts

    def load_state(self, state: list[float]) -> None:
        """Take up the counts of a confusion table."""
        self._table = np.array(state).reshape(self._shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "name": self.name,
            "threshold": self.threshold,
            "multi_label": self.multi_label,
        }
