"""Compare optimizers: each tuned under the same budget, then run with fresh seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError, unknown_name
from optlab.experiments.comparison import Comparison, Tuned
from optlab.experiments.samples import Range
from optlab.experiments.sweeping import sweep
from optlab.typing import Array
from optlab.workers import Jobs, run_all

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment

#: How the learning rate goes over a training, from a rate and the number of steps.
SCHEDULES: dict[str, Callable[[float, int], Any]] = {
    "constant": lambda rate, steps: rate,
    "cosine": lambda rate, steps: {
        "name": "cosine_decay",
        "initial_learning_rate": rate,
        "decay_steps": steps,
    },
    "linear": lambda rate, steps: {
        "name": "polynomial_decay",
        "initial_learning_rate": rate,
        "decay_steps": steps,
        "end_learning_rate": 0.0,
    },
    "exponential": lambda rate, steps: {
        "name": "exponential_decay",
        "initial_learning_rate": rate,
        "decay_steps": steps,
        "decay_rate": 0.01,
    },
}
#: Rates that are tried: those of all optimizers, from Adam's lowest to Adadelta's.
RATES = Range(1e-5, 10.0, log=True)
#: Starts of an analytic function lie about its own, this far off.
_SPREAD = 0.3


def compare(
    experiments: Sequence[Experiment],
    optimizers: Sequence[str],
    *,
    budget: int = 25,
    seeds: int = 10,
    schedules: Sequence[str] = ("constant",),
    engine: str = "auto",
    jobs: Jobs = None,
    progress: Callable[[], Any] | None = None,
) -> Comparison:
    """Compare optimizers on some problems.

    Parameters
    ----------
    experiments : sequence of Experiment
        The problems; their own optimizers do not count. "val_loss" is compared where
        there is one, else "loss".
    optimizers : sequence of str
        Names; all other arguments are at their defaults.
    budget : int
        Trainings that tune the learning rate of each optimizer and schedule on each
        problem: the same for all, evenly spaced by the logarithm in [1e-5, 10].
    seeds : int
        Runs with the best rate, with seeds that the tuning has not seen.
    schedules : sequence of str
        Of `SCHEDULES`; each optimizer with each is a competitor.
    engine, jobs
        As for `optlab.sweep`.
    progress : callable, optional
        Called, without arguments, after each run.

    Raises
    ------
    InputError
        If a name is unknown or comes twice, or a problem cannot be run.
    """
    for label, given in (("optimizer", optimizers), ("schedule", schedules)):
        if not given or len(set(given)) < len(given):
            raise InputError(f"Compare needs {label}s, each once. Received: {given!r}")
    for name in schedules:
        if name not in SCHEDULES:
            raise unknown_name("schedule", name, SCHEDULES)
    if budget < 1 or seeds < 2:
        raise InputError(
            "Compare needs a budget of one run and two seeds at least. "
            f"Received: budget={budget!r}, seeds={seeds!r}"
        )
    names = _names(experiments)
    competitors = {
        o if len(schedules) == 1 else f"{o} {s}": (o, s)
        for o in optimizers
        for s in schedules
    }
    rates = [RATES.at((k + 0.5) / budget) for k in range(budget)]
    by: dict[str, str] = {}
    found: dict[tuple[str, str], Tuned] = {}
    for problem, experiment in zip(names, experiments, strict=True):
        steps = experiment.build().steps
        settings = [
            {"optimizer": {"name": o, "learning_rate": SCHEDULES[s](rate, steps)}}
            for o, s in competitors.values()
            for rate in rates
        ]
        first = experiment.training.seed
        tuning = sweep(
            experiment,
            settings,
            seeds=[first],
            engine=engine,
            jobs=jobs,
            progress=progress,
        )
        try:
            tuning.complete()
        except InputError as error:
            raise InputError(f"{problem}: {error}") from error
        by[problem] = tuning.by
        ends = np.array([tuning.loss_of(row.value) for row in tuning.rows])
        ends = ends.reshape(len(competitors), budget)
        tasks = []
        for k, (o, s) in enumerate(competitors.values()):
            rate = rates[int(np.argmin(ends[k]))]
            best = {"name": o, "learning_rate": SCHEDULES[s](rate, steps)}
            tuned = experiment.replace({"optimizer": best})
            tasks += [
                (_moved(tuned, first + 1 + seed), first + 1 + seed, tuning.by)
                for seed in range(seeds)
            ]
        outcomes: list[Any] = [None] * len(tasks)
        for index, outcome in run_all(_final, tasks, jobs=jobs):
            outcomes[index] = outcome
            if progress is not None:
                progress()
        for k, name in enumerate(competitors):
            own = outcomes[k * seeds : (k + 1) * seeds]
            lost = not np.isfinite(ends[k]).any()
            found[problem, name] = Tuned(
                None if lost else rates[int(np.argmin(ends[k]))],
                np.array(rates),
                ends[k],
                np.array([end for end, _ in own]),
                [curve for _, curve in own],
            )
    return Comparison(tuple(names), tuple(competitors), by, budget, seeds, found)


def _names(experiments: Sequence[Experiment]) -> list[str]:
    if not experiments:
        raise InputError("Compare needs at least one problem.")
    names = [each.name or f"problem {k + 1}" for k, each in enumerate(experiments)]
    if len(set(names)) < len(names):
        raise InputError(f"The problems need different names. Received: {names}")
    return names


def _moved(experiment: Experiment, seed: int) -> Experiment:
    """Return the experiment; on a function, which has no randomness, from elsewhere."""
    if experiment.function is None:
        return experiment
    built = experiment.build()
    start: Array = np.asarray(
        built.fit_arguments.get("start", built.problem.start), np.float64
    )
    drawn = np.random.default_rng([seed, 7]).standard_normal(start.shape)
    return experiment.replace({"function.start": (start + _SPREAD * drawn).tolist()})


def _final(experiment: Experiment, seed: int, by: str) -> tuple[float, Array]:
    """Make one run; return where it ended, and its curve on the training rows."""
    run = experiment.run(seed=seed)
    if run.status == "interrupted":
        raise KeyboardInterrupt
    curve = np.asarray(run.history["loss"], np.float64)
    end = run.history[by][-1] if run.history.get(by) else math.inf
    if run.status == "diverged" or not math.isfinite(end):
        return math.inf, curve
    return (-end if run.directions.get(by) == "max" else end), curve
