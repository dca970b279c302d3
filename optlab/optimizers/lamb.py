"""Lamb; the rule: `optlab.kernels.rules.lamb`."""

from __future__ import annotations

from optlab.kernels.rules import lamb
from optlab.optimizers.hyperparameters import Number, float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class Lamb(RuleOptimizer):
    r"""Adam's step, rescaled so that each tensor moves in proportion to its norm.

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
    You et al., Large batch optimization for deep learning, 2020.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-7, "[0, inf)")

    @property
    def rule(self) -> Rule:
        """Lamb, which needs the norms of whole tensors."""
        return Rule(
            lamb.lamb,
            lamb.lamb_coefficients,
            lamb.SLOTS,
            elementwise=False,
            in_loops=lamb.lamb_in_loops,
        )

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (
            float32_rounded(self.beta_1),
            float32_rounded(self.beta_2),
            1 - self.beta_1,
            1 - self.beta_2,
            self.epsilon,
        )
