"""The named metrics, one table for experiment files, the training loop and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from optlab.errors import InputError
from optlab.lookup import Registry, construct, listed
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
from optlab.metrics.of_loss import (
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    Poisson,
    SquaredHinge,
)
from optlab.metrics.precision import Precision, Recall
from optlab.metrics.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    R2Score,
    RootMeanSquaredError,
)
from optlab.metrics.top_k import SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy

_CLASSES: dict[str, type[Metric]] = {
    cls.default_name: cls
    for cls in (
        AUC,
        Accuracy,
        BalancedAccuracy,
        BinaryAccuracy,
        CategoricalAccuracy,
        CategoricalHinge,
        CosineSimilarity,
        Hinge,
        KLDivergence,
        LogCoshError,
        MeanAbsoluteError,
        MeanAbsolutePercentageError,
        MeanSquaredError,
        MeanSquaredLogarithmicError,
        Poisson,
        Precision,
        R2Score,
        Recall,
        RootMeanSquaredError,
        SparseCategoricalAccuracy,
        SparseTopKCategoricalAccuracy,
        SquaredHinge,
        TopKCategoricalAccuracy,
    )
}
#: Short names; `history` uses the name that was asked for, as tf.keras does.
_ALIASES = {
    "acc": "accuracy",
    "kld": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
    "r2": "r2_score",
    "rmse": "root_mean_squared_error",
}
METRICS: Registry[Metric] = Registry("metric", _CLASSES, _ALIASES)


def names() -> list[str]:
    """Return the names that `get` knows, short ones included, sorted."""
    return sorted([*METRICS, *METRICS.aliases])


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
        return METRICS.find(identifier)(name=identifier)
    if isinstance(identifier, Mapping):
        return _from_mapping(identifier)
    if callable(identifier):
        return FunctionMetric(identifier)
    raise InputError(
        "A metric must be a name, a dictionary, a function or a Metric. "
        f"Received: {identifier!r}"
    )


def get_all(
    identifiers: str | Iterable[Any] | None,
) -> list[Metric]:
    """Return metrics for all identifiers, each with a name of its own; None for none.

    Raises
    ------
    InputError
        If two have the same name, or one is called "loss".
    """
    found = [get(each) for each in listed(identifiers, (str, Mapping, Metric))]
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
    own = METRICS.name(name)
    return METRICS[own].direction if own else None


#: What tf.keras writes down of arguments that optlab has not, where it is what optlab
#: computes.
_USUAL = (
    ("curve", "ROC"),
    ("summation_method", "interpolation"),
    ("class_aggregation", "uniform_average"),
    ("num_regressors", 0),
)


def _from_mapping(identifier: Mapping[str, Any]) -> Metric:
    cls, arguments = METRICS.split(identifier)
    if "class_name" in identifier:
        name = str(identifier["class_name"])
        arguments = {
            key: value
            for key, value in arguments.items()
            if key != "dtype" and (key, value) not in _USUAL
        }
    else:
        name = arguments["name"] = identifier["name"]
    made: Metric = construct("metric", name, cls, arguments)
    return made
