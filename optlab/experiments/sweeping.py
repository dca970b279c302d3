"""`sweep`: one experiment over a grid of settings, on all cores where that pays."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError, unknown_name
from optlab.experiments.cost import seconds_of
from optlab.experiments.sweep_store import SweepStore
from optlab.experiments.together import FEWEST, PAYS, Together
from optlab.lookup import is_count
from optlab.workers import run_all

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment
    from optlab.run import Run

#: How the runs of a sweep are made.
ENGINES = ("auto", "lockstep", "single")


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


@dataclass(frozen=True)
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
    """

    grid: dict[str, list[Any]]
    by: str
    maximize: bool
    rows: tuple[SettingResult, ...]
    interrupted: bool = False
    one_by_one: dict[str, int] = field(default_factory=dict)

    @property
    def best(self) -> SettingResult | None:
        """The row with the best value; None where every run diverged."""
        done = [(row.value, row) for row in self.rows if row.value is not None]
        pick = max if self.maximize else min
        return pick(done, key=lambda pair: pair[0], default=(None, None))[1]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain dictionaries, ready for JSON."""
        return {
            "grid": self.grid,
            "by": self.by,
            "best": None if self.best is None else self.best.settings,
            "interrupted": self.interrupted,
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


def sweep(
    experiment: Experiment,
    grid: Mapping[str, Sequence[Any]],
    *,
    seeds: int | Sequence[int] = 1,
    by: str | None = None,
    jobs: int | None = None,
    engine: str = "auto",
    store: SweepStore | None = None,
    progress: Callable[[], Any] | None = None,
) -> Sweep:
    """Run an experiment with every combination of some settings.

    Parameters
    ----------
    experiment : Experiment
        What is changed.
    grid : mapping
        Dotted path -> values to try, ``{"optimizer.learning_rate": [0.1, 0.01]}``.
    seeds : int or sequence of int
        The seeds of each combination, or how many, from the experiment's own on.
    by : str, optional
        The figure to compare at the end of the runs; "val_loss" where there is one,
        else "loss".
    jobs : int, optional
        Worker processes; all processors where left out and the work, as estimated,
        is worth it. It changes no result.
    engine : {"auto", "lockstep", "single"}
        Whether small dense models are trained in lock step, many at a time: see
        `optlab.training.lockstep`. "auto" does so where it pays. What lock step does
        not cover is made one by one; `Sweep.one_by_one` says why. The order of sums
        differs, so the last digits do.
    store : SweepStore, optional
        Where each run is kept when it is done; what is there already is not run again.
    progress : callable, optional
        Called, without arguments, after each run.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If a combination is no valid experiment, or `by` is no figure of the runs.

    Examples
    --------
    >>> from optlab.experiments import find
    >>> found = sweep(find("booth"), {"optimizer.learning_rate": [1e-4, 0.01]})
    >>> found.best.settings
    {'optimizer.learning_rate': 0.01}
    """
    if not hasattr(experiment, "replace") or not hasattr(experiment, "training"):
        raise InputError(
            f"`experiment` must be an Experiment. Received: {experiment!r}; "
            "`optlab.experiments.find` returns one by its name or file."
        )
    tried = {}
    for path, values in grid.items() if isinstance(grid, Mapping) else ():
        listed = isinstance(values, (Sequence, np.ndarray)) and np.ndim(values) != 0
        tried[path] = list(values) if listed and not isinstance(values, str) else []
    if not tried or not all(tried.values()):
        raise InputError(
            "`grid` must be a table of paths, each with a list of at least one value. "
            f"Received: grid={grid!r}"
        )
    if engine not in ENGINES:
        raise unknown_name("engine", engine, ENGINES)
    wanted = _seeds(seeds, experiment.training.seed)
    combinations = [
        dict(zip(tried, values, strict=True))
        for values in itertools.product(*tried.values())
    ]
    tasks = [
        (changed, settings, seed)
        for changed, settings in ((experiment.replace(s), s) for s in combinations)
        for seed in wanted
    ]
    points: list[Point | None] = [None] * len(tasks)
    interrupted = False
    if store is not None:
        for index, (_, settings, seed) in enumerate(tasks):
            kept = store.kept(settings, seed)
            if kept is not None:
                points[index] = Point(settings, seed, **kept)

    def keep(index: int, point: Point) -> None:
        points[index] = point
        if store is not None:
            store.keep(point)
        if progress is not None:
            progress()

    due = [index for index, point in enumerate(points) if point is None]
    left = [tasks[index] for index in due]
    many = engine == "auto" and len(left) >= FEWEST
    each = _seconds_each(left) if left and (jobs is None or many) else 0.0
    together = None
    if engine == "lockstep" or (many and each * len(left) >= PAYS):
        together = Together(left)
    try:
        for position, run in together or ():
            keep(due[position], _point(run, *left[position][1:]))
        due = [index for index in due if points[index] is None]
        left = [tasks[index] for index in due]
        seconds = each * len(left) if jobs is None else None
        for position, point in run_all(train, left, jobs=jobs, seconds=seconds):
            keep(due[position], point)
    except KeyboardInterrupt:
        interrupted = True
    done = [point for point in points if point is not None]
    figure, maximize = _compared(done, by)
    rows = []
    for k, settings in enumerate(combinations):
        runs = points[k * len(wanted) : (k + 1) * len(wanted)]
        finished = tuple(point for point in runs if point is not None)
        if finished:
            rows.append(_row(settings, finished, figure, maximize))
    reasons = {} if together is None else together.reasons
    return Sweep(tried, figure, maximize, tuple(rows), interrupted, reasons)


def _seeds(seeds: Any, first: int) -> list[int]:
    if is_count(seeds, 1):
        return list(range(first, first + int(seeds)))
    listed = isinstance(seeds, Sequence) and not isinstance(seeds, (str, bytes))
    if listed and seeds and all(is_count(seed, 0) for seed in seeds):
        return [int(seed) for seed in seeds]
    raise InputError(
        "`seeds` must be a number of at least 1, or a list of seeds that is not empty. "
        f"Received: seeds={seeds!r}"
    )


def train(experiment: Experiment, settings: dict[str, Any], seed: int) -> Point:
    """Make one run, in this process or in a worker; settings are only noted."""
    try:
        run = experiment.run(seed=seed)
    except (InputError, OSError) as error:
        return Point(settings, seed, "refused", message=str(error))
    if run.status == "interrupted":
        raise KeyboardInterrupt
    return _point(run, settings, seed)


def _point(run: Run, settings: dict[str, Any], seed: int) -> Point:
    message = run.divergence["message"] if run.divergence else run.did_not_learn
    status = "did_not_learn" if run.did_not_learn else run.status
    return Point(settings, seed, status, run.summary(), run.directions, message)


def _seconds_each(tasks: Sequence[tuple[Experiment, dict[str, Any], int]]) -> float:
    """Return an estimate of the seconds of a task, from the first and the last."""
    found = []
    for experiment, _, seed in (tasks[0], tasks[-1]):
        try:
            found.append(seconds_of(experiment.build(seed=seed)))
        except (InputError, OSError):
            continue  # that one will be refused
    return statistics.fmean(found or [0.0])


def _compared(points: Sequence[Point], by: str | None) -> tuple[str, bool]:
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


def _row(
    settings: dict[str, Any], points: tuple[Point, ...], by: str, maximize: bool
) -> SettingResult:
    worst = -math.inf if maximize else math.inf
    values = [worst if (v := point.last(by)) is None else v for point in points]
    figures = statistics.median(values), min(values), max(values)
    value, low, high = (f if math.isfinite(f) else None for f in figures)
    return SettingResult(settings, points, value, low, high)
