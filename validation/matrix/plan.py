"""What the quick matrix runs, and the full one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from optlab.optimizers import TWINS
from optlab.validation.checks.drawn_layers import check_drawn_layers
from optlab.validation.checks.fits import FITS, check_fits
from optlab.validation.checks.golden import ROWS, check_golden
from optlab.validation.checks.layers import check_layers, stacks
from optlab.validation.checks.losses import LOSSES, check_losses
from optlab.validation.checks.metrics import METRICS, check_metrics
from optlab.validation.checks.schedules import SCHEDULES, check_schedules
from optlab.validation.draws import DRAWS
from optlab.validation.matrix.cases import (
    OPTIONS,
    OptimizerCase,
    cases,
    odd_cases,
    paired_cases,
    works_in_keras,
)
from optlab.validation.matrix.drawing import check_drawn
from optlab.validation.matrix.gradients import REGIMES
from optlab.validation.matrix.harness import Check, run
from optlab.validation.matrix.models import modelled
from optlab.validation.results import Result
from optlab.validation.runs.check import check_runs

DTYPES = ("float32", "float64")

#: A tensor that the kernels cut for threads; TensorFlow needs some time for it.
_LARGE = ((150_001,),)
#: Shapes that are easily forgotten: 0-d, empty, one tensor, wide and tall, many axes.
_SHAPES: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((),),
    ((0,), (3,)),
    ((20, 6),),
    ((6, 20), (31, 3), (1, 9)),
    ((7,),),
    ((3, 4, 5), (2,)),
)
#: A size of first parameters whose squares are subnormal in float32.
_TINY = 1e-21
#: Random configurations of the full matrix; those of one optimizer where asked for.
_RANDOM, _RANDOM_OF_ONE = 300, 30
#: Random configurations of each layer.
_DRAWS, _QUICK_DRAWS = 40, 2
#: Rows of a part of these for the second process.
_PIECE = 25
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
        How many there will be.
    make : callable
        Makes them; it can be sent to another process.
    """

    name: str
    rows: int
    make: Callable[[], Iterator[Result]]


def plan(full: bool = False, only: Sequence[str] = ()) -> list[Part]:
    """Return the parts of the matrix.

    Parameters
    ----------
    full : bool
        All options on all optimizers, all regimes and dtypes, 1000 steps, all
        threads.
    only : sequence of str
        Names of optimizers, and of other parts: "layers", "losses", ...; with any,
        nothing but these is checked.
    """
    checks = [c for c in (_full() if full else _quick()) if works_in_keras(c.case.name)]
    named = [name for name in only if name in TWINS]
    if only:
        checks = [check for check in checks if check.case.name in named]
    # The second half for a second process; the quick one has the other parts besides.
    half = len(checks) // 2 if full else len(checks)
    parts = [
        Part("optimizers", _rows(some), partial(_run_all, some))
        for some in (checks[:half], checks[half:])
        if some
    ]
    if full and (named or not only):
        count = _RANDOM_OF_ONE * len(named) or _RANDOM
        parts += random_parts(count, 0, named)
    return [*parts, *(p for p in _others(full) if not only or p.name in only)]


def _others(full: bool) -> list[Part]:
    """Return the parts that are not about optimizers."""
    dtypes = DTYPES if full else ("float32",)
    steps, rates, draws = (200, 500, _DRAWS) if full else (50, 120, _QUICK_DRAWS)
    runs = [("digits", dtype, steps) for dtype in (DTYPES if full else ("float64",))]
    return [
        Part("runs", len(runs), partial(check_runs, runs)),
        *([Part("fits", len(FITS), check_fits)] if full else []),
        Part("golden", ROWS, check_golden),
        Part("losses", len(LOSSES) * len(dtypes), partial(check_losses, dtypes)),
        Part("metrics", len(METRICS), check_metrics),
        Part("schedules", len(SCHEDULES), partial(check_schedules, rates)),
        Part("layers", len(stacks()) * len(dtypes), partial(check_layers, dtypes)),
        Part(
            "layers",
            len(DRAWS) * len(dtypes),
            partial(check_drawn_layers, dtypes, draws),
        ),
    ]


def eager_parts(wanted: Sequence[str]) -> list[Part]:
    """Return the parts of the full matrix that are about some optimizers or groups.

    Parameters
    ----------
    wanted : sequence of str
        Names of optimizers, of which the short checks in eager mode are returned, those
        first that need no compiling; and of other groups: "losses", "layers", ...
    """
    names = [name for name in wanted if name in TWINS]
    parts = [part for part in _others(full=True) if part.name in wanted]
    checks = [c for c in _combined() if c.case.name in names]
    checks.sort(key=lambda check: check.engine == "numba")
    checks += _threads(names)
    if checks:
        parts.append(Part("optimizers", len(checks), partial(_run_all, checks)))
        parts += random_parts(_RANDOM_OF_ONE * len(names), 0, names)
    return parts


def random_parts(count: int, seed: int, only: Sequence[str] = ()) -> list[Part]:
    """Return parts that check random configurations; see `draw_check`.

    Parameters
    ----------
    count : int
        How many.
    seed : int
        Of the series.
    only : sequence of str
        Names of optimizers; with any, nothing but these is drawn.
    """
    half = -(-count // 2)
    starts = [0, *range(half, count, _PIECE)]
    ranges = [range(a, b) for a, b in itertools.pairwise([*starts, count])]
    return [
        Part("random", len(r), partial(check_drawn, seed, r, tuple(only)))
        for r in ranges
    ]


def _rows(checks: list[Check]) -> int:
    """Count the rows: two where a mode has a model."""
    return sum(
        1 if modelled(check.case.build(), check.mode) is None else 2 for check in checks
    )


def _run_all(checks: list[Check]) -> Iterator[Result]:
    for check in checks:
        yield from run(check)


def _bare(case: OptimizerCase) -> bool:
    """Say whether a case has none of the options that all optimizers share."""
    return case.arguments not in OPTIONS


def _quick() -> Iterator[Check]:
    """Yield every rule and option once, in few steps and one mixed regime.

    In float64 our side runs most rules as they are written, to save the time that
    compiling them would take on a new machine.
    """
    for case in cases():
        long = not case.arguments
        yield Check(
            case, "float32", "eager", "mixed", (1, 10, 100) if long else (1, 10)
        )
        engine = "numba" if case.name in _THREADED and long else "numpy"
        yield Check(case, "float64", "eager", "mixed", (1, 10), engine=engine)
    for case in odd_cases():
        yield Check(case, "float32", "eager", "mixed", (1, 10), engine="numpy")
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
    yield from _combined()
    yield from _threads(tuple(case.name for case in cases()))


def _combined() -> Iterator[Check]:
    """Yield odd arguments, pairs of options, odd shapes and starts, in eager mode."""
    for dtype in DTYPES:
        for case in odd_cases():
            for regime in ("mixed", "ordinary", "subnormal"):
                yield Check(case, dtype, "eager", regime, (1, 10))
            for start in (0.0, _TINY):
                yield Check(
                    case,
                    dtype,
                    "eager",
                    "ordinary",
                    (1, 10),
                    engine="numpy",
                    start=start,
                )
            for k, shapes in enumerate(_SHAPES):
                yield Check(
                    case,
                    dtype,
                    "eager",
                    "ordinary",
                    (1, 10),
                    engine="numpy",
                    shapes=shapes,
                    arena=k % 2 == 0,
                    exchange=3,
                )
        for case in paired_cases():
            yield Check(case, dtype, "eager", "mixed", (1, 10), engine="numpy")


def _threads(names: Sequence[str]) -> Iterator[Check]:
    """Yield checks of a tensor large enough for the parallel loops."""
    for case in cases():
        if case.name in names and not case.arguments:
            for dtype in DTYPES:
                for threads in (1, 2):
                    yield Check(
                        case, dtype, "eager", "mixed", (1, 3), threads, shapes=_LARGE
                    )
