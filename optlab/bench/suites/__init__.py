"""The suites: each module's ``cases(plan)`` returns what it times."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

from optlab.bench.case import Benchmark
from optlab.bench.plan import Plan
from optlab.errors import unknown_name

#: Name on the command line -> module here, and what it times.
SUITES = {
    "step": ("step", "optimizer steps"),
    "loss": ("losses", "losses with their gradients"),
    "dense": ("dense", "a dense layer, forward and backward"),
    "fit": ("fit", "training"),
    "sweep": ("sweeps", "many trainings of one small network"),
    "layers": ("layers", "training convolutions and recurrence"),
    "compile": ("startup", "imports, and compiling cold and warm"),
    "schedule": ("schedules", "learning rate schedules"),
    "threads": ("threads", "steps on 1, 2, all threads"),
}


def cases(names: Iterable[str], plan: Plan) -> list[Benchmark]:
    """Return the cases of some suites; "all" stands for every one.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    found = []
    for name in names:
        if name != "all" and name not in SUITES:
            raise unknown_name("suite", name, {*SUITES, "all"})
        for suite in SUITES if name == "all" else (name,):
            module = importlib.import_module(f"optlab.bench.suites.{SUITES[suite][0]}")
            found += module.cases(plan)
    return found
