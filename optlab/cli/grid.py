"""``--over``: the values of a sweep, listed or spaced."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.cli.settings import parse_value, split
from optlab.errors import InputError

#: Values of one setting; each is at least one training.
_MOST = 100_000


def parse_grid(words: Sequence[str]) -> dict[str, list[Any]]:
    """Read ``--over`` words: for each path the list of values to try.

    ``path=a,b,c`` lists them; ``path=start:stop:log:n`` and ``path=start:stop:lin:n``
    space `n` of them, both ends included; ``path=[[1, 2], [3]]`` is a TOML array whose
    items are the values.

    Raises
    ------
    InputError
        If a word is not of these forms, or a path comes twice.

    Examples
    --------
    >>> parse_grid(["optimizer.learning_rate=0.01:1:log:3"])
    {'optimizer.learning_rate': [0.01, 0.1, 1.0]}
    """
    grid: dict[str, list[Any]] = {}
    for word in words:
        path, text = split(word, "--over")
        if path in grid:
            raise InputError(f"--over {path} is given twice.")
        if not text:
            raise InputError(f"--over {path} needs values. Received: {word!r}")
        grid[path] = _values(path, text)
    return grid


def _values(path: str, text: str) -> list[Any]:
    if text.startswith("["):
        values = parse_value(text)
        if not values:
            raise InputError(f"--over {path} needs values. Received: {text}")
        return list(values)
    if text.count(":") == 3:
        return _spaced(path, text)
    if ":" in text:
        raise InputError(
            f"--over {path} needs start:stop:log:n or start:stop:lin:n, "
            f"or values a,b,c. Received: {text!r}"
        )
    return [parse_value(part) for part in text.split(",")]


def _spaced(path: str, text: str) -> list[Any]:
    first, last, spacing, count = text.split(":")
    try:
        start, stop, number = float(first), float(last), int(count)
    except ValueError as error:
        raise InputError(
            f"--over {path} needs numbers in start:stop:{spacing}:n. Received: {text!r}"
        ) from error
    if not (math.isfinite(start) and math.isfinite(stop)):
        raise InputError(f"--over {path} needs finite ends. Received: {text!r}")
    if number < 1:
        raise InputError(f"--over {path} needs n of at least 1. Received: {text!r}")
    if number > _MOST:
        raise InputError(
            f"--over {path} needs n of at most {_MOST}. Received: {text!r}"
        )
    if spacing == "log":
        if start <= 0 or stop <= 0:
            raise InputError(
                f"--over {path}: the ends of a log grid must be positive. "
                f"Received: {text!r}"
            )
        values = np.geomspace(start, stop, number)
    elif spacing == "lin":
        values = np.linspace(start, stop, number)
    else:
        raise InputError(
            f"--over {path}: the spacing must be log or lin. Received: {spacing!r}"
        )
    # Twelve digits take away the last-digit noise of the spacing: .1 is then 0.1.
    found = [float(f"{value:.12g}") for value in values]
    if _is_whole(first) and _is_whole(last) and all(v.is_integer() for v in found):
        return [int(value) for value in found]
    return found


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"\s*[+-]?\d+\s*", text) is not None
