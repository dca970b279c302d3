"""RMSprop, with momentum and centered; the rule: `optlab.kernels.rules.rmsprop`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optlab.kernels.rules import rmsprop
from optlab.optimizers.hyperparameters import Flag, Number
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class RMSprop(RuleOptimizer):
    r"""The gradient divided by the root of its running mean square.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    rho : float
        The decay of the mean square, in [0, 1].
    momentum : float
        The momentum of the steps, in [0, 1]; 0 keeps no state for it.
    epsilon : float
        Added inside the root.
    centered : bool
        Whether to subtract the squared mean gradient.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Tieleman, Hinton, Lecture 6.5, Neural networks for machine learning, 2012.
    """

    default_rate = 0.001
    rho = Number(0.9, "[0, 1]")
    momentum = Number(0.0, "[0, 1]")
    epsilon = Number(1e-7, "[0, inf)")
    centered = Flag(False)

    @property
    def rule(self) -> Rule:
        """One of four: with or without momentum, centered or not."""
        slots: tuple[str, ...] = ("velocity",)
        if self.momentum > 0:
            slots += ("momentum",)
        if self.centered:
            slots += ("average_gradient",)
        functions: dict[tuple[bool, bool], Callable[..., Any]] = {
            (False, False): rmsprop.rmsprop,
            (True, False): rmsprop.rmsprop_momentum,
            (False, True): rmsprop.rmsprop_centered,
            (True, True): rmsprop.rmsprop_centered_momentum,
        }
        function = functions[self.momentum > 0, self.centered]
        return Rule(function, rmsprop.rmsprop_coefficients, slots)

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (
            self.momentum,
            self.rho,
            1 - self.rho,
            self.epsilon,
        )
