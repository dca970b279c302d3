"""Many trainings of one small network: in lock step, one by one, and by jax.vmap."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.bench.case import OURS, Benchmark, Subject
from optlab.bench.plan import Plan
from optlab.bench.work import SweepWork
from optlab.experiments import sweep


def cases(plan: Plan) -> list[Benchmark]:
    """Return a sweep of 128 rates, and one of 1,024."""
    return [
        _case(plan, SweepWork(runs)) for runs in ((128,) if plan.quick else (128, 1024))
    ]


def _case(plan: Plan, work: SweepWork) -> Benchmark:
    return Benchmark(
        "sweep",
        "sweep",
        f"{work.runs} rates, 16-16-1, {work.steps} steps on {work.rows} rows",
        {
            OURS: lambda: _ours(work, "lockstep"),
            "one by one": lambda: _ours(work, "single"),
            **plan.rivals("sweep", work),
        },
        unit_count=work.runs,
        unit="training",
        budget=6.0,
    )


def _ours(work: SweepWork, engine: str) -> Subject:
    """Call `optlab.sweep` in this process."""
    ended: list[Any] = []

    def run() -> None:
        found = sweep(work.experiment, {work.path: work.rates}, jobs=1, engine=engine)
        if found.interrupted:
            raise KeyboardInterrupt
        ended[:] = [row.points[0].last("loss") for row in found.rows]

    name = OURS if engine == "lockstep" else "one by one"
    why = "sums in another order, over all steps"
    return Subject(name, run, lambda: [np.array(ended)], 1, 1e-3, why)
