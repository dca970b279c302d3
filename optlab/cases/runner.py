"""Run the arms of a case with all seeds, on all cores where that pays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from optlab.cases.arm import Side, Trial
from optlab.cases.case import Case
from optlab.cases.findings import Findings
from optlab.cases.outcome import Outcome

#: Seconds of runs after which it is decided whether worker processes pay, and the
#: seconds of work left from which they do: a worker takes about two to start.
_LOOK, _PAYS = 1.0, 5.0

Task = tuple[str, int, Side]


def run_case(
    case: Case,
    *,
    jobs: int | None = None,
    progress: Callable[[], Any] | None = None,
) -> tuple[Outcome, Findings]:
    """Run a case and judge it.

    Parameters
    ----------
    case : Case
    jobs : int, optional
        Worker processes; decided by the time that the first runs take if left out. It
        changes no figure.
    progress : callable, optional
        Called, without arguments, after each run.

    Returns
    -------
    outcome : Outcome
        Without the twin's part; see `optlab.cases.twins`.
    findings : Findings
        With every curve, for pictures.
    """
    begin = time.perf_counter()
    tasks = [
        (name, seed, arm) for name, arm in case.arms.items() for seed in case.seeds
    ]
    trials: dict[tuple[str, int], Trial] = {}
    for name, trial in _all(tasks, jobs):
        if trial.status == "interrupted":
            raise KeyboardInterrupt
        trials[name, trial.seed] = trial
        if progress is not None:
            progress()
    found = Findings(
        {name: [trials[name, seed] for seed in case.seeds] for name in case.arms},
        case.figures,
    )
    outcome = Outcome.of(case, found, case.judge(found))
    outcome.seconds = time.perf_counter() - begin
    return outcome, found


def _all(tasks: Sequence[Task], jobs: int | None) -> Iterator[tuple[str, Trial]]:
    """Run all tasks; yield each arm's name and trial as it ends."""
    begin = time.perf_counter()
    done = 0
    if jobs is None:
        jobs = _cores()
        while done < len(tasks):
            spent = time.perf_counter() - begin
            left = spent / max(done, 1) * (len(tasks) - done)
            if jobs > 1 and spent > _LOOK and left > _PAYS:
                break
            yield _run(*tasks[done])
            done += 1
    rest = tasks[done:]
    if jobs == 1 or len(rest) < 2:
        for task in rest:
            yield _run(*task)
        return
    from joblib import Parallel, delayed, parallel_config

    with parallel_config(backend="loky", inner_max_num_threads=1):
        yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(
            delayed(_run)(*task) for task in rest
        )


def _run(name: str, seed: int, arm: Side) -> tuple[str, Trial]:
    """Make one run, in this process or in a worker."""
    return name, arm.run(seed)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
