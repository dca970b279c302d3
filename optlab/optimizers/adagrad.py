"""Adagrad; the rule: `optlab.kernels.rules.adagrad`."""

from __future__ import annotations

from optlab.kernels.rules import adagrad
from optlab.optimizers.hyperparameters import Number, float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class Adagrad(RuleOptimizer):
    r"""The gradient divided by the root of the sum of all its squares.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    initial_accumulator_value : float
        What the sum begins with, at least 0.
    epsilon : float
        Added inside the root.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Duchi, Hazan, Singer, Adaptive subgradient methods, 2011.
    """

    default_rate = 0.001
    initial_accumulator_value = Number(0.1, "[0, inf)")
    epsilon = Number(1e-7, "[0, inf)")

    @property
    def rule(self) -> Rule:
        """Adagrad, its sum begun as asked for."""
        start = float32_rounded(self.initial_accumulator_value)
        return Rule(
            adagrad.adagrad,
            adagrad.adagrad_coefficients,
            adagrad.SLOTS,
            {"accumulator": start},
        )

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (self.epsilon,)
