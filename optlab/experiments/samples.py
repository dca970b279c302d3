"""The settings that a sweep tries: all combinations of a grid, a sample, or a list."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from optlab.errors import InputError, unknown_name

#: How a sample is drawn.
SAMPLERS = ("sobol", "random")

Settings = dict[str, Any]


class Combinations(Sequence[Settings]):
    """All combinations of some values, the last path changing fastest.

    They are made when they are asked for, so that there may be millions.

    Parameters
    ----------
    values : mapping
        Dotted path -> list of values.

    Examples
    --------
    >>> list(Combinations({"a.x": [1, 2], "a.y": [3]}))
    [{'a.x': 1, 'a.y': 3}, {'a.x': 2, 'a.y': 3}]
    """

    def __init__(self, values: Mapping[str, Sequence[Any]]) -> None:
        self.values = values
        self._count = math.prod(len(each) for each in values.values())

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Settings: ...
    @overload
    def __getitem__(self, index: slice) -> list[Settings]: ...
    def __getitem__(self, index: int | slice) -> Settings | list[Settings]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(self._count))]
        if not 0 <= index < self._count:
            raise IndexError(index)
        places: dict[str, int] = {}
        for path in reversed(list(self.values)):
            index, places[path] = divmod(index, len(self.values[path]))
        return {path: self.values[path][places[path]] for path in self.values}

    def edges(self) -> Iterator[Settings]:
        """Yield combinations in which each value comes up once at least."""
        first = {path: each[0] for path, each in self.values.items()}
        for path, each in self.values.items():
            for value in each:
                yield {**first, path: value}


@dataclass(frozen=True)
class Range:
    """Where a sampled number lies.

    Attributes
    ----------
    low, high : float
        The ends.
    log : bool
        Whether its logarithm is what is uniform.
    whole : bool
        Whether it is a whole number; both ends are then as likely as the others.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        """Check the ends."""
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise InputError(f"A range needs finite ends. Received: {self}")
        if not self.low < self.high:
            raise InputError(f"A range needs its lower end first. Received: {self}")
        if self.log and self.low <= 0:
            raise InputError(f"The ends of a log range must be positive: {self}")

    def at(self, share: float) -> float:
        """Return the number at a share of the range, in [0, 1)."""
        low, high = self.low, self.high
        if self.whole:
            low, high = low - 0.5, high + 0.5
        if self.log:
            low, high = math.log(low), math.log(high)
        value = low + share * (high - low)
        value = math.exp(value) if self.log else value
        if self.whole:
            return int(min(max(round(value), self.low), self.high))
        return float(f"{min(max(value, self.low), self.high):.8g}")


def sample(
    axes: Mapping[str, Range | Sequence[Any]],
    count: int,
    sampler: str = "sobol",
    seed: int = 0,
) -> list[Settings]:
    """Draw settings.

    Parameters
    ----------
    axes : mapping
        Dotted path -> a range, or the values to choose from.
    count : int
        How many.
    sampler : {"sobol", "random"}
        Sobol's points, scrambled, fill the ranges more evenly: Owen, "Randomly permuted
        (t,m,s)-nets and (t,s)-sequences", 1995; balanced at powers of two.
    seed : int

    Returns
    -------
    list of dict

    Examples
    --------
    >>> found = sample({"a.x": Range(1e-4, 1.0, log=True), "a.y": ["p", "q"]}, 4)
    >>> sorted(settings["a.y"] for settings in found)
    ['p', 'p', 'q', 'q']
    """
    if sampler not in SAMPLERS:
        raise unknown_name("sampler", sampler, SAMPLERS)
    if not axes:
        raise InputError("A sample needs at least one setting to draw.")
    if count < 1:
        raise InputError(f"A sample needs at least one point. Received: {count}")
    if sampler == "random":
        shares = np.random.default_rng(seed).random((count, len(axes)))
    else:
        from scipy.stats import qmc

        whole = max(0, math.ceil(math.log2(count)))
        engine = qmc.Sobol(len(axes), scramble=True, rng=np.random.default_rng(seed))
        shares = engine.random_base2(whole)[:count]
    return [
        {
            path: axis.at(share)
            if isinstance(axis, Range)
            else axis[min(int(share * len(axis)), len(axis) - 1)]
            for (path, axis), share in zip(axes.items(), row, strict=True)
        }
        for row in shares.tolist()
    ]


@dataclass(frozen=True)
class Condition:
    """Another setting has one of some values.

    Attributes
    ----------
    path : str
    values : tuple
    """

    path: str
    values: tuple[Any, ...]


def conditioned(
    settings: Sequence[Settings], conditions: Mapping[str, Condition]
) -> Sequence[Settings]:
    """Leave out what has no meaning beside the other settings, and then what is double.

    Parameters
    ----------
    settings : sequence of dict
    conditions : mapping
        Dotted path -> what has to hold for it to be set.
    """
    if not conditions:
        return settings
    kept: dict[str, Settings] = {}
    for each in settings:
        one = dict(each)
        # In the order of the paths, so that a condition on what was left out fails.
        for path, condition in conditions.items():
            if one.get(condition.path) not in condition.values:
                one.pop(path, None)
        kept.setdefault(json.dumps(one, sort_keys=True, default=repr), one)
    return list(kept.values())
