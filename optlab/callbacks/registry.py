"""The named callbacks, one table for experiment files and the training loop."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from optlab.callbacks.base import Callback
from optlab.callbacks.early_stopping import EarlyStopping
from optlab.callbacks.function import FunctionCallback
from optlab.callbacks.learning_rate_scheduler import LearningRateScheduler
from optlab.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from optlab.callbacks.terminate_on_nan import TerminateOnNaN
from optlab.errors import InputError
from optlab.lookup import Registry, listed

CALLBACKS: Registry[Callback] = Registry(
    "callback",
    {
        "early_stopping": EarlyStopping,
        "learning_rate_scheduler": LearningRateScheduler,
        "reduce_lr_on_plateau": ReduceLROnPlateau,
        "terminate_on_nan": TerminateOnNaN,
    },
)


def names() -> list[str]:
    """Return the names that `get` knows, sorted."""
    return sorted(CALLBACKS)


def get(
    identifier: str | Mapping[str, Any] | Callback | Callable[..., Any],
) -> Callback:
    """Return a callback from a name, a configuration or a function.

    Parameters
    ----------
    identifier : str, dict, Callback or callable
        A name from `names`; ``{"name": "early_stopping", "patience": 3}`` as in an
        experiment file, or ``{"class_name": "EarlyStopping", "config": {...}}``; a
        function of ``(epoch, logs)``; or a callback, which comes back as it is.

    Raises
    ------
    InputError
        If there is no such name or argument, or a value is out of range.

    Examples
    --------
    >>> get({"name": "early_stopping", "patience": 3}).patience
    3
    """
    if isinstance(identifier, Callback):
        return identifier
    if isinstance(identifier, (str, Mapping)):
        made: Callback = CALLBACKS.get(identifier)
        return made
    if inspect.isclass(identifier) and issubclass(identifier, Callback):
        raise InputError(
            f"A callback must be an instance. Received: the class "
            f"{identifier.__name__}; write {identifier.__name__}()."
        )
    return FunctionCallback(identifier)


def get_all(identifiers: Any) -> list[Callback]:
    """Return callbacks for one identifier or for a sequence of them."""
    return [get(identifier) for identifier in listed(identifiers, (str, Mapping))]
