"""Adadelta; the rule: `optlab.kernels.rules.adadelta`."""

from __future__ import annotations

from optlab.kernels.rules import adadelta
from optlab.optimizers.hyperparameters import Number
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class Adadelta(RuleOptimizer):
    r"""A step in the parameter's own units, from two running mean squares.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    rho : float
        The decay of both mean squares, in [0, 1].
    epsilon : float
        Added inside both roots; it sets the size of the first steps.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Zeiler, ADADELTA: an adaptive learning rate method, 2012.
    """

    default_rate = 0.001
    rho = Number(0.95, "[0, 1]")
    epsilon = Number(1e-7, "[0, inf)")

    @property
    def rule(self) -> Rule:
        """Adadelta."""
        return Rule(adadelta.adadelta, adadelta.adadelta_coefficients, adadelta.SLOTS)

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (
            self.rho,
            1 - self.rho,
            self.epsilon,
        )
