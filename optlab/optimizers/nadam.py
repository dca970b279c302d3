"""Nadam; the rule: `optlab.kernels.rules.nadam`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.rules import nadam
from optlab.optimizers.hyperparameters import Number, float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.state import state_number
from optlab.optimizers.update_rule import Rule

#: Of the warm-up of the momentum, as in the paper.
DECAY = 0.96


class Nadam(RuleOptimizer):
    r"""Adam with Nesterov's look-ahead and a momentum that warms up.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root of the corrected mean square.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Dozat, Incorporating Nesterov momentum into Adam, 2016.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-7, "[0, inf)")
    _u_product = 1.0

    @property
    def rule(self) -> Rule:
        """Nadam."""
        return Rule(nadam.nadam, nadam.nadam_coefficients, nadam.SLOTS)

    def hyper(self) -> tuple[float, ...]:
        """Return the betas, epsilon, the decay, one half, and the product so far."""
        return (
            float32_rounded(self.beta_1),
            float32_rounded(self.beta_2),
            self.epsilon,
            float32_rounded(DECAY),
            0.5,
            self._u_product,
        )

    def renewed(self, step: Any) -> float:
        """Multiply the product of momenta by that of the step, and return it."""
        number = type(step)
        factor = number(1) - number(0.5) * power(number(DECAY), step)
        product = number(self._u_product) * number(self.beta_1) * factor
        self._u_product = float(product)
        return self._u_product

    def save_state(self) -> dict[str, Any]:
        """Return the state with the product of momenta; see `Optimizer.save_state`."""
        return {**super().save_state(), "u_product": np.float64(self._u_product)}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back the state; see `Optimizer.load_state`."""
        product = state_number(state, "u_product", Number(1.0, "[0, 1]"))
        super().load_state(state)
        self._u_product = product
