"""``--set`` and ``--over``: words of the command line that change an experiment."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError

_PATH = re.compile(r"[A-Za-z_][\w-]*(\.[\w-]+)+")
#: Text that begins so was meant as TOML, so a mistake in it is not a plain word.
_TOML_MARKS = ("[", "{", '"', "'")


def parse_value(text: str) -> Any:
    """Read a value as TOML; a bare word is a string, and ``.1`` a number.

    Examples
    --------
    >>> parse_value("0.1"), parse_value("adam"), parse_value("[1, 2]")
    (0.1, 'adam', [1, 2])
    """
    text = text.strip()
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        if not text or text.startswith(_TOML_MARKS) or "\n" in text:
            raise InputError(f"{text!r} is not a TOML value: {error}") from error
    try:
        return float(text)
    except ValueError:
        return text


def parse_settings(words: Sequence[str], option: str = "--set") -> dict[str, Any]:
    """Read ``table.key=value`` words into a dictionary of dotted paths.

    Raises
    ------
    InputError
        If a word is not of that form, or a path comes twice.

    Examples
    --------
    >>> parse_settings(["optimizer.learning_rate=0.1", "loss.name=mse"])
    {'optimizer.learning_rate': 0.1, 'loss.name': 'mse'}
    """
    settings: dict[str, Any] = {}
    for word in words:
        path, value = _split(word, option)
        if path in settings:
            raise InputError(f"{option} {path} is given twice")
        settings[path] = parse_value(value)
    return settings


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
        path, value = _split(word, "--over")
        if path in grid:
            raise InputError(f"--over {path} is given twice")
        grid[path] = _values(path, value.strip())
    return grid


def _values(path: str, text: str) -> list[Any]:
    if text.startswith("["):
        values = parse_value(text)
        if not values:
            raise InputError(f"--over {path}: the list is empty")
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
    if spacing == "log":
        if start <= 0 or stop <= 0:
            raise InputError(
                f"--over {path}: ends of a log grid must be positive. "
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
    whole = all(_is_whole(part) for part in (first, last))
    if whole and all(value.is_integer() for value in found):
        return [int(value) for value in found]
    return found


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"\s*[+-]?\d+\s*", text) is not None


def _split(word: str, option: str) -> tuple[str, str]:
    path, equals, value = word.partition("=")
    path = path.strip()
    if not equals or not _PATH.fullmatch(path):
        raise InputError(
            f"{option} needs table.key=value, such as optimizer.learning_rate=0.1. "
            f"Received: {word!r}"
        )
    return path, value
