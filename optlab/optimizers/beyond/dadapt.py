"""D-Adaptation; the rules: `optlab.kernels.rules.dadapt`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from optlab.kernels.rules import dadapt
from optlab.optimizers.beyond.estimated import (
    RateEstimator,
    bias,
    grown,
    squares,
)
from optlab.optimizers.hyperparameters import Flag, Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.update_rule import Rule, Share


class DAdaptAdam(RateEstimator):
    r"""Adam whose rate is a lower bound of the distance to the solution.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        A factor of the estimate; 1, or a schedule that falls from 1.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root.
    use_bias_correction : bool
        Whether the rate has Adam's bias corrections.
    d0 : float
        The distance to begin with, above 0.
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
    Defazio, Mishchenko, Learning-rate-free learning by D-Adaptation, 2023, algorithm 5.
    """

    default_rate = 1.0
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    use_bias_correction = Flag(False)
    d0 = Number(1e-6, "(0, inf)")
    growth_rate = Number(None, "[1, inf)", optional=True)
    formula = Rule(
        dadapt.dadapt_adam, dadapt.dadapt_adam_coefficients, dadapt.ADAM_SLOTS
    )
    kept: ClassVar[Mapping[str, float | str]] = {"distance": "d0", "numerator": 0.0}

    @property
    def root_beta_2(self) -> float:
        """The decay of the estimate's sums."""
        return math.sqrt(self.beta_2)

    def estimate(
        self, params: list[Any], grads: list[Any], rate: float, step: int
    ) -> tuple[float, ...]:
        """Return the rate, and estimate the distance for the next step."""
        kept, rest = self._kept, 1.0 - self.root_beta_2
        dlr = kept["distance"] * rate * bias(self, step)
        inner = norm = 0.0
        slots = self.flat("velocity"), self.flat("gradient_sum")
        for grad, v, s in zip(grads, *slots, strict=True):
            if grad is None:
                continue
            number = grad.dtype.type
            numbers = number(dlr), number(rest), number(self.epsilon)
            product, part = dadapt.dadapt_adam_sums(grad, v, s, *numbers)
            inner += product
            norm += part
        if norm > 0:
            kept["numerator"] += (dlr * inner - kept["numerator"]) * rest
            if rate > 0:
                found = kept["numerator"] / (rest * norm)
                kept["distance"] = grown(kept["distance"], found, self.growth_rate)
        return (dlr,)


class DAdaptSGD(RateEstimator):
    r"""SGD whose rate is a lower bound of the distance to the solution.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        A factor of the estimate; 1, or a schedule that falls from 1.
    momentum : float
        The part of the parameter that stays, in [0, 1).
    d0 : float
        The distance to begin with, above 0.
    growth_rate : float or None
        The most that the distance grows by in a step; None: as it is estimated.
    **options
        See `Options`; but `weight_decay` is added to the gradient here, times the
        parameter, as in the authors' program.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Defazio, Mishchenko, Learning-rate-free learning by D-Adaptation, 2023, algorithm 4.
    """

    default_rate = 1.0
    momentum = Number(0.0, "[0, 1)")
    d0 = Number(1e-6, "(0, inf)")
    growth_rate = Number(None, "[1, inf)", optional=True)
    formula = Rule(dadapt.dadapt_sgd, dadapt.dadapt_sgd_coefficients, dadapt.SGD_SLOTS)
    kept: ClassVar[Mapping[str, float | str]] = {
        "distance": "d0",
        "numerator": 0.0,
        "first_norm": 0.0,
    }

    def shares(self, params: ParameterSet) -> list[Share]:
        """Put the decay inside the rule, where a parameter has one."""
        rule, momentum = self.rule, self.momentum
        return [
            Share(rule, (momentum, self.own_decay(k)), None) for k in range(len(params))
        ]

    def estimate(
        self, params: list[Any], grads: list[Any], rate: float, step: int
    ) -> tuple[float, ...]:
        """Return the rate, and estimate the distance for the next step."""
        kept = self._kept
        if kept["first_norm"] == 0:
            kept["first_norm"] = math.sqrt(squares(grads))
        if kept["first_norm"] == 0:
            return (0.0,)
        dlr = kept["distance"] * rate / kept["first_norm"]
        norm = 0.0
        tensors = zip(params, grads, self.flat("gradient_sum"), strict=True)
        for k, (param, grad, s) in enumerate(tensors):
            if grad is None:
                continue
            number = param.dtype.type
            slope = grad + number(self.own_decay(k)) * param
            inner, part = dadapt.dadapt_sgd_sums(slope, s, number(dlr))
            kept["numerator"] += dlr * inner
            norm += part
        if rate > 0 and norm > 0:
            found = 2.0 * kept["numerator"] / math.sqrt(norm)
            kept["distance"] = grown(kept["distance"], found, self.growth_rate)
        return (dlr,)
