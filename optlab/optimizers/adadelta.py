"""Adadelta; the rule: `optlab.kernels.rules.adadelta`."""

from __future__ import annotations

from typing import Any, ClassVar, Unpack

from optlab.kernels.rules import adadelta
from optlab.optimizers.base import Optimizer, Rule
from optlab.optimizers.options import BaseOptions, check_range


class Adadelta(Optimizer):
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
    ValueError
        If an argument is out of range.

    References
    ----------
    Zeiler, ADADELTA: an adaptive learning rate method, 2012.
    """

    arguments: ClassVar[tuple[str, ...]] = ("rho", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **options: Unpack[BaseOptions],
    ) -> None:
        check_range("rho", rho, 0, 1, "[]")
        check_range("epsilon", epsilon, 0, float("inf"), "[)")
        super().__init__(learning_rate, **options)
        self.rho = float(rho)
        self.epsilon = float(epsilon)

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
