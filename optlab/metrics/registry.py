"""The named metrics, one table for experiment files, the training loop and tests."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from optlab.errors import InputError, unknown_name
from optlab.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
from optlab.metrics.auc import AUC
from optlab.metrics.balanced_accuracy import BalancedAccuracy
from optlab.metrics.base import Metric
from optlab.metrics.function import FunctionMetric
from optlab.metrics.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    R2Score,
    RootMeanSquaredError,
)

_CLASSES: dict[str, type[Metric]] = {
    cls.default_name: cls
    for cls in (
        AUC,
        Accuracy,
        BalancedAccuracy,
        BinaryAccuracy,
        CategoricalAccuracy,
        MeanAbsoluteError,
        MeanSquaredError,
        R2Score,
        RootMeanSquaredError,
        SparseCategoricalAccuracy,
    )
}
#: Short names; `history` uses the name that was asked for, as tf.keras does.
_ALIASES = {
    "acc": "accuracy",
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "r2": "r2_score",
    "rmse": "root_mean_squared_error",
}


def names() -> list[str]:
    """Return the names that `get` knows, short ones included, sorted."""
    return sorted([*_CLASSES, *_ALIASES])


def get(
    identifier: str | Mapping[str, Any] | Metric | Callable[..., Any],
) -> Metric:
    """Return a new metric from a name, a configuration or a function.

    Parameters
    ----------
    identifier : str, dict, Metric or callable
        A name from `names`; ``{"name": "auc", "num_thresholds": 500}`` as in an
        experiment file, or ``{"class_name": "AUC", "config": {...}}`` as tf.keras
        writes it; a function of ``(y_true, y_pred)``; or a metric, which comes back as
        it is.

    Raises
    ------
    InputError
        If there is no such name or argument.

    Examples
    --------
    >>> get("mae")
    MeanAbsoluteError(name='mae')
    """
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, str):
        return _lookup(identifier)(name=identifier)
    if isinstance(identifier, Mapping):
        return _from_mapping(identifier)
    if callable(identifier):
        return FunctionMetric(identifier)
    raise InputError(
        "A metric must be a name, a dictionary, a function or a Metric. "
        f"Received: {identifier!r}"
    )


def get_all(
    identifiers: str | Iterable[Any],
) -> list[Metric]:
    """Return metrics for all identifiers, each with a name of its own.

    Raises
    ------
    InputError
        If two have the same name, or one is called "loss".
    """
    if isinstance(identifiers, (str, Mapping, Metric)) or callable(identifiers):
        identifiers = [identifiers]
    found = [get(identifier) for identifier in identifiers]
    seen: set[str] = {"loss", "learning_rate"}
    for metric in found:
        if metric.name in seen or metric.name.startswith("val_"):
            raise InputError(
                "Each metric needs a name of its own, other than 'loss' and "
                f"'learning_rate' and without 'val_'. Received: {metric.name!r}"
            )
        seen.add(metric.name)
    return found


def direction(name: str) -> str | None:
    """Return "max" or "min" for a metric's name, None where the name is unknown."""
    key = _key(name)
    return _CLASSES[key].direction if key in _CLASSES else None


def _lookup(name: str) -> type[Metric]:
    key = _key(name)
    if key not in _CLASSES:
        raise unknown_name("metric", name, names())
    return _CLASSES[key]


def _key(name: str) -> str:
    key = name.strip().lower().replace("-", "_")
    key = _ALIASES.get(key, key)
    if key in _CLASSES:
        return key
    by_class = {cls.__name__.lower(): known for known, cls in _CLASSES.items()}
    return by_class.get(key, key)


def _from_mapping(identifier: Mapping[str, Any]) -> Metric:
    name = identifier.get("class_name", identifier.get("name"))
    if not isinstance(name, str):
        raise InputError(
            f"A metric's dictionary must have a `name`. Received: {dict(identifier)}"
        )
    cls = _lookup(name)
    if "class_name" in identifier:
        arguments = dict(identifier.get("config") or {})
        arguments.pop("dtype", None)
    else:
        arguments = dict(identifier)
    valid = inspect.signature(cls).parameters
    for argument in arguments:
        if argument not in valid:
            raise unknown_name(f"argument of the metric {name!r},", argument, valid)
    return cls(**arguments)
