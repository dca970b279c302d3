"""Initializers by tf.keras's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.initializers.base import Array, Initializer
from optlab.initializers.constant import Constant, Identity, Ones, Zeros
from optlab.initializers.orthogonal import Orthogonal
from optlab.initializers.random import RandomNormal, RandomUniform, TruncatedNormal
from optlab.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)
from optlab.lookup import Registry, keras_object, snake_case, takes

_CLASSES: tuple[type[Initializer], ...] = (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)

#: The classes by tf.keras's names, its short ones included.
REGISTRY: Registry[Initializer] = Registry(
    "initializer",
    {snake_case(cls.__name__): cls for cls in _CLASSES},
    {
        "normal": "random_normal",
        "uniform": "random_uniform",
        "zero": "zeros",
        "one": "ones",
    },
)


def names() -> list[str]:
    """Return the snake-case names, sorted."""
    return sorted(REGISTRY)


def get(identifier: object) -> Callable[..., Array]:
    """Return an initializer.

    Parameters
    ----------
    identifier : str, mapping, class, Initializer or callable
        A name (``"he_normal"``), a table (``{"name": "constant", "value": 0.5}``),
        tf.keras's serialized form, or a function of ``(shape, dtype, rng)``.

    Returns
    -------
    callable
        Called with a shape, a dtype and a `numpy.random.Generator`.

    Raises
    ------
    InputError
        If the name or an argument is unknown.

    Examples
    --------
    >>> get({"name": "constant", "value": 0.5})((2,), "float32")
    array([0.5, 0.5], dtype=float32)
    """
    found: Callable[..., Array] = REGISTRY.get(identifier)
    if isinstance(found, Initializer):
        return found
    if not takes(found, (1,), "float32", np.random.default_rng(0)):
        raise InputError(
            "An initializer function must take (shape, dtype, rng). "
            f"Received: {identifier!r}"
        )
    return found


def serialize(initializer: Callable[..., Array]) -> dict[str, Any]:
    """Return tf.keras's serialized form; a plain function has none (InputError)."""
    if not isinstance(initializer, Initializer):
        raise InputError(
            f"A function has no configuration: {initializer!r}. "
            "Give the initializer by name, or derive it from Initializer."
        )
    return keras_object("keras.initializers", initializer, initializer.get_config())
