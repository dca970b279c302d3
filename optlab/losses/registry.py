"""The one table of losses; tests, benchmarks, experiment files and docs read it."""

from __future__ import annotations

from collections.abc import Mapping

from optlab.errors import InputError
from optlab.lookup import Registry
from optlab.losses.base import Loss
from optlab.losses.classification import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from optlab.losses.counts import (
    CosineSimilarity,
    KLDivergence,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    Poisson,
)
from optlab.losses.margin import CategoricalHinge, Hinge, SquaredHinge
from optlab.losses.regression import (
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanSquaredError,
)

#: Class by the name that files and commands use.
_CLASSES: dict[str, type[Loss]] = {
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "categorical_hinge": CategoricalHinge,
    "cosine_similarity": CosineSimilarity,
    "hinge": Hinge,
    "huber": Huber,
    "kl_divergence": KLDivergence,
    "log_cosh": LogCosh,
    "mean_absolute_error": MeanAbsoluteError,
    "mean_absolute_percentage_error": MeanAbsolutePercentageError,
    "mean_squared_error": MeanSquaredError,
    "mean_squared_logarithmic_error": MeanSquaredLogarithmicError,
    "poisson": Poisson,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "squared_hinge": SquaredHinge,
}
#: tf.keras's short names, old and new ("logcosh" is found without one).
_ALIASES = {
    "bce": "binary_crossentropy",
    "huber_loss": "huber",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}
LOSSES: Registry[Loss] = Registry("loss", _CLASSES, _ALIASES)


def names() -> list[str]:
    """Return the names of the losses, without aliases."""
    return sorted(LOSSES)


def get(identifier: object) -> Loss:
    """Return a loss.

    Parameters
    ----------
    identifier : str, mapping, class or Loss
        A name: "mse", "mean_squared_error", "MeanSquaredError"; a table such as
        ``{"name": "huber", "delta": 2.0}``; ``{"class_name": "Huber", "config":
        {...}}`` as tf.keras serializes it; a class; or a loss, returned as it is.

    Raises
    ------
    InputError
        If the name or an argument is unknown, or an argument is out of range.

    Examples
    --------
    >>> get({"name": "huber", "delta": 2.0})
    Huber(name='huber_loss', reduction='sum_over_batch_size', delta=2.0)
    """
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, Mapping):
        config = identifier.get("config")
        if isinstance(config, str):  # a loss function, serialized by tf.keras
            identifier = config
    known = isinstance(identifier, type) and issubclass(identifier, Loss)
    if not (known or isinstance(identifier, (str, Mapping))):
        raise InputError(
            f"Could not interpret {identifier!r} as a loss. Expected a name, a table "
            "such as {'name': 'huber', 'delta': 2.0}, or a loss."
        )
    found: Loss = LOSSES.get(identifier)
    return found
