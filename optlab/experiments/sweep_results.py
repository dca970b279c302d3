"""What a sweep returns: its runs, those of one setting, and all of them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from optlab.errors import InputError, unknown_name
from optlab.notebook import drawn, sweep_html

#: How a run ends that has learned something.
LEARNED = ("finished", "stopped_early")


@dataclass(frozen=True)
class Point:
    """One run of a sweep.

    Attributes
    ----------
    settings : dict
        Dotted path -> value.
    seed : int
    status : str
        The run's, "did_not_learn" where it ended no better than it began, or "refused"
        where it could not be built.
    summary : dict
        `Run.summary()`; empty where refused.
    directions : dict
        What is better of each figure: "min", "max" or None.
    message : str
        Why it was refused, what diverged where, or what shows that it did not learn.
    """

    settings: dict[str, Any]
    seed: int
    status: str
    summary: dict[str, Any] = field(default_factory=dict)
    directions: dict[str, Any] = field(default_factory=dict)
    message: str = ""

    def last(self, name: str) -> float | None:
        """Return the last value of "loss" or a metric; None if it is not finite."""
        if name == "loss":
            found = self.summary.get("loss")
        else:
            found = self.summary.get("metrics", {}).get(name)
        value = None if found is None else found["last"]
        if self.status == "diverged" or value is None or not math.isfinite(value):
            return None
        return float(value)


@dataclass(frozen=True)
class SettingResult:
    """The runs of one setting, over all seeds.

    Attributes
    ----------
    settings : dict
        Dotted path -> value.
    points : tuple of Point
    value, low, high : float or None
        Median and extremes of the compared figure; a run that diverged counts as worst
        of all, so that None means that half of them did.
    """

    settings: dict[str, Any]
    points: tuple[Point, ...]
    value: float | None
    low: float | None
    high: float | None

    def median(self, name: str) -> float | None:
        """Return the median of a figure over the runs that have it."""
        found = [v for point in self.points if (v := point.last(name)) is not None]
        return statistics.median(found) if found else None

    def count(self, status: str) -> int:
        """Return how many of the runs ended so."""
        return sum(point.status == status for point in self.points)


@dataclass(frozen=True, repr=False)
class Sweep:
    """What `sweep` returns.

    Attributes
    ----------
    grid : dict
        Dotted path -> the values tried.
    by : str
        The figure that was compared: "val_loss", "loss" or a metric.
    maximize : bool
        Whether more of it is better.
    rows : tuple of SettingResult
        In the order of the grid, the last path changing fastest.
    interrupted : bool
        Whether Ctrl-C cut it short; rows then hold what was done.
    one_by_one : dict of str to int
        Where lock step was tried: why runs were made one by one, and how many.
    left_out : int
        Settings that are not among the rows, which hold the best ones of a sweep too
        large for memory; its store has them all.
    counts : dict of str to int
        How many runs ended how, those left out among them.
    finalists : int
        So many rows, from the first, the best is chosen from; 0 for all.
    """

    grid: dict[str, list[Any]]
    by: str
    maximize: bool
    rows: tuple[SettingResult, ...]
    interrupted: bool = False
    one_by_one: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    finalists: int = 0

    @property
    def best(self) -> SettingResult | None:
        """The row with the best value; None where every run diverged."""
        rows = self.rows[: self.finalists or None]
        done = [(row.value, row) for row in rows if row.value is not None]
        pick = max if self.maximize else min
        return pick(done, key=lambda pair: pair[0], default=(None, None))[1]

    def loss_of(self, value: float | None) -> float:
        """Return a value so that less is better, and infinity where there is none."""
        if value is None:
            return math.inf
        return -value if self.maximize else value

    @property
    def ranked(self) -> list[SettingResult]:
        """The rows, the best first; those without a value are the last."""
        return sorted(self.rows, key=lambda row: self.loss_of(row.value))

    @property
    def learned(self) -> bool:
        """Whether any run came to its end and learned."""
        return any(row.count(status) for row in self.rows for status in LEARNED)

    def complete(self) -> Self:
        """Return it, where every run was made.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C cut it short.
        InputError
            If a run was refused; with its reason.
        """
        if self.interrupted:
            raise KeyboardInterrupt
        for row in self.rows:
            for point in row.points:
                if point.status == "refused":
                    raise InputError(point.message)
        return self

    def __repr__(self) -> str:
        best = self.best
        said = f", best {self.by} {best.value:.6g}: {best.settings}" if best else ""
        return f"<Sweep of {len(self.rows) + self.left_out:,} settings{said}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return sweep_html(self)

    def plot(self, title: str | None = None) -> Any:
        """Draw it: see `optlab.plots.plot_sweep`."""
        return drawn("plot_sweep", self, title)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain dictionaries, ready for JSON."""
        return {
            "grid": self.grid,
            "by": self.by,
            "best": None if self.best is None else self.best.settings,
            "interrupted": self.interrupted,
            "counts": self.counts,
            "left_out": self.left_out,
            "rows": [
                {
                    "settings": row.settings,
                    "value": row.value,
                    "low": row.low,
                    "high": row.high,
                    "runs": [
                        {
                            "seed": point.seed,
                            "status": point.status,
                            "message": point.message,
                            **point.summary,
                        }
                        for point in row.points
                    ],
                }
                for row in self.rows
            ],
        }


def compared(points: Sequence[Point], by: str | None) -> tuple[str, bool]:
    """Return the figure to compare, and whether more of it is better."""
    built = [point for point in points if point.summary]
    names = {"loss": "min"}
    for point in built:
        for name in point.summary["metrics"]:
            names[name] = point.directions.get(name) or "min"
    if by is None:
        by = "val_loss" if "val_loss" in names else "loss"
    elif built and by not in names:
        raise unknown_name("figure", by, names)
    return by, names.get(by) == "max"


def row_of(
    settings: dict[str, Any], points: tuple[Point, ...], by: str, maximize: bool
) -> SettingResult:
    """Return the runs of one setting with their median and extremes."""
    worst = -math.inf if maximize else math.inf
    values = [worst if (v := point.last(by)) is None else v for point in points]
    figures = statistics.median(values), min(values), max(values)
    value, low, high = (f if math.isfinite(f) else None for f in figures)
    return SettingResult(settings, points, value, low, high)
