"""Lion; the rule: `optlab.kernels.rules.lion`."""

from __future__ import annotations

from optlab.kernels.rules import lion
from optlab.optimizers.hyperparameters import Number, float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class Lion(RuleOptimizer):
    r"""The sign of an interpolation between the gradient and its running mean.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1 : float
        The weight of the mean in the step, in (0, 1].
    beta_2 : float
        The decay of the mean, in [0, 1].
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Chen et al., Symbolic discovery of optimization algorithms, 2023.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "(0, 1]")
    beta_2 = Number(0.99, "[0, 1]")

    @property
    def rule(self) -> Rule:
        """Lion."""
        return Rule(lion.lion, lion.lion_coefficients, lion.SLOTS)

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (
            float32_rounded(self.beta_1),
            float32_rounded(self.beta_2),
        )
