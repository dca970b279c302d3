"""The trainings of a sweep: in lock step, in processes, or on a cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError
from optlab.experiments.sweep_results import Point
from optlab.experiments.sweep_tasks import Tasks
from optlab.experiments.together import FEWEST, Together
from optlab.workers import Executor, Jobs, run_all

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment
    from optlab.run import Run


@dataclass(frozen=True)
class Kept:
    """What is kept of a run; functions of modules, for workers are told their names.

    Attributes
    ----------
    alone : callable
        ``alone(experiment, settings, seed)`` makes one run.
    together : callable
        ``together(run, settings, seed, steps)``: of what `Together` yields.
    whole : bool
        Whether that is to yield whole runs.
    """

    alone: Callable[..., Any]
    together: Callable[..., Any]
    whole: bool = True


def made(
    tasks: Tasks,
    reasons: Counter[str],
    lockstep: bool,
    jobs: Jobs = None,
    each: float = 0.0,
    kept: Kept | None = None,
) -> Iterator[tuple[int, Any]]:
    """Yield the position of each task, and what is kept of its run, as they come.

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
    kept : Kept, optional
        A point, as a sweep has them, where left out.
    """
    kept = kept or Kept(train, _point_of)
    if lockstep and isinstance(jobs, Executor):
        for position, (found, why) in jobs.outcomes(InLockstep(kept), tasks):
            reasons.update(why)
            yield position, found
        return
    left: list[int] | range = range(len(tasks))
    rest = tasks
    if lockstep:
        done = set()
        together = Together(tasks, kept.whole)
        for position, run in together:
            done.add(position)
            named = tasks.named(position)
            yield position, kept.together(run, *named, together.steps)
        reasons.update(together.reasons)
        left = [k for k in left if k not in done]
        rest = tasks.part(left)
    seconds = each * len(left) if jobs is None else None
    for position, found in run_all(kept.alone, rest, jobs=jobs, seconds=seconds):
        yield left[position], found


class InLockstep:
    """The engine of a worker on a cluster: the runs of a chunk, trained together."""

    #: So many fill the lanes.
    least = FEWEST

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def many(self, tasks: Tasks) -> Iterator[tuple[int, tuple[Any, dict[str, int]]]]:
        """Yield positions, outcomes, and with the last why runs were made alone."""
        reasons: Counter[str] = Counter()
        for position, found in made(tasks, reasons, True, 1, kept=self._kept):
            yield position, (found, dict(reasons))
            reasons.clear()

    def __call__(self, *task: Any) -> tuple[Any, dict[str, int]]:
        """Make one run."""
        return self._kept.alone(*task), {}


def train(experiment: Experiment, settings: dict[str, Any], seed: int) -> Point:
    """Make one run, in this process or in a worker; settings are only noted."""
    try:
        run = experiment.run(seed=seed)
    except (InputError, OSError) as error:
        return Point(settings, seed, "refused", message=str(error))
    if run.status == "interrupted":
        raise KeyboardInterrupt
    return _point(run, settings, seed)


def _point_of(run: Run, settings: dict[str, Any], seed: int, steps: int) -> Point:
    return _point(run, settings, seed)


def _point(run: Run, settings: dict[str, Any], seed: int) -> Point:
    message = run.divergence["message"] if run.divergence else run.did_not_learn
    status = "did_not_learn" if run.did_not_learn else run.status
    return Point(settings, seed, status, run.summary(), run.directions, message)
