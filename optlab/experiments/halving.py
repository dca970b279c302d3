r"""Successive halving: many settings a short time, the best of them longer.

All n settings are trained 1/27, say, of the time; the best third of them three times
as long, and so on, until few are trained the whole time. Each training starts anew,
so that schedules are those of its own length. Jamieson, Talwalkar, "Non-stochastic
best arm identification and hyperparameter optimization", 2016.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError
from optlab.experiments.building import EPOCHS, STEPS
from optlab.experiments.samples import Settings
from optlab.experiments.sweep_results import Sweep
from optlab.experiments.sweeping import sweep
from optlab.workers import Jobs

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment
    from optlab.experiments.sweep_store import SweepStore

#: A third goes on, three times as long.
SHARE = 3


def _length(experiment: Experiment) -> tuple[str, int]:
    """Return the path of the length of a training, and the length."""
    training = experiment.training
    if training.steps is not None or experiment.function is not None:
        return "training.steps", training.steps or STEPS
    return "training.epochs", training.epochs or EPOCHS


def rungs(experiment: Experiment, count: int) -> list[tuple[int, int]]:
    """Return length and number of settings of each rung.

    Parameters
    ----------
    experiment : Experiment
    count : int
        Settings to begin with.

    Examples
    --------
    >>> from optlab.experiments import find
    >>> rungs(find("booth").replace({"training.steps": 90}), 27)
    [(3, 27), (10, 9), (30, 3), (90, 1)]
    """
    length = _length(experiment)[1]
    found = []
    above = 0
    while count // SHARE**above >= 1 and length // SHARE**above >= 1:
        found.append((length // SHARE**above, count))
        above += 1
    many = len(found)
    return [
        (length // SHARE ** (many - 1 - k), max(1, count // SHARE**k))
        for k in range(many)
    ]


def halve(
    experiment: Experiment,
    grid: Sequence[Settings],
    *,
    seeds: int | Sequence[int] = 1,
    by: str | None = None,
    jobs: Jobs = None,
    engine: str = "auto",
    store: SweepStore | None = None,
    progress: Callable[[], Any] | None = None,
) -> Sweep:
    """Find good settings by successive halving.

    Parameters
    ----------
    experiment : Experiment
        With the length of the longest trainings.
    grid : sequence of dict
        The settings to begin with.
    seeds, by, jobs, engine, store, progress
        As for `optlab.sweep`.

    Returns
    -------
    Sweep
        All rungs: a setting has the length with it, and the best is of the last rung.

    Raises
    ------
    InputError
        If the settings hold the length, or as `optlab.sweep`.
    """
    path = _length(experiment)[0]
    if any(path in settings for settings in grid[:1]):
        raise InputError(f"Halving sets {path} itself; leave it out of the settings.")
    if store is not None:
        store.halves(path)
    going: list[Settings] = list(grid)
    found: Sweep | None = None
    rows: list[Any] = []
    tried: dict[str, list[Any]] = {}
    counts: dict[str, int] = {}
    for length, count in rungs(experiment, len(going)):
        going = going[:count]
        longer = [{**settings, path: length} for settings in going]
        found = sweep(
            experiment,
            longer,
            seeds=seeds,
            by=by,
            jobs=jobs,
            engine=engine,
            store=store,
            progress=progress,
        )
        rows = [*found.rows, *rows]
        tried = tried or found.grid
        for status, number in found.counts.items():
            counts[status] = counts.get(status, 0) + number
        if found.interrupted:
            break
        going = [
            {key: value for key, value in row.settings.items() if key != path}
            for row in found.ranked
            if row.value is not None
        ]
        if not going:
            break
    if found is None:
        raise InputError("Halving needs at least one setting.")
    return Sweep(
        {**tried, path: sorted({row.settings[path] for row in rows})},
        found.by,
        found.maximize,
        tuple(rows),
        found.interrupted,
        found.one_by_one,
        counts=counts,
        finalists=len(found.rows),
    )
