"""What the quick matrix runs, and the full one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from optlab.validation.checks.layers import check_layers
from optlab.validation.checks.losses import check_losses
from optlab.validation.checks.schedules import check_schedules
from optlab.validation.matrix.cases import OPTIONS, Case, cases
from optlab.validation.matrix.gradients import REGIMES
from optlab.validation.matrix.harness import Check, run
from optlab.validation.results import Result

DTYPES = ("float32", "float64")

#: A tensor that the kernels cut for threads; TensorFlow needs some time for it.
_LARGE = ((150_001,),)
#: The rules for which threads are tried in the quick matrix.
_THREADED = ("adam", "sgd")


@dataclass(frozen=True)
class Part:
    """Some rows of the report, made one after the other when asked for.

    Attributes
    ----------
    name : str
        For the progress display.
    rows : int
        How many there will be, about.
    make : callable
        Makes them.
    """

    name: str
    rows: int
    make: Callable[[], Iterator[Result]]


def plan(full: bool = False) -> list[Part]:
    """Return the parts of the matrix.

    Parameters
    ----------
    full : bool
        All options on all optimizers, all regimes, 1000 steps, all threads.
    """
    checks = list(_full() if full else _quick())
    steps = 500 if full else 120
    return [
        Part("optimizers", len(checks), lambda: _run_all(checks)),
        Part("losses", 26, check_losses),
        Part("schedules", 8, lambda: check_schedules(steps)),
        Part("layers", 36, check_layers),
    ]


def _run_all(checks: list[Check]) -> Iterator[Result]:
    for check in checks:
        yield from run(check)


def _bare(case: Case) -> bool:
    """Say whether a case has none of the options that all optimizers share."""
    return case.arguments not in OPTIONS


def _quick() -> Iterator[Check]:
    """Yield every rule and option once, in few steps and one mixed regime."""
    for case in cases():
        long = not case.arguments
        yield Check(
            case, "float32", "eager", "mixed", (1, 10, 100) if long else (1, 10)
        )
        yield Check(case, "float64", "eager", "mixed", (1, 10))
    for case in filter(_bare, cases()):
        for mode in ("function", "unoptimized", "xla"):
            yield Check(case, "float32", mode, "mixed", (1, 10))
    yield from _threads(_THREADED)


def _full() -> Iterator[Check]:
    """Yield the whole matrix: a bare rule everywhere, an option in every mode."""
    modes = ("eager", "unoptimized", "function", "xla")
    for case in cases(full=True):
        regimes = list(REGIMES) if _bare(case) else ["mixed"]
        for mode in modes:
            for dtype in DTYPES:
                for regime in regimes:
                    long = _bare(case) and regime == "mixed"
                    steps = (1, 10, 100, 1000) if long else (1, 10, 100)
                    yield Check(case, dtype, mode, regime, steps)
    yield from _threads(tuple(case.name for case in cases()))


def _threads(names: tuple[str, ...]) -> Iterator[Check]:
    """Yield checks of a tensor large enough for the parallel loops."""
    for case in cases():
        if case.name in names and not case.arguments:
            for dtype in DTYPES:
                for threads in (1, 2):
                    yield Check(case, dtype, "eager", "mixed", (1, 3), threads, _LARGE)
