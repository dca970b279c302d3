"""The trainings of a sweep: in lock step, in processes, or on a cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError
from optlab.experiments.sweep_results import Point
from optlab.experiments.sweep_tasks import Tasks
from optlab.experiments.together import FEWEST, Together
from optlab.workers import Executor, Jobs, run_all

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment
    from optlab.run import Run


def made(
    tasks: Tasks,
    reasons: Counter[str],
    lockstep: bool,
    jobs: Jobs = None,
    each: float = 0.0,
) -> Iterator[tuple[int, Point]]:
    """Yield the position of each task, and its point, as they come.

    Parameters
    ----------
    tasks : Tasks
    reasons : Counter
        Is told why runs were made one by one, and how many.
    lockstep : bool
        Whether to make in lock step what that covers.
    jobs : int or Executor, optional
        As for `optlab.workers.run_all`.
    each : float
        An estimate of the seconds of a task.
    """
    if lockstep and isinstance(jobs, Executor):
        for position, (point, why) in jobs.outcomes(InLockstep(), tasks):
            reasons.update(why)
            yield position, point
        return
    left: list[int] | range = range(len(tasks))
    rest = tasks
    if lockstep:
        done = set()
        together = Together(tasks)
        for position, run in together:
            done.add(position)
            yield position, _point(run, *tasks.named(position))
        reasons.update(together.reasons)
        left = [k for k in left if k not in done]
        rest = tasks.part(left)
    seconds = each * len(left) if jobs is None else None
    for position, point in run_all(train, rest, jobs=jobs, seconds=seconds):
        yield left[position], point


class InLockstep:
    """The engine of a worker on a cluster: the runs of a chunk, trained together."""

    #: So many fill the lanes.
    least = FEWEST

    def many(self, tasks: Tasks) -> Iterator[tuple[int, tuple[Point, dict[str, int]]]]:
        """Yield positions, points, and with the last why runs were made alone."""
        reasons: Counter[str] = Counter()
        for position, point in made(tasks, reasons, lockstep=True, jobs=1):
            yield position, (point, dict(reasons))
            reasons.clear()

    def __call__(self, *task: Any) -> tuple[Point, dict[str, int]]:
        """Make one run."""
        return train(*task), {}


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
