"""Accuracy that asks only whether the label is among the k largest outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.kernels import top_k as kernels
from optlab.lookup import flag, is_count
from optlab.metrics.accuracy import SparseCategoricalAccuracy
from optlab.metrics.base import Array, Mean


class TopKCategoricalAccuracy(Mean):
    """The share of rows whose largest label is among the k largest outputs.

    Parameters
    ----------
    name : str, optional
        The key in `history`.
    k : int
        How many outputs count, at least 1.

    Examples
    --------
    >>> TopKCategoricalAccuracy(k=2)([[0, 0, 1]], [[0.1, 0.5, 0.4]])
    1.0
    """

    default_name = "top_k_categorical_accuracy"

    def __init__(self, name: str | None = None, k: int = 5) -> None:
        self.k = checked_k("k", k)
        super().__init__(name)

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        labels = np.argmax(y_true.reshape(y_pred.shape), axis=-1)
        self.total += kernels.hits_top_k(labels, y_pred, self.k)
        self.count += len(y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "k": self.k}


class SparseTopKCategoricalAccuracy(SparseCategoricalAccuracy):
    """The share of rows whose integer label is among the k largest outputs.

    Parameters
    ----------
    name : str, optional
        The key in `history`.
    k : int
        How many outputs count, at least 1.
    from_sorted_ids : bool
        False; tf.keras's configurations have it.
    """

    default_name = "sparse_top_k_categorical_accuracy"

    def __init__(
        self, name: str | None = None, k: int = 5, from_sorted_ids: bool = False
    ) -> None:
        if flag("from_sorted_ids", from_sorted_ids):
            raise InputError(
                "`from_sorted_ids` must be False: outputs are scores. "
                f"Received: from_sorted_ids={from_sorted_ids!r}"
            )
        self.k = checked_k("k", k)
        super().__init__(name)

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        self.total += kernels.hits_top_k(y_true.reshape(-1), y_pred, self.k)
        self.count += len(y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "k": self.k}


def checked_k(name: str, k: object) -> int:
    """Return a number of outputs, or raise where it is none."""
    if not is_count(k, 1):
        raise InputError(
            f"`{name}` must be an integer of at least 1. Received: {name}={k!r}"
        )
    return int(k)  # type: ignore[call-overload,no-any-return]
