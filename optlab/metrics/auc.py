"""The area under the ROC curve, in tf.keras's approximation by thresholds.

Scores fall into ``num_thresholds - 1`` equal buckets of [0, 1]; the curve joins the
points (false positive rate, true positive rate) at the thresholds by straight lines.
Scores that share a bucket count as tied. With 200 thresholds that costs up to 0.0007
for 500 scores that spread over [0, 1], and 0.005 where most crowd near 0 and 1
(measured); ask for more thresholds there.

Several outputs are flattened into one list, as tf.keras does without `multi_label`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.kernels import metrics as kernels
from optlab.lookup import flag, is_count
from optlab.metrics.base import Array, Metric

#: More buckets than float32 has numbers in most of [0, 1] tell nothing more apart.
_MOST_THRESHOLDS = 10_000_000


class AUC(Metric):
    """The area under the ROC curve.

    Parameters
    ----------
    name : str, optional
        The key in `history`.
    num_thresholds : int
        The number of thresholds, at least 2.
    from_logits : bool, optional
        Whether scores go through a sigmoid first. Left out, it follows the loss; in
        tf.keras it is False then, and logits are cut to [0, 1].

    Raises
    ------
    InputError
        If `num_thresholds` is below 2 or above 10,000,000.

    Examples
    --------
    >>> AUC()([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """

    counts_masked = True
    default_name = "auc"

    def __init__(
        self,
        name: str | None = None,
        num_thresholds: int = 200,
        from_logits: bool | None = None,
    ) -> None:
        if not is_count(num_thresholds, 2) or num_thresholds > _MOST_THRESHOLDS:
            raise InputError(
                "`num_thresholds` must be an integer of at least 2 and at most "
                f"{_MOST_THRESHOLDS}. Received: num_thresholds={num_thresholds!r}"
            )
        self.num_thresholds = int(num_thresholds)
        if from_logits is not None:
            from_logits = flag("from_logits", from_logits)
        self.from_logits = from_logits
        self._sigmoid = bool(from_logits)
        super().__init__(name)

    def bind(
        self,
        target_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        from_logits: bool = False,
    ) -> Metric:
        """Check the shapes, and follow the loss where `from_logits` was left out."""
        super().bind(target_shape, output_shape)
        self._sigmoid = from_logits if self.from_logits is None else self.from_logits
        return self

    def reset(self) -> None:
        """Forget what was counted."""
        self._buckets = np.zeros((2, self.num_thresholds))

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        positives, negatives = self._buckets
        kernels.fill_score_buckets(y_true, y_pred, self._sigmoid, positives, negatives)

    def result(self) -> float:
        """Return the area; 0.0 where only one class came."""
        counts = np.cumsum(self._buckets[:, ::-1], axis=1)
        totals = counts[:, -1:]
        if not totals.all():
            return 0.0
        rates = np.concatenate([np.zeros((2, 1)), counts / totals], axis=1)
        heights = (rates[0, 1:] + rates[0, :-1]) / 2
        return float(np.sum(np.diff(rates[1]) * heights))

    def save_state(self) -> list[float]:
        """Return the bucket counts."""
        counts: list[float] = self._buckets.ravel().tolist()
        return counts

    def load_state(self, state: list[float]) -> None:
        """Take up bucket counts."""
        self._buckets = np.array(state).reshape(2, -1)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "name": self.name,
            "num_thresholds": self.num_thresholds,
            "from_logits": self.from_logits,
        }
