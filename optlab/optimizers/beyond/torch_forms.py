"""Adam and Nadam as torch has them; rules: `optlab.kernels.rules`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.rules import torch_adam, torch_nadam
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Flag, Number
from optlab.optimizers.state import state_number
from optlab.optimizers.update_rule import Rule


class TorchAdam(FormulaOptimizer):
    r"""Adam with epsilon beside the corrected root, as torch has it.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root.
    amsgrad : bool
        Whether to divide by the largest mean square so far.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Kingma, Ba, Adam: a method for stochastic optimization, 2015.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    amsgrad = Flag(False)
    formula = Rule(
        torch_adam.torch_adam, torch_adam.torch_adam_coefficients, torch_adam.SLOTS
    )

    @property
    def rule(self) -> Rule:
        """Adam, or amsgrad."""
        if not self.amsgrad:
            return self.formula
        coefficients = torch_adam.torch_adam_coefficients
        slots = torch_adam.AMSGRAD_SLOTS
        return Rule(torch_adam.torch_adam_amsgrad, coefficients, slots)


class TorchNAdam(FormulaOptimizer):
    r"""Nesterov's momentum in Adam, as torch has it.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root.
    momentum_decay : float
        How fast the momentum warms up, at least 0.
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

    default_rate = 0.002
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    momentum_decay = Number(0.004, "[0, inf)")
    formula = Rule(
        torch_nadam.torch_nadam, torch_nadam.torch_nadam_coefficients, torch_nadam.SLOTS
    )
    _product = 1.0

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take; the product of momenta is the last."""
        return (
            self.beta_1,
            self.momentum_decay,
            1.0 - self.beta_1,
            1.0 - self.beta_2,
            self.epsilon,
            0.96,
            self._product,
        )

    def renewed(self, step: Any) -> float:
        """Multiply the product of momenta by that of the step, and return it."""
        decayed = power(np.float64(0.96), np.float64(step * self.momentum_decay))
        self._product *= self.beta_1 * (1.0 - 0.5 * decayed)
        return self._product

    def save_state(self) -> dict[str, Any]:
        """Return the state with the product of momenta; see `Optimizer.save_state`."""
        return {**super().save_state(), "mu_product": np.float64(self._product)}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back the state; see `Optimizer.load_state`."""
        product = state_number(state, "mu_product", Number(1.0, "[0, 1]"))
        super().load_state(state)
        self._product = product
