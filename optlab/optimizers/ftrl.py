"""Ftrl; the rule: `optlab.kernels.rules.ftrl`."""

from __future__ import annotations

from optlab.kernels.rules import ftrl
from optlab.optimizers.hyperparameters import Number, float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class Ftrl(RuleOptimizer):
    r"""Follow the regularized leader, with l1 and l2 in the rule itself.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    learning_rate_power : float
        The power of the sum of squares that divides the rate, at most 0.
    initial_accumulator_value : float
        What the sum of squares begins with, at least 0.
    l1_regularization_strength, l2_regularization_strength : float
        Penalties on the parameter, at least 0; l1 makes exact zeros.
    l2_shrinkage_regularization_strength : float
        A penalty on the gradient, at least 0.
    beta : float
        Added to l2, divided by twice the rate.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    McMahan et al., Ad click prediction: a view from the trenches, 2013.
    """

    default_rate = 0.001
    learning_rate_power = Number(-0.5, "(-inf, 0]")
    initial_accumulator_value = Number(0.1, "[0, inf)")
    l1_regularization_strength = Number(0.0, "[0, inf)")
    l2_regularization_strength = Number(0.0, "[0, inf)")
    l2_shrinkage_regularization_strength = Number(0.0, "[0, inf)")
    beta = Number(0.0)

    @property
    def rule(self) -> Rule:
        """Ftrl, which needs TensorFlow's power of whole packets."""
        start = float32_rounded(self.initial_accumulator_value)
        return Rule(
            ftrl.ftrl,
            ftrl.ftrl_coefficients,
            ftrl.SLOTS,
            {"accumulator": start},
            elementwise=False,
            packets=True,
        )

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take after the rate."""
        return (
            -self.learning_rate_power,
            self.l1_regularization_strength,
            self.l2_regularization_strength,
            2 * self.l2_shrinkage_regularization_strength,
            self.beta,
        )
