"""Run a kernel on several parts of its work at once, in threads that sleep otherwise.

The kernels release Python's lock, so ordinary threads run side by side; unlike those of
Numba's parallel loops and of a BLAS they do not wait in busy loops, which would take
turns away from each other. The cut never changes a result: each part is computed as it
would be alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba

from optlab.kernels.floating_point import flush_on, restore

_team: ThreadPoolExecutor | None = None


def _forget() -> None:
    """Start without threads in a forked process, which has none of its parent's."""
    global _team
    _team = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _run(mode: int, work: Callable[[int, int], object], first: int, last: int) -> None:
    """Do one part of the work in the floating-point mode of the caller."""
    before = flush_on()
    restore(mode)
    try:
        work(first, last)
    finally:
        restore(before)


def spread(work: Callable[[int, int], object], count: int, several: bool) -> None:
    """Call ``work(first, last)`` for parts that together are ``range(count)``.

    Parameters
    ----------
    work : callable
        Calls a kernel for its part.
    count : int
        How many pieces there are.
    several : bool
        Whether to use several threads: as many as Numba's loops may.
    """
    global _team
    threads = min(numba.get_num_threads(), count) if several else 1
    if threads < 2:
        work(0, count)
        return
    if _team is None:
        _team = ThreadPoolExecutor(max(1, (os.cpu_count() or 2) - 1), "optlab")
    mode = flush_on()
    restore(mode)
    cuts = [count * k // threads for k in range(threads + 1)]
    others = [
        _team.submit(_run, mode, work, cuts[k], cuts[k + 1]) for k in range(1, threads)
    ]
    try:
        work(cuts[0], cuts[1])
    finally:
        for other in others:
            other.result()
