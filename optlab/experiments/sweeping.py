"""`sweep`: one experiment with many settings, on all cores where that pays."""

from __future__ import annotations

import dataclasses
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError
from optlab.experiments.cost import seconds_of
from optlab.experiments.samples import Combinations, Settings
from optlab.experiments.sweep_results import Point, Sweep, compared, row_of
from optlab.experiments.sweep_store import SweepStore
from optlab.experiments.sweep_tasks import Task, Tasks, check_paths
from optlab.experiments.sweep_training import made
from optlab.experiments.together import FEWEST, PAYS, check_engine
from optlab.lookup import is_count
from optlab.workers import Jobs

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment

#: Runs that are held in memory where a store has them; so many settings are checked
#: before the first run.
IN_MEMORY, CHECKED = 20_000, 4096
#: The best settings of a larger sweep, which are read from the store.
_BEST = 1000


def sweep(
    experiment: Experiment,
    grid: Mapping[str, Sequence[Any]] | Sequence[Settings],
    *,
    seeds: int | Sequence[int] = 1,
    by: str | None = None,
    jobs: Jobs = None,
    engine: str = "auto",
    store: SweepStore | None = None,
    progress: Callable[[], Any] | None = None,
) -> Sweep:
    """Run an experiment with every combination of some values, or with settings.

    Parameters
    ----------
    experiment : Experiment
        What is changed.
    grid : mapping or sequence of mapping
        Dotted path -> values to try, ``{"optimizer.learning_rate": [0.1, 0.01]}``; or
        a list of settings, dotted path -> value, as `optlab.experiments.samples.sample`
        draws them.
    seeds : int or sequence of int
        The seeds of each combination, or how many, from the experiment's own on.
    by : str, optional
        The figure to compare at the end of the runs; "val_loss" where there is one,
        else "loss".
    jobs : int or Cluster, optional
        Worker processes; all processors where left out and the work, as estimated,
        is worth it. Or an `optlab.cluster.Cluster`. It changes no result.
    engine : {"auto", "lockstep", "single"}
        Whether small dense models are trained in lock step, many at a time: see
        `optlab.training.lockstep`. "auto" does so where it pays. What lock step does
        not cover is made one by one; `Sweep.one_by_one` says why. The order of sums
        differs, so the last digits do.
    store : SweepStore, optional
        Where each run is kept when it is done; what is there already is not run again.
        The rows of a sweep of more than 20,000 runs are then the best 1,000 settings:
        memory does not grow with the runs.
    progress : callable, optional
        Called, without arguments, after each run.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If a combination is no valid experiment, or `by` is no figure of the runs. Of
        more than 4,096 settings only one with each value is looked at beforehand; what
        turns out to be invalid later is "refused".

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
    combinations, tried = _combinations(grid)
    check_paths(tried)
    check_engine(engine)
    tasks = Tasks(experiment, combinations, _seeds(seeds, experiment.training.seed))
    tasks.check(CHECKED)
    points: dict[int, Point] = {}
    in_memory = store is None or len(tasks) <= IN_MEMORY
    due: Sequence[int] = range(len(tasks))
    if store is not None:
        due = []
        for index in range(len(tasks)):
            settings, seed = tasks.named(index)
            kept = store.kept(settings, seed)
            if kept is None:
                due.append(index)
            elif in_memory:
                points[index] = Point(settings, seed, **kept)
    interrupted = False

    def keep(index: int, point: Point) -> None:
        if in_memory:
            points[index] = point
        if store is not None:
            store.keep(point)
        if progress is not None:
            progress()

    left = tasks.only(due)
    many = engine == "auto" and len(left) >= FEWEST
    each = _seconds_each(left) if len(left) and (jobs is None or many) else 0.0
    lockstep = engine == "lockstep" or (many and each * len(left) >= PAYS)
    reasons: Counter[str] = Counter()
    try:
        for position, point in made(left, reasons, lockstep, jobs, each):
            keep(due[position], point)
    except KeyboardInterrupt:
        interrupted = True
    if store is not None and not in_memory:
        store.commit()
        found = store.best(by, _BEST)
        return dataclasses.replace(
            found, grid=tried, interrupted=interrupted, one_by_one=dict(reasons)
        )
    figure, maximize = compared(list(points.values()), by)
    rows = []
    count = len(tasks.seeds)
    for k, settings in enumerate(combinations):
        places = range(k * count, (k + 1) * count)
        finished = tuple(points[place] for place in places if place in points)
        if finished:
            rows.append(row_of(settings, finished, figure, maximize))
    return Sweep(
        tried,
        figure,
        maximize,
        tuple(rows),
        interrupted,
        dict(reasons),
        counts=dict(Counter(point.status for point in points.values())),
    )


def _combinations(grid: Any) -> tuple[Sequence[Settings], dict[str, list[Any]]]:
    """Return the settings, and the values of each path."""
    if isinstance(grid, Sequence) and not isinstance(grid, str):
        if isinstance(grid, Combinations):
            return grid, {path: list(each) for path, each in grid.values.items()}
        if grid and all(isinstance(each, Mapping) and each for each in grid):
            values: dict[str, dict[str, Any]] = {}
            for each in grid:
                for path, value in each.items():
                    values.setdefault(path, {}).setdefault(repr(value), value)
            return grid, {path: list(each.values()) for path, each in values.items()}
    tried = {}
    for path, values_of in grid.items() if isinstance(grid, Mapping) else ():
        listed = isinstance(values_of, (Sequence, np.ndarray)) and np.ndim(values_of)
        tried[path] = (
            list(values_of) if listed and not isinstance(values_of, str) else []
        )
    if not tried or not all(tried.values()):
        raise InputError(
            "`grid` must be a table of paths, each with a list of at least one value, "
            f"or a list of settings. Received: grid={grid!r}"
        )
    return Combinations(tried), tried


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


def _seconds_each(tasks: Sequence[Task]) -> float:
    """Return an estimate of the seconds of a task, from the first and the last."""
    found = []
    for experiment, _, seed in (tasks[0], tasks[-1]):
        try:
            found.append(seconds_of(experiment.build(seed=seed)))
        except (InputError, OSError):
            continue  # that one will be refused
    return statistics.fmean(found or [0.0])
