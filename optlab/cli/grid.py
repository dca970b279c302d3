"""``--over`` and ``--list``: the settings of a sweep, as words give them."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optlab.cli.settings import parse_value, split
from optlab.errors import InputError
from optlab.experiments.samples import (
    Combinations,
    Condition,
    Range,
    Settings,
    conditioned,
    sample,
)

#: What stands between values and a condition.
_IF = " if "

#: Values of one setting; each is at least one training.
_MOST = 100_000


def parse_over(
    words: Sequence[str],
    count: int | None = None,
    sampler: str = "sobol",
    seed: int = 0,
) -> Sequence[Settings]:
    """Return the settings that ``--over`` words and ``--sample`` ask for.

    Parameters
    ----------
    words : sequence of str
        As for `parse_grid`, each with ``" if table.key=a|b"`` at its end where it has
        a meaning beside these values alone; with a count also ``path=start:stop:log``
        and ``path=start:stop:lin``.
    count : int, optional
        How many to draw; all combinations where left out.
    sampler, seed
        As for `optlab.experiments.samples.sample`.

    Raises
    ------
    InputError
        If a word is not of these forms, or a path comes twice.
    """
    conditions: dict[str, Condition] = {}
    plain = []
    for word in words:
        values, mark, needed = word.partition(_IF)
        plain.append(values)
        if mark:
            path = split(values, "--over")[0]
            other, choices = split(needed, "--over ... if")
            allowed = tuple(parse_value(part) for part in choices.split("|"))
            conditions[path] = Condition(other, allowed)
    axes = parse_grid(plain, count is not None)
    for path, condition in conditions.items():
        if condition.path not in axes:
            raise InputError(
                f"--over {path} depends on {condition.path}, which is not swept."
            )
    # First the conditions on which others depend.
    order = sorted(conditions, key=lambda path: list(axes).index(path))
    ordered = {path: conditions[path] for path in order}
    if count is None:
        return conditioned(Combinations(axes), ordered)
    return conditioned(sample(axes, count, sampler, seed), ordered)


def read_settings(path: Path) -> list[Settings]:
    """Read settings from a CSV file: a column a path, a row a setting, or nothing.

    Raises
    ------
    InputError
        If the file cannot be read, or a column is no path.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            rows, head = list(reader), list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"Cannot read {path}: {error}") from error
    if not rows:
        raise InputError(f"{path} has no settings: a head of paths, then a row each.")
    twice = [name for name in head if head.count(name) > 1]
    if twice:
        raise InputError(f"{path} has more than one column {twice[0]!r}.")
    found = []
    for number, row in enumerate(rows, 2):
        if "" in row:
            raise InputError(f"{path}, line {number} has more cells than the head.")
        cells = {split(f"{name}=", "--list")[0]: text for name, text in row.items()}
        found.append(
            {name: parse_value(text) for name, text in cells.items() if text.strip()}
        )
    return found


def parse_grid(words: Sequence[str], ranges: bool = False) -> dict[str, Any]:
    """Read ``--over`` words: for each path the list of values to try.

    ``path=a,b,c`` lists them; ``path=start:stop:log:n`` and ``path=start:stop:lin:n``
    space `n` of them, both ends included; ``path=[[1, 2], [3]]`` is a TOML array whose
    items are the values. Where ranges may be, ``path=start:stop:log`` and
    ``path=start:stop:lin`` are such.

    Raises
    ------
    InputError
        If a word is not of these forms, or a path comes twice.

    Examples
    --------
    >>> parse_grid(["optimizer.learning_rate=0.01:1:log:3"])
    {'optimizer.learning_rate': [0.01, 0.1, 1.0]}
    """
    grid: dict[str, Any] = {}
    for word in words:
        path, text = split(word, "--over")
        if path in grid:
            raise InputError(f"--over {path} is given twice.")
        if not text:
            raise InputError(f"--over {path} needs values. Received: {word!r}")
        if ranges and text.count(":") == 2 and not text.startswith("["):
            grid[path] = parse_range(text, f"--over {path}")
        else:
            grid[path] = _values(path, text)
    return grid


def parse_range(text: str, place: str) -> Range:
    """Read ``start:stop:log`` or ``start:stop:lin``.

    Raises
    ------
    InputError
        If it is neither; `place` begins the message.
    """
    first, last, spacing = text.split(":")
    try:
        low, high = float(first), float(last)
    except ValueError as error:
        raise InputError(
            f"{place} needs numbers in start:stop:{spacing}. Received: {text!r}"
        ) from error
    if spacing not in ("log", "lin"):
        raise InputError(
            f"{place}: the spacing must be log or lin. Received: {spacing!r}"
        )
    try:
        return Range(low, high, spacing == "log", _is_whole(first) and _is_whole(last))
    except InputError as error:
        raise InputError(f"{place}: {error}") from None


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
            "or values a,b,c; with --sample also start:stop:log or start:stop:lin. "
            f"Received: {text!r}"
        )
    parts = text.split(",")
    if not all(part.strip() for part in parts):
        raise InputError(f"--over {path} has an empty value. Received: {text!r}")
    return [parse_value(part) for part in parts]


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
