"""Prodigy; the rule: `optlab.kernels.rules.prodigy`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from optlab.kernels.rules import prodigy
from optlab.optimizers.beyond.estimated import RateEstimator, bias, bounded
from optlab.optimizers.hyperparameters import Flag, Number
from optlab.optimizers.update_rule import Rule


class Prodigy(RateEstimator):
    r"""Adam whose rate is an estimate of the distance to the solution.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        A factor of the estimate; 1, or a schedule that falls from 1.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    beta_3 : float or None
        The decay of the estimate's sums; None: the root of `beta_2`.
    epsilon : float
        Added to the root, times the estimate.
    use_bias_correction : bool
        Whether the rate has Adam's bias corrections.
    safeguard_warmup : bool
        Whether the estimate takes no notice of the rate; for schedules that warm up.
    d0 : float
        The distance to begin with, above 0.
    d_coef : float
        A factor of every estimate, above 0.
    growth_rate : float or None
        The most that the distance grows by in a step; None: as it is estimated.
    **options
        See `Options`. A weight decay counts the estimated rate.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Mishchenko, Defazio, Prodigy, 2023.
    """

    default_rate = 1.0
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    beta_3 = Number(None, "[0, 1)", optional=True)
    epsilon = Number(1e-8, "[0, inf)")
    use_bias_correction = Flag(False)
    safeguard_warmup = Flag(False)
    d0 = Number(1e-6, "(0, inf)")
    d_coef = Number(1.0, "(0, inf)")
    growth_rate = Number(None, "[1, inf)", optional=True)
    formula = Rule(prodigy.prodigy, prodigy.prodigy_coefficients, prodigy.SLOTS)
    kept: ClassVar[Mapping[str, float | str]] = {
        "distance": "d0",
        "farthest": "d0",
        "numerator": 0.0,
    }

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take; `estimate` sets the last three."""
        betas = 1.0 - self.beta_1, 1.0 - self.beta_2, self._beta_3
        return *betas, self.epsilon, self.d0, 0.0, self.d0

    @property
    def _beta_3(self) -> float:
        return math.sqrt(self.beta_2) if self.beta_3 is None else float(self.beta_3)

    def estimate(
        self, params: list[Any], grads: list[Any], rate: float, step: int
    ) -> tuple[float, ...]:
        """Return the rate, the distance, the weight of the gradient, and the next."""
        distance = self._kept["distance"]
        dlr = distance * rate * bias(self, step)
        weight = distance / self.d0 * (distance if self.safeguard_warmup else dlr)
        numerator, norm = self._beta_3 * self._kept["numerator"], 0.0
        slots = self.flat("start"), self.flat("gradient_sum")
        for param, grad, start, s in zip(params, grads, *slots, strict=True):
            if grad is None:
                continue
            number = param.dtype.type
            numbers = number(self._beta_3), number(weight)
            inner, part = prodigy.prodigy_sums(param, grad, start, s, *numbers)
            numerator += distance / self.d0 * dlr * inner
            norm += part
        self._kept["numerator"] = numerator
        found = distance
        if norm > 0 and rate > 0:
            found = self._grown(self.d_coef * numerator / norm)
            self._kept["distance"] = found
        return dlr, distance, weight, found

    def _grown(self, estimate: float) -> float:
        """Return the next distance, within its bounds."""
        distance, kept = self._kept["distance"], self._kept
        if distance == self.d0:
            distance = max(distance, estimate)
        kept["farthest"] = max(kept["farthest"], estimate)
        return min(kept["farthest"], bounded(distance, self.growth_rate))
