"""Where trainings converge, over two settings: a run for each point of a picture.

Sohl-Dickstein, "The boundary of neural network trainability is fractal", 2024.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError
from optlab.experiments.samples import Combinations, Range
from optlab.experiments.sweep_tasks import Tasks, check_paths
from optlab.experiments.sweep_training import Kept, made
from optlab.experiments.together import FEWEST, check_engine
from optlab.typing import Array
from optlab.workers import Jobs

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment

#: A training has converged where the mean of its last so many losses is below its
#: first loss: the measure of the paper.
LAST = 20


@dataclass(frozen=True)
class Trainability:
    """What `trainability` returns.

    Attributes
    ----------
    x, y : str
        Dotted paths.
    x_values, y_values : ndarray
        The values along the axes, ascending.
    converged : ndarray of bool, shape (y, x)
    score : ndarray, shape (y, x)
        Of what converged, the mean of all losses over the first one: less is faster. Of
        what did not, the share of the steps up to NaN or infinity, 1 where none came.
        NaN where a run was refused.
    x_log, y_log : bool
        Whether the values are even in their logarithm.
    one_by_one : dict of str to int
        Why runs were not made in lock step, and how many.
    """

    x: str
    y: str
    x_values: Array
    y_values: Array
    converged: Array
    score: Array
    x_log: bool
    y_log: bool
    one_by_one: dict[str, int] = field(default_factory=dict)

    @property
    def border(self) -> int:
        """The number of points beside one of the other kind."""
        kind = self.converged
        beside = np.zeros_like(kind)
        across, along = kind[:, 1:] != kind[:, :-1], kind[1:] != kind[:-1]
        beside[:, 1:] |= across
        beside[:, :-1] |= across
        beside[1:] |= along
        beside[:-1] |= along
        return int(beside.sum())

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        return {
            "x": self.x,
            "y": self.y,
            "x_values": self.x_values,
            "y_values": self.y_values,
            "converged": self.converged,
            "score": self.score,
            "border": self.border,
        }


def trainability(
    experiment: Experiment,
    x: tuple[str, Range],
    y: tuple[str, Range],
    size: tuple[int, int] = (64, 64),
    *,
    seed: int | None = None,
    engine: str = "auto",
    jobs: Jobs = None,
    progress: Callable[[], Any] | None = None,
) -> Trainability:
    """Train at each point of a grid over two settings, from the same first weights.

    Parameters
    ----------
    experiment : Experiment
    x, y : (str, Range)
        A dotted path, and the range of its numbers.
    size : (int, int)
        Points along x and y.
    seed : int, optional
        The experiment's own where left out.
    engine : {"auto", "lockstep", "single"}
        "auto" trains in lock step what that covers, from some dozens of points on.
    jobs, progress
        As for `optlab.sweep`.

    Raises
    ------
    InputError
        If both paths are the same, the engine is unknown, or a setting makes no valid
        experiment.
    """
    if x[0] == y[0]:
        raise InputError(f"The two settings must differ. Received: {x[0]} twice")
    check_paths((x[0], y[0]))
    if min(size) < 2:
        raise InputError(f"A picture needs two points a side. Received: size={size}")
    check_engine(engine)
    xs, ys = _spaced(x[1], size[0]), _spaced(y[1], size[1])
    combinations = Combinations({y[0]: ys, x[0]: xs})
    for settings in (combinations[0], combinations[len(combinations) - 1]):
        experiment.replace(settings)
    seeds = [experiment.training.seed if seed is None else seed]
    tasks = Tasks(experiment, combinations, seeds)
    count = len(tasks)
    converged = np.zeros(count, bool)
    score = np.full(count, np.nan)
    reasons: Counter[str] = Counter()
    lockstep = engine == "lockstep" or (engine == "auto" and count >= FEWEST)
    kept = Kept(_trained, _judged_together, whole=False)
    for place, (converges, value) in made(tasks, reasons, lockstep, jobs, kept=kept):
        converged[place], score[place] = converges, value
        if progress is not None:
            progress()
    shape = (len(ys), len(xs))
    return Trainability(
        x[0],
        y[0],
        np.array(xs),
        np.array(ys),
        converged.reshape(shape),
        score.reshape(shape),
        x[1].log,
        y[1].log,
        dict(reasons),
    )


def _spaced(axis: Range, count: int) -> list[float]:
    spaced = np.geomspace if axis.log else np.linspace
    return [float(f"{v:.12g}") for v in spaced(axis.low, axis.high, count)]


def _judged_together(
    found: tuple[Array, bool], settings: dict[str, Any], seed: int, steps: int
) -> tuple[bool, float]:
    return _judged(*found, steps)


def _judged(losses: Array, lost: bool, steps: int) -> tuple[bool, float]:
    """Return whether a run converged, and its score."""
    if lost:
        return False, len(losses) / max(steps, 1)
    first = losses[0]
    if not losses[-LAST:].mean() < first:
        return False, 1.0
    return True, float(losses.mean() / first) if first else 0.0


def _trained(
    experiment: Experiment, settings: dict[str, Any], seed: int
) -> tuple[bool, float]:
    """Make one run, in this process or in a worker."""
    try:
        run = experiment.run(seed=seed)
    except (InputError, OSError):
        return False, math.nan
    if run.status == "interrupted":
        raise KeyboardInterrupt
    losses = np.asarray(run.losses, np.float64)
    lost = run.status == "diverged"
    return _judged(losses, lost, experiment.build(seed=seed).steps if lost else 0)
