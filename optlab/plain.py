"""Values as JSON and TOML know them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

import numpy as np


def plain(
    value: Any,
    real: Callable[[Any], Any] = float,
    other: Callable[[Any], Any] = lambda value: value,
) -> Any:
    """Return a value without NumPy scalars, arrays, tuples or paths, throughout.

    Parameters
    ----------
    value : object
        Mappings, lists and tuples are gone through; keys become texts; whatever has
        ``__array__``, a tensor say, is taken for an array.
    real : callable
        Makes a number of each real one, which comes as it stands in the value, as
        `numpy.float32` say: `finite` where NaN and infinity may not be.
    other : callable
        Makes something of what is none of these, nor a text, None, a boolean or an
        integer; left as it is by default.

    Examples
    --------
    >>> plain({1: (np.float32(0.5), np.arange(2), None)})
    {'1': [0.5, [0, 1], None]}
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (float, np.floating)):
        return real(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(part, real, other) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part, real, other) for part in value]
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "__array__"):
        array = np.asarray(value)
        return plain(list(array) if array.ndim else array[()], real, other)
    return other(value)


def finite(number: Any) -> float | None:
    """Return a number as a float, None where it is NaN or infinite: strict JSON."""
    return float(number) if math.isfinite(number) else None
