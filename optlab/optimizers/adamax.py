"""Adamax; the rule: `optlab.kernels.rules.adamax`."""

from __future__ import annotations

from optlab.kernels.rules import adamax
from optlab.optimizers.hyperparameters import Number, float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class Adamax(RuleOptimizer):
    r"""Adam with the running maximum of the gradient in place of its mean square.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the maximum, in [0, 1).
    epsilon : float
        Added to the maximum.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Kingma, Ba, Adam: a method for stochastic optimization, 2015, algorithm 2.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-7, "[0, inf)")

    @property
    def rule(self) -> Rule:
        """Adamax."""
        return Rule(adamax.adamax, adamax.adamax_coefficients, adamax.SLOTS)

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (
            float32_rounded(self.beta_1),
            1 - self.beta_1,
            self.beta_2,
            self.epsilon,
        )
