"""What a worker of a cluster does: the tasks of a chunk, one chunk at a time."""

from __future__ import annotations

import threading
import time
from typing import Any

from optlab.cluster.versions import about, check_same
from optlab.pickles import reply, task_of, unpacked
from optlab.workers import Engine

#: A training uses all threads of its worker, so a worker has one chunk in work.
_ONE = threading.Lock()


class _Known:
    """The engine of the chunk before."""

    head = b""
    engine: Engine | None = None


def do(mine: dict[str, str], head: bytes, part: bytes) -> bytes:
    """Do a chunk.

    Parameters
    ----------
    mine : dict
        The client's `about`. It is compared before anything is unpacked, for workers
        may join at any time.
    head : bytes
        See `optlab.pickles.packed`.
    part : bytes
        The tasks, pickled.

    Returns
    -------
    bytes
        See `optlab.pickles.reply`: the seconds, and (position in the chunk, outcome) of
        each task.
    """
    with _ONE:
        return reply(_do, mine, head, part)


def _do(
    mine: dict[str, str], head: bytes, part: bytes
) -> tuple[float, list[tuple[int, Any]]]:
    from distributed import get_worker

    worker = get_worker()
    check_same(f"Worker {worker.address}", about(), mine)
    _use_threads(worker.state.nthreads)
    begin = time.perf_counter()
    if head != _Known.head:
        _Known.engine = unpacked(head)
        _Known.head = head
    found = _outcomes(_Known.engine, task_of(part))
    return time.perf_counter() - begin, found


def _outcomes(engine: Any, tasks: Any) -> list[tuple[int, Any]]:
    many = getattr(engine, "many", None)
    if many is not None:
        return list(many(tasks))
    return [(k, engine(*tasks[k])) for k in range(len(tasks))]


def _use_threads(count: int) -> None:
    """Let kernels use the threads that the worker was given, and no more."""
    import numba

    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))
