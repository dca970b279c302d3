r"""Accuracy: the share of rows, or of outputs, that are right.

.. math:: \frac1N \sum_i [\arg\max_j p_{ij} = y_i]
   \quad\text{or}\quad \frac1{NK} \sum_{ij} [(p_{ij} > \theta) = y_{ij}]

The name ``"accuracy"`` chooses by shape, as tf.keras does: one output means binary,
integer labels mean sparse, anything else categorical (several sigmoid outputs, too).
The threshold is 0.5 whatever the loss takes: for logits of one unit, tf.keras's figure
with the name alone is not the accuracy that was meant; ask for
``{"name": "binary_accuracy", "threshold": 0.0}`` there.
"""

from __future__ import annotations

from typing import Any

from optlab.errors import InputError
from optlab.kernels import metrics as kernels
from optlab.lookup import number
from optlab.metrics.base import Array, Mean, Metric


class BinaryAccuracy(Mean):
    """The share of outputs on the right side of `threshold`.

    Parameters
    ----------
    name : str, optional
        The key in `history`.
    threshold : float
        An output above it predicts 1, any other 0.

    Examples
    --------
    >>> BinaryAccuracy()([1, 0, 1], [0.9, 0.2, 0.4])
    0.6666666666666666
    """

    default_name = "binary_accuracy"

    def __init__(self, name: str | None = None, threshold: float = 0.5) -> None:
        super().__init__(name)
        self.threshold = number("threshold", threshold)

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        self.total += kernels.hits_binary(y_true, y_pred, self.threshold)
        self.count += len(y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "threshold": self.threshold}


class SparseCategoricalAccuracy(Mean):
    """The share of rows whose largest output is the one the integer label names."""

    default_name = "sparse_categorical_accuracy"

    def bind(
        self,
        target_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        from_logits: bool = False,
    ) -> Metric:
        """Check that there is one label a row, and several outputs."""
        if not is_sparse(target_shape, output_shape):
            raise InputError(
                f"The metric {self.name!r} needs one label a row and one output a "
                f"class. Received: targets of shape {target_shape}, outputs of shape "
                f"{output_shape}"
            )
        return self

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        units = y_pred.shape[1]
        if not ((y_true >= 0) & (y_true < units)).all():
            raise InputError(
                f"The metric {self.name!r} needs labels from 0 to {units - 1}. "
                f"Received: labels from {y_true.min()} to {y_true.max()}"
            )
        self.total += kernels.hits_sparse(y_true, y_pred)
        self.count += len(y_pred)


class CategoricalAccuracy(Mean):
    """The share of rows whose largest output is where the largest label is."""

    default_name = "categorical_accuracy"

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        self.total += kernels.hits_categorical(y_true.reshape(y_pred.shape), y_pred)
        self.count += len(y_pred)


class Accuracy(Mean):
    """The accuracy that fits the shapes: binary, sparse or categorical.

    `bind` chooses and returns it.
    """

    default_name = "accuracy"

    def bind(
        self,
        target_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        from_logits: bool = False,
    ) -> Metric:
        """Return the accuracy for these shapes, chosen as tf.keras does."""
        if output_shape[-1] == 1:
            return BinaryAccuracy(self.name).bind(target_shape, output_shape)
        if is_sparse(target_shape, output_shape):
            return SparseCategoricalAccuracy(self.name)
        return CategoricalAccuracy(self.name).bind(target_shape, output_shape)


def is_sparse(target_shape: tuple[int, ...], output_shape: tuple[int, ...]) -> bool:
    """Tell whether each row has one label, and an output for each class."""
    one_label = len(target_shape) == 1 or target_shape[1:] == (1,)
    return one_label and len(output_shape) == 2 and output_shape[-1] > 1
