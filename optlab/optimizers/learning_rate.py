"""Learning rates: numbers, and functions of the step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError, shown
from optlab.lookup import takes
from optlab.optimizers.hyperparameters import LARGEST, as_float


def checked_rate(value: Any) -> Any:
    """Return the rate as a float or a callable, or raise."""
    if isinstance(value, Mapping):
        from optlab import schedules

        return schedules.get(dict(value))
    if callable(value):
        if not takes(value, 0):
            raise InputError(
                "The callable of `learning_rate` must take the step, and nothing else. "
                f"Received: learning_rate={value!r}"
            )
        return value
    rate = as_float(value)
    if rate is None or not abs(rate) <= LARGEST:
        raise InputError(
            "`learning_rate` must be a finite number, a schedule, or a callable of "
            f"the step. Received: learning_rate={shown(value)}"
        )
    return rate


def scheduled_rate(schedule: Any, step: int) -> float:
    """Return what a schedule gives for a step; beyond float32 it is infinite."""
    value = schedule(step)
    try:
        rate = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"The schedule of `learning_rate` must return a number. Received: {value!r}"
            f" at step {step}"
        ) from None
    return math.copysign(math.inf, rate) if abs(rate) > LARGEST else rate


def rate_of(rate: Any, calls: int) -> float:
    """Return the rate of the step after so many calls."""
    return scheduled_rate(rate, calls) if callable(rate) else float(rate)
