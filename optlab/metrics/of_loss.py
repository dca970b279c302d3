"""Metrics that are the mean over rows of a loss, unweighted."""

from __future__ import annotations

from typing import ClassVar, Literal

from optlab import losses
from optlab.metrics.base import Array, Mean


class _OfLoss(Mean):
    """The mean over rows of `loss` times `sign`."""

    loss: ClassVar[losses.Loss]
    sign: ClassVar[float] = 1.0
    direction: Literal["max", "min"] | None = "min"

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        rows = self.loss.per_sample(y_true, y_pred)
        self.total += self.sign * float(rows.sum(dtype="float64"))
        self.count += len(y_pred)


class CategoricalHinge(_OfLoss):
    """The mean of `optlab.losses.CategoricalHinge`."""

    default_name = "categorical_hinge"
    loss = losses.CategoricalHinge()


class Hinge(_OfLoss):
    """The mean of `optlab.losses.Hinge`."""

    default_name = "hinge"
    loss = losses.Hinge()


class KLDivergence(_OfLoss):
    """The mean of `optlab.losses.KLDivergence`."""

    default_name = "kl_divergence"
    loss = losses.KLDivergence()


class LogCoshError(_OfLoss):
    """The mean of `optlab.losses.LogCosh`."""

    default_name = "logcosh"
    loss = losses.LogCosh()


class MeanAbsolutePercentageError(_OfLoss):
    """The mean of `optlab.losses.MeanAbsolutePercentageError`."""

    default_name = "mean_absolute_percentage_error"
    loss = losses.MeanAbsolutePercentageError()


class MeanSquaredLogarithmicError(_OfLoss):
    """The mean of `optlab.losses.MeanSquaredLogarithmicError`."""

    default_name = "mean_squared_logarithmic_error"
    loss = losses.MeanSquaredLogarithmicError()


class Poisson(_OfLoss):
    """The mean of `optlab.losses.Poisson`."""

    default_name = "poisson"
    loss = losses.Poisson()


class SquaredHinge(_OfLoss):
    """The mean of `optlab.losses.SquaredHinge`."""

    default_name = "squared_hinge"
    loss = losses.SquaredHinge()


class CosineSimilarity(_OfLoss):
    """The mean cosine of the angle between target and output; the loss is its negative.

    Examples
    --------
    >>> CosineSimilarity()([[2.0, 0.0]], [[3.0, 0.0]])
    1.0
    """

    default_name = "cosine_similarity"
    loss = losses.CosineSimilarity()
    sign = -1.0
    direction = "max"
