r"""Precision and recall over all outputs, or over one class.

.. math:: \text{precision} = \frac{TP}{TP + FP}, \qquad
          \text{recall} = \frac{TP}{TP + FN}

0 where nothing counts, as in tf.keras.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from optlab.errors import InputError
from optlab.kernels import top_k as kernels
from optlab.lookup import is_count, number
from optlab.metrics.base import Array, Metric
from optlab.metrics.top_k import checked_k

#: Below every output: tf.keras's, for `top_k` without a threshold.
_LOWEST = -1e10


class Precision(Metric):
    """The share of the positives called that are positives.

    Parameters
    ----------
    name : str, optional
        The key in `history`.
    thresholds : float or list of one float, optional
        An output above it is called a positive; 0.5 where left out, and none with
        `top_k`. tf.keras takes several and gives several figures; a history holds one.
    top_k : int, optional
        Only so many of the largest outputs of a row can be positives.
    class_id : int, optional
        The one output to look at.

    Examples
    --------
    >>> Precision()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.7])
    0.6666666666666666
    """

    default_name = "precision"
    counts_masked = True
    #: The false ones that count: place 1 positives, place 2 negatives.
    _false: ClassVar[int] = 1

    def __init__(
        self,
        name: str | None = None,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
    ) -> None:
        if isinstance(thresholds, (list, tuple)) and len(thresholds) == 1:
            thresholds = thresholds[0]
        if isinstance(thresholds, (list, tuple)):
            raise InputError(
                "`thresholds` must be one number; for several, use as many metrics. "
                f"Received: thresholds={thresholds!r}"
            )
        bar = 0.5 if top_k is None else _LOWEST
        if thresholds is not None:
            bar = number("thresholds", thresholds, low=0.0)
            if bar > 1:
                raise InputError(
                    f"`thresholds` must be in [0, 1]. Received: thresholds={bar}"
                )
        if class_id is not None and not is_count(class_id, 0):
            raise InputError(
                "`class_id` must be an integer of at least 0. "
                f"Received: class_id={class_id!r}"
            )
        self.thresholds, self.class_id = thresholds, class_id
        self.top_k = None if top_k is None else checked_k("top_k", top_k)
        self._bar = bar
        super().__init__(name)

    def bind(
        self,
        target_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        from_logits: bool = False,
    ) -> Metric:
        """Check the shapes, and that there is such a class."""
        if self.class_id is not None and self.class_id >= output_shape[-1]:
            raise InputError(
                f"`class_id` must be below the number of outputs, {output_shape[-1]}. "
                f"Received: class_id={self.class_id}"
            )
        return super().bind(target_shape, output_shape)

    def reset(self) -> None:
        """Forget what was counted."""
        self._counts = np.zeros(3)

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        kernels.count_positives(
            y_true.reshape(y_pred.shape),
            y_pred,
            self._bar,
            self.top_k or 0,
            -1 if self.class_id is None else self.class_id,
            self._counts,
        )

    def result(self) -> float:
        """Return the share; 0.0 where nothing counts."""
        right = self._counts[0]
        return float(right / ((right + self._counts[self._false]) or 1.0))

    def save_state(self) -> list[float]:
        """Return the counts."""
        counts: list[float] = self._counts.tolist()
        return counts

    def load_state(self, state: list[float]) -> None:
        """Take up the counts."""
        self._counts = np.array(state)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "name": self.name,
            "thresholds": self.thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }


class Recall(Precision):
    """The share of the positives that are called so; see `Precision`.

    Examples
    --------
    >>> Recall()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.7])
    0.6666666666666666
    """

    default_name = "recall"
    _false = 2
