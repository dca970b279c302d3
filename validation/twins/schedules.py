"""A learning rate schedule's twin in tf.keras, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.validation.runtime import load


def schedule_to_keras(schedule: Callable[[int], float]) -> Any:
    """Return the tf.keras schedule with the same configuration.

    A schedule that tf.keras does not have, or any function of the step, becomes a
    schedule object that asks the function; it works in eager mode and in tf.function.
    """
    keras = load().keras
    cls = getattr(keras.optimizers.schedules, type(schedule).__name__, None)
    if cls is not None and hasattr(schedule, "get_config"):
        return cls.from_config(schedule.get_config())
    return _asking(schedule)


def schedule_from_keras(twin: Any) -> Any:
    """Return our schedule with the configuration of a tf.keras one.

    Raises
    ------
    InputError
        Where optlab has no such schedule.
    """
    from optlab import schedules

    name = type(twin).__name__
    if getattr(load().keras.optimizers.schedules, name, None) is not type(twin):
        raise InputError(f"optlab has no counterpart of the schedule class {name!r}.")
    return schedules.get({"class_name": name, "config": twin.get_config()})


def _asking(function: Callable[[int], float]) -> Any:
    runtime = load()
    tf, base = runtime.tf, runtime.keras.optimizers.schedules.LearningRateSchedule

    class Asking(base):  # type: ignore[misc,valid-type]
        """A schedule that calls a Python function with the step."""

        def __call__(self, step: Any) -> Any:
            rate = tf.numpy_function(
                lambda at: np.float32(function(int(at))), [step], tf.float32
            )
            rate.set_shape(())
            return rate

        def get_config(self) -> dict[str, Any]:
            return {}

    return Asking()
