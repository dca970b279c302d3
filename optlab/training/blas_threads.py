"""How many threads the matrix products of a training run use: what is quicker now.

The threads of a BLAS wait for each other in busy loops. With processors to themselves
they nearly halve a product of a few hundred rows and columns; beside other programs
each product may wait for a turn of the scheduler, and a step takes many times as long
as on one thread (measured: 2.2 against 16 to 80 ms, network 64-256-256-10, batch 256,
two processors under a load of 6). So a run of larger products tries both ways every so
often and goes on with the quicker one. Products do not depend on the number of threads,
not even in the last bit: see `optlab.kernels.matmul`.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

#: Multiplications a step from which a BLAS divides its work, and it is worth a trial.
WORTHWHILE = 4_000_000
#: Steps of a trial, the first of which warms up; steps until the next trial.
TRIAL, HELD = 4, 1200
#: Steps after which several threads are compared again with what one took.
WINDOW = 8


@functools.cache
def _controller() -> Any:
    """Return what sets the threads of the BLAS that NumPy uses."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


class BlasThreads:
    """A context in which `step` is called after every step of a run.

    Parameters
    ----------
    multiplications : int
        In a step, about; below `WORTHWHILE` nothing is done.
    clock : callable
        Seconds.
    """

    def __init__(
        self, multiplications: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._worthwhile = multiplications >= WORTHWHILE
        self._clock = clock
        self._before: list[int] = []
        self.chosen = 0

    def __enter__(self) -> Callable[[], None] | None:
        """Return what to call after each step, or None where there is no choice."""
        if not self._worthwhile:
            return None
        self._libraries = _controller().lib_controllers
        self._before = [library.num_threads for library in self._libraries]
        if max(self._before, default=1) < 2:
            return None
        self._begin_trial()
        return self.step

    def __exit__(self, *error: object) -> None:
        if self._before:
            self._set(0)

    def step(self) -> None:
        """Count a step, and change the number of threads where it is time."""
        self._left -= 1
        if self._left:
            if self._trying:
                if self._left == TRIAL - 1:
                    self._began = self._clock()
            elif not self.chosen and self._left % WINDOW == 0:
                self._look_again()
        elif not self._trying:
            self._begin_trial()
        else:
            self._end_trial(self._clock() - self._began)

    def _begin_trial(self) -> None:
        """Try the threads of before, then one."""
        self._took: list[float] = []
        self._trying, self._left, self._began = True, TRIAL, 0.0
        self._set(0)

    def _end_trial(self, seconds: float) -> None:
        """Go on to one thread, or choose."""
        self._took.append(seconds)
        if len(self._took) == 1:
            self._left = TRIAL
            self._set(1)
            return
        many, one = self._took
        self.chosen = 1 if one < many else 0
        self._trying, self._left = False, HELD
        self._limit = one * WINDOW / (TRIAL - 1)
        self._began = self._clock()
        self._set(self.chosen)

    def _look_again(self) -> None:
        """Go on with one thread where several have become slower than that."""
        now = self._clock()
        if now - self._began > self._limit:
            self.chosen = 1
            self._set(1)
        self._began = now

    def _set(self, threads: int) -> None:
        """Let every BLAS use so many threads; 0 for as many as before the run."""
        for library, before in zip(self._libraries, self._before, strict=True):
            library.set_num_threads(threads or before)
