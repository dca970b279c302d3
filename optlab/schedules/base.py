"""What all schedules share: a rate for every step, and a configuration."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np

from optlab.errors import InputError
from optlab.lookup import construct, number
from optlab.plain import plain

_SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)


class Schedule:
    """Base of all schedules: call one with a step to get the learning rate.

    Steps count the calls of an optimizer's `apply` from 0, so the first update is made
    with ``schedule(0)``.

    A subclass lists its constructor's arguments in `arguments`, keeps each as an
    attribute of that name, and implements `__call__`.
    """

    #: Constructor arguments in the order of tf.keras's configuration.
    arguments: ClassVar[tuple[str, ...]] = ()

    def __call__(self, step: float) -> float:
        """Return the learning rate.

        Parameters
        ----------
        step : int
            The step, from 0.

        Returns
        -------
        float
            The rate.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        return {name: getattr(self, name) for name in self.arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make an instance from `get_config`'s result, tf.keras's own included.

        Raises
        ------
        InputError
            If an argument is unknown, missing or out of range.
        """
        made: Self = construct("schedule", cls.__name__, cls, config)
        return made

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.get_config() == other.get_config()

    __hash__ = object.__hash__


def checked_step(step: Any) -> Any:
    """Return a step that is a finite number, or raise."""
    if type(step) is not int or abs(step) > 2**53:
        number("step", step)
    return step


def flushed(rate: Any) -> float:
    """Return a float32 rate as a float, a subnormal one as 0, as TensorFlow does."""
    return 0.0 if abs(rate) < _SMALLEST_NORMAL else float(rate)


def at_least(name: str, value: Any, low: float | None = 0) -> Any:
    """Return a number that is finite and at least `low`, or raise.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What came.
    low : float or None
        The smallest number allowed; None allows all.
    """
    number(name, value, low)
    return plain(value)


def positive(name: str, value: Any) -> Any:
    """Return a number that is finite and greater than 0, or raise."""
    if number(name, value) <= 0:
        raise InputError(f"`{name}` must be > 0. Received: {name}={value!r}")
    return plain(value)


def whole(name: str, value: Any) -> int:
    """Return a positive integer, or raise."""
    if number(name, value) < 1 or not math.isclose(value % 1, 0.0, abs_tol=0.0):
        raise InputError(
            f"`{name}` must be an integer of at least 1. Received: {name}={value!r}"
        )
    return int(value)
