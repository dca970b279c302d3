"""The schedules by name: made from tables, and written as tf.keras writes them.

`optlab.schedules.registry` enters them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from optlab.errors import InputError
from optlab.lookup import Registry, keras_object
from optlab.schedules.base import Schedule

#: Those that tf.keras has too, to the last bit.
KERAS_SCHEDULES: list[type[Schedule]] = []
#: Class by snake-case name.
SCHEDULES: Registry[Schedule] = Registry("schedule", {})


def names() -> list[str]:
    """Return the names that `get` knows, sorted.

    Examples
    --------
    >>> names()[:3]
    ['cosine_decay', 'cosine_decay_restarts', 'cyclical_learning_rate']
    """
    return sorted(SCHEDULES)


def get(
    identifier: str | Mapping[str, Any] | Callable[..., float],
) -> Callable[..., float]:
    """Return the schedule that `identifier` stands for.

    Parameters
    ----------
    identifier : dict, str or callable
        A table as in an experiment file, ``{"name": "step_decay", "decay_steps": 30,
        ...}``; tf.keras's form ``{"class_name": "ExponentialDecay", "config": {...}}``;
        a bare name, which works only where no argument is required; or a schedule or
        any callable of the step, which comes back as it is.

    Returns
    -------
    callable
        Takes a step, from 0, and returns the rate.

    Raises
    ------
    InputError
        If there is no such schedule or argument, or a value is out of range.

    Examples
    --------
    >>> get({"name": "step_decay", "initial_learning_rate": 1.0, "decay_steps": 5})(7)
    0.1
    """
    table = identifier if isinstance(identifier, Mapping) else {}
    named = table.get("class_name")
    if isinstance(named, str) and named == "function":
        raise InputError(
            "A function cannot be made from a configuration: pass the function "
            f"{table.get('config')!r} itself as the learning rate."
        )
    found: Callable[..., float] = SCHEDULES.get(identifier)
    return found


def serialize(schedule: Callable[..., float]) -> dict[str, Any]:
    """Return tf.keras's serialized form, which `get` reads.

    Parameters
    ----------
    schedule : Schedule or callable
        Of a callable that is no `Schedule` only the name is kept.
    """
    if isinstance(schedule, Schedule):
        keras = isinstance(schedule, tuple(KERAS_SCHEDULES))
        module = "keras.optimizers.schedules" if keras else "optlab.schedules"
        return keras_object(module, schedule, schedule.get_config())
    name = getattr(schedule, "__name__", type(schedule).__name__)
    return {
        "module": getattr(schedule, "__module__", None),
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }
