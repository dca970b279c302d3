"""Run the variants of a case with all seeds, on all cores where that pays."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from optlab.cases.case import Case
from optlab.cases.case_result import CaseResult
from optlab.cases.findings import Findings
from optlab.cases.variant import Side, Trial
from optlab.experiments.cost import seconds_of
from optlab.workers import Jobs, run_all


def run_case(
    case: Case,
    *,
    jobs: Jobs = None,
    progress: Callable[[], Any] | None = None,
) -> tuple[CaseResult, Findings]:
    """Run a case and judge it.

    Parameters
    ----------
    case : Case
    jobs : int or Cluster, optional
        Worker processes; all processors where left out and the work, as estimated,
        is worth it. Or an `optlab.cluster.Cluster`. It changes no figure.
    progress : callable, optional
        Called, without arguments, after each run.

    Returns
    -------
    outcome : CaseResult
        Without the twin's part; see `optlab.cases.twins`.
    findings : Findings
        With every curve, for pictures.
    """
    begin = time.perf_counter()
    tasks = [
        (name, seed, variant)
        for name, variant in case.variants.items()
        for seed in case.seeds
    ]
    trials: dict[tuple[str, int], Trial] = {}
    outcomes = run_all(
        _train,
        [(variant, seed) for _, seed, variant in tasks],
        jobs=jobs,
        seconds=_estimate(case) if jobs is None else None,
    )
    for index, trial in outcomes:
        name, seed, _ = tasks[index]
        trials[name, seed] = trial
        if progress is not None:
            progress()
    found = Findings(
        {name: [trials[name, seed] for seed in case.seeds] for name in case.variants},
        case.figures,
    )
    outcome = CaseResult.of(case, found, case.judge(found))
    outcome.seconds = time.perf_counter() - begin
    return outcome, found


def _train(variant: Side, seed: int) -> Trial:
    """Make one run, in this process or in a worker."""
    trial = variant.run(seed)
    if trial.status == "interrupted":
        raise KeyboardInterrupt
    return trial


def _estimate(case: Case) -> float:
    """Return an estimate of the seconds of all runs, from what each variant says."""
    first = case.seeds[0]
    seconds = (seconds_of(variant.build(first)) for variant in case.variants.values())
    return len(case.seeds) * sum(seconds)
