"""Nadam; the rule: `optlab.kernels.rules.nadam`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.rules import nadam
from optlab.optimizers.base import Optimizer, Rule
from optlab.optimizers.checks import Array, float32_rounded
from optlab.optimizers.hyperparameters import Number
from optlab.optimizers.state import state_number
from optlab.parameters import Parameters


class Nadam(Optimizer):
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
            float32_rounded(0.96),
            0.5,
            self._u_product,
        )

    def _update(self, flats: list[Array]) -> None:
        """Advance the product of momenta, then update."""
        number = self.dtype.type
        factor = number(1) - number(0.5) * power(
            number(self._decay), number(self.iterations + 1)
        )
        product = number(self._u_product) * number(self.beta_1) * factor
        self._u_product = float(product)
        self._hyper[-1] = product
        super()._update(flats)

    @property
    def _decay(self) -> float:
        return 0.96

    def build(self, params: Parameters | Any) -> None:
        """Make the state; see `Optimizer.build`."""
        super().build(params)
        self._hyper[-1] = self._u_product
        self._only = None  # every step goes through `_update`, for the product

    def save_state(self) -> dict[str, Any]:
        """Return the state with the product of momenta; see `Optimizer.save_state`."""
        return {**super().save_state(), "u_product": np.float64(self._u_product)}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back the state; see `Optimizer.load_state`."""
        product = state_number(state, "u_product", Number(1.0, "[0, 1]"))
        super().load_state(state)
        self._u_product = product
        self._refresh_hyper()
