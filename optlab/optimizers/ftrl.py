"""Ftrl; the rule: `optlab.kernels.rules.ftrl`."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

from optlab.kernels.rules import ftrl
from optlab.optimizers.base import Optimizer, Rule
from optlab.optimizers.checks import float32_rounded
from optlab.optimizers.options import BaseOptions, check_range


class Ftrl(Optimizer):
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
    ValueError
        If an argument is out of range.

    References
    ----------
    McMahan et al., Ad click prediction: a view from the trenches, 2013.
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **options: Unpack[BaseOptions],
    ) -> None:
        check_range("learning_rate_power", learning_rate_power, float("-inf"), 0, "(]")
        for name, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            (
                "l2_shrinkage_regularization_strength",
                l2_shrinkage_regularization_strength,
            ),
        ):
            check_range(name, value, 0, float("inf"), "[)")
        super().__init__(learning_rate, **options)
        self.learning_rate_power = float(learning_rate_power)
        self.initial_accumulator_value = float(initial_accumulator_value)
        self.l1_regularization_strength = float(l1_regularization_strength)
        self.l2_regularization_strength = float(l2_regularization_strength)
        self.l2_shrinkage_regularization_strength = float(
            l2_shrinkage_regularization_strength
        )
        self.beta = float(beta)

    @property
    def rule(self) -> Rule:
        """Ftrl, which needs TensorFlow's power of whole tensors."""
        start = float32_rounded(self.initial_accumulator_value)
        return Rule(
            ftrl.ftrl,
            ftrl.ftrl_coefficients,
            ftrl.SLOTS,
            {"accumulator": start},
            elementwise=False,
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
