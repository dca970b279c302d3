"""How many threads a training run uses for products and steps: what is quicker now.

Large products and large steps are shared among Numba's threads. Beside other programs
a thread may wait for a turn of the scheduler, and a step takes many times as long as on
one thread (measured: 2.2 against 16 to 80 ms, network 64-256-256-10, batch 256, two
processors under a load of 6). So a run of larger products tries both every so often and
goes on with the quicker. The result does not depend on the number of threads, not even
in the last bit: see `optlab.kernels.matmul` and `optlab.kernels.fuse`.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable

import numba

from optlab.kernels.blas import one_blas_thread
from optlab.kernels.matmul import SMALL

#: Multiplications a step from which a BLAS divides its work, and it is worth a trial.
WORTHWHILE = 4_000_000
#: Steps of a trial, the first of which warms up.
TRIAL = 4
#: Steps until the next trials. With one thread fewer at first, because what disturbed
#: the others may soon be over: twice as many each time, up to `HELD`.
HELD, HELD_FIRST = 1200, 64
#: Steps after which several threads are compared again with what one took.
WINDOW = 8


class Threads:
    """A context in which `step` is called after every step of a run.

    Every BLAS of the process uses one thread in it: see `optlab.kernels.matmul`.

    Parameters
    ----------
    multiplications : int
        In a step, about; below `WORTHWHILE` nothing is tried.
    clock : callable
        Seconds.
    """

    def __init__(
        self,
        multiplications: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._worthwhile = multiplications >= WORTHWHILE
        self._large = multiplications > SMALL
        self._clock = clock
        self._threads = 1

    def __enter__(self) -> Callable[[], None] | None:
        """Return what to call after each step, or None where there is no choice."""
        if self._large:
            one_blas_thread.__enter__()
        self._threads = numba.get_num_threads()
        if not self._worthwhile or self._threads < 2:
            return None
        self._patience = HELD_FIRST
        self._begin_trials()
        return self.step

    def __exit__(self, *error: object) -> None:
        if self._threads > 1:
            numba.set_num_threads(self._threads)
        if self._large:
            one_blas_thread.__exit__(*error)

    def step(self) -> None:
        """Count a step, and change the number of threads where it is time."""
        self._left -= 1
        if len(self._took) < len(_WAYS):
            self._laps.append(self._clock())
            if not self._left:
                self._end_trial()
        elif not self._left:
            self._begin_trials()
        elif self._all and self._left % WINDOW == 0:
            self._look_again()

    def _begin_trials(self) -> None:
        """Try all threads, then one."""
        self._took: list[float] = []
        self._begin_trial()

    def _begin_trial(self) -> None:
        self._left = TRIAL
        self._laps: list[float] = []
        self._use(_WAYS[len(self._took)])

    def _end_trial(self) -> None:
        """Note the median step's time; try the other way, or choose."""
        steps = [b - a for a, b in itertools.pairwise(self._laps)]
        self._took.append(statistics.median(steps))
        if len(self._took) < len(_WAYS):
            self._begin_trial()
            return
        self._left = HELD
        self._limit = self._took[-1] * WINDOW
        self._began = self._clock()
        self._choose(_WAYS[self._took.index(min(self._took))])

    def _choose(self, all_threads: bool) -> None:
        """Go on this way; with one thread not for long at first."""
        if not all_threads:
            self._left = min(self._left, self._patience)
            self._patience = min(HELD, 2 * self._patience)
        self._use(all_threads)

    def _look_again(self) -> None:
        """Go on with one thread where several have become slower than that."""
        now = self._clock()
        if now - self._began > self._limit:
            self._choose(False)
        self._began = now

    def _use(self, all_threads: bool) -> None:
        """Use all the threads of before the run, or one."""
        self._all = all_threads
        numba.set_num_threads(self._threads if all_threads else 1)


#: Whether to use all threads, in the order in which it is tried.
_WAYS = (True, False)
