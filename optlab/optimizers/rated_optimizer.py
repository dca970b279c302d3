"""The base of optimizers with a learning rate of their own: a number or a schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optlab.errors import InputTypeError
from optlab.optimizers.learning_rate import checked_rate, rate_of
from optlab.optimizers.optimizer import Optimizer


class RatedOptimizer(Optimizer):
    """An optimizer whose rate is a number that can be set, or a function of the step.

    A subclass keeps `_rate`, as `checked_rate` returns it, and `_calls`, the calls so
    far.
    """

    _rate: Any
    _calls: int

    @property
    def learning_rate(self) -> float:
        """The rate of the next step; settable unless a schedule gives it."""
        return rate_of(self._rate, self._calls)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        rate = checked_rate(value)
        if callable(self._rate) and not callable(rate):
            raise InputTypeError(
                "This optimizer was made with a schedule as its `learning_rate`, so "
                "the rate cannot be set. Make it with a float to be able to set it."
            )
        self._rate = rate

    @property
    def schedule(self) -> Callable[[int], float] | None:
        """The schedule that gives the rate, or None where the rate is a number."""
        return self._rate if callable(self._rate) else None

    def _rate_config(self) -> Any:
        """Return the rate as a configuration has it."""
        if not callable(self._rate):
            return self._rate
        from optlab import schedules

        return schedules.serialize(self._rate)
