"""Time several things side by side: A B A B, so that a busy moment hits all of them.

A round calls each subject once untimed, which brings its data into the caches and its
threads to life, and then so often that the clock's grain does not matter. A call of
`LONG` seconds needs neither. Before its turn a subject rests, and garbage is not
collected meanwhile.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

#: Seconds that the timed calls of one round should take.
ROUND = 2e-3
#: Calls from here on are timed one by one, without one before.
LONG = 0.05
#: Seconds of rest before a subject's turn: threads of the one before it, which wait for
#: more work in a busy loop, have then gone to sleep.
REST = 3e-3
#: Rounds, even where they take `_PATIENCE` times the budget; and at most.
FEWEST, MOST = 5, 400
_PATIENCE = 3.0
_MOST_CALLS = 1_000_000

Clock = Callable[[], float]


@dataclass
class Timing:
    """Seconds a call, one figure a round.

    Attributes
    ----------
    seconds : list of float
        In the order of the rounds.
    calls : int
        Timed calls in a round.
    """

    calls: int
    seconds: list[float] = field(default_factory=list)


def interleave(
    runs: Mapping[str, Callable[[], object]],
    budget: float,
    fewest: int = FEWEST,
    clock: Clock = time.perf_counter,
) -> dict[str, Timing]:
    """Time every run in turn, round after round.

    Parameters
    ----------
    runs : mapping of str to callable
        What to time, warmed up already.
    budget : float
        Seconds for them all; a round that has begun is finished.
    fewest : int
        Rounds made even if the budget is used up, unless they take several times as
        long.
    clock : callable
        Seconds.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        timings = {name: Timing(_calls(run, clock)) for name, run in runs.items()}
        began = clock()
        done = 0
        while done < MOST:
            spent = clock() - began
            patience = budget * (_PATIENCE if done < fewest else 1.0)
            if done and spent > patience:
                break
            for name, run in runs.items():
                _round(run, timings[name], clock)
            done += 1
    finally:
        if enabled:
            gc.enable()
    return timings


def _calls(run: Callable[[], object], clock: Clock) -> int:
    """Return how many calls take about `ROUND` seconds."""
    if _repeat(run, 1, clock) >= LONG:
        return 1
    calls = 1
    while calls < _MOST_CALLS:
        took = _repeat(run, calls, clock)
        if took >= ROUND / 2:
            return max(1, round(calls * ROUND / took))
        calls *= 4 if took < ROUND / 8 else 2
    return _MOST_CALLS


def _round(run: Callable[[], object], timing: Timing, clock: Clock) -> None:
    time.sleep(REST)
    if not timing.seconds or timing.seconds[-1] < LONG:
        run()
    timing.seconds.append(_repeat(run, timing.calls, clock) / timing.calls)


def _repeat(run: Callable[[], object], calls: int, clock: Clock) -> float:
    rounds = range(calls)
    start = clock()
    for _ in rounds:
        run()
    return clock() - start
