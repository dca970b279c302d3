"""How many threads a training run uses for products and steps: what is quicker now.

Threads that have nothing to do wait in busy loops, for milliseconds: those of a BLAS,
and those of Numba's parallel loops. Two things follow. Beside other programs a product
on several threads may wait for a turn of the scheduler, and a step takes many times as
long as on one thread (measured: 2.2 against 16 to 80 ms, network 64-256-256-10, batch
256, two processors under a load of 6). And after an optimizer's step on several threads
the next products share the processors with threads that only wait (measured: 4.4
against 2.0 ms, network 256-512-512-10, batch 128, on two idle processors). So a run of
larger products tries the ways every so often and goes on with the quickest. The result
does not depend on the number of threads, not even in the last bit: see
`optlab.kernels.matmul` and `optlab.kernels.fuse`.
"""

from __future__ import annotations

import functools
import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import numba

from optlab.optimizers.base import PARALLEL_FROM

#: Multiplications a step from which a BLAS divides its work, and it is worth a trial.
WORTHWHILE = 4_000_000
#: Steps of a trial, the first of which warms up.
TRIAL = 4
#: Steps until the next trials. With one thread fewer at first, because what disturbed
#: the others may soon be over: twice as many each time, up to `HELD`.
HELD, HELD_FIRST = 1200, 64
#: Steps after which several threads are compared again with what one took.
WINDOW = 8

#: Whether the products, and the optimizer's steps, use all the threads there are.
Way = tuple[bool, bool]


@functools.cache
def _controller() -> Any:
    """Return what sets the threads of the BLAS that NumPy uses."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


class Threads:
    """A context in which `step` is called after every step of a run.

    Parameters
    ----------
    multiplications : int
        In a step, about; below `WORTHWHILE` nothing is done.
    parameters : int
        That the optimizer steps.
    clock : callable
        Seconds.
    """

    def __init__(
        self,
        multiplications: int,
        parameters: int = 0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._worthwhile = multiplications >= WORTHWHILE
        self._parallel_steps = parameters >= PARALLEL_FROM
        self._clock = clock
        self._before: list[int] = []

    def __enter__(self) -> Callable[[], None] | None:
        """Return what to call after each step, or None where there is no choice."""
        if not self._worthwhile:
            return None
        self._libraries = _controller().lib_controllers
        self._before = [library.num_threads for library in self._libraries]
        self._loops_before = numba.get_num_threads()
        if max(self._before, default=1) < 2:
            return None
        self._patience = HELD_FIRST
        self._ways: list[Way] = [(True, True), (False, False)]
        if self._parallel_steps and self._loops_before > 1:
            self._ways.insert(1, (True, False))
        self._begin_trials()
        return self.step

    def __exit__(self, *error: object) -> None:
        if self._before:
            self._use((True, True))

    def step(self) -> None:
        """Count a step, and change the way where it is time."""
        self._left -= 1
        if len(self._took) < len(self._ways):
            self._laps.append(self._clock())
            if not self._left:
                self._end_trial()
        elif not self._left:
            self._begin_trials()
        elif self._way[0] and self._left % WINDOW == 0:
            self._look_again()

    def _begin_trials(self) -> None:
        """Try the first way; the one of a single thread comes last."""
        self._took: list[float] = []
        self._begin_trial(self._ways[0])

    def _begin_trial(self, way: Way) -> None:
        self._left = TRIAL
        self._laps: list[float] = []
        self._use(way)

    def _end_trial(self) -> None:
        """Note the median step's time; go on to the next way, or choose."""
        steps = [b - a for a, b in itertools.pairwise(self._laps)]
        self._took.append(statistics.median(steps))
        if len(self._took) < len(self._ways):
            self._begin_trial(self._ways[len(self._took)])
            return
        self._left = HELD
        self._limit = self._took[-1] * WINDOW
        self._began = self._clock()
        self._choose(self._ways[self._took.index(min(self._took))])

    def _choose(self, way: Way) -> None:
        """Go on this way; with one thread not for long at first."""
        if not way[0]:
            self._left = min(self._left, self._patience)
            self._patience = min(HELD, 2 * self._patience)
        self._use(way)

    def _look_again(self) -> None:
        """Go on with one thread where several have become slower than that."""
        now = self._clock()
        if now - self._began > self._limit:
            self._choose(self._ways[-1])
        self._began = now

    def _use(self, way: Way) -> None:
        """Let products and loops use all the threads of before the run, or one."""
        self._way = way
        products, loops = way
        for library, before in zip(self._libraries, self._before, strict=True):
            library.set_num_threads(before if products else 1)
        if self._parallel_steps:
            numba.set_num_threads(self._loops_before if loops else 1)
