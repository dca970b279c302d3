"""Adagrad; the rule: `optlab.kernels.rules.adagrad`."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

from optlab.kernels.rules import adagrad
from optlab.optimizers.base import Optimizer, Rule
from optlab.optimizers.checks import float32_rounded
from optlab.optimizers.options import BaseOptions, check_range


class Adagrad(Optimizer):
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
    ValueError
        If an argument is out of range.

    References
    ----------
    Duchi, Hazan, Singer, Adaptive subgradient methods, 2011.
    """

    arguments: ClassVar[tuple[str, ...]] = ("initial_accumulator_value", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **options: Unpack[BaseOptions],
    ) -> None:
        check_range(
            "initial_accumulator_value",
            initial_accumulator_value,
            0,
            float("inf"),
            "[)",
        )
        check_range("epsilon", epsilon, 0, float("inf"), "[)")
        super().__init__(learning_rate, **options)
        self.initial_accumulator_value = float(initial_accumulator_value)
        self.epsilon = float(epsilon)

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
