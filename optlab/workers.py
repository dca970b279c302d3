"""Trainings in worker processes: the one module that starts any.

An *engine* runs one training: it is called with a task, such as (experiment, seed,
deadline), and returns the outcome. `run_all` asks an engine for the outcomes of many
tasks, in this process or in several; an outcome does not depend on which, and which it
is does not depend on the clock.

Workers get classes, not names: an optimizer that a script makes with `optlab.rule` is
sent along. They ignore Ctrl-C, which is their parent's affair, and end with it however
it ends: their end of a pipe closes. What ends early, by an error or by Ctrl-C, ends its
workers at once. Others wait for the next tasks, for a while.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, Protocol, runtime_checkable

from optlab import interrupts, pickles
from optlab.errors import InputError

#: Seconds of work from which workers pay: one takes about two to start.
PAYS = 4.0
#: Seconds after which a worker without a task ends.
IDLE = 60.0
#: How often a task is tried whose worker dies.
_TRIES = 2

#: What makes libraries use one thread where it is "1".
THREADS = (
    "OMP_NUMTHREADS",
    "OPENBLAS_NUMTHREADS",
    "MKL_NUMTHREADS",
    "NUMBA_NUMTHREADS",
    "TF_NUM_INTRAOPTHREADS",
    "TF_NUM_INTEROPTHREADS",
)

#: What is called with a task's values; a function of a module, or an object to send.
Engine = Callable[..., Any]


@runtime_checkable
class Executor(Protocol):
    """Does tasks elsewhere: a `optlab.cluster.Cluster`."""

    def outcomes(
        self, engine: Engine, tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        """Yield what `run_all` does."""
        ...


#: How many worker processes; all processors where None; or where else.
Jobs = int | Executor | None


class WorkerDied(RuntimeError):
    """A task ended its process, each time that it was tried."""


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_all(
    engine: Engine,
    tasks: Sequence[tuple[Any, ...]],
    *,
    jobs: Jobs = None,
    seconds: float | None = None,
) -> Iterator[tuple[int, Any]]:
    """Yield each task's position and outcome, as they come.

    Parameters
    ----------
    engine : callable
        ``engine(*task)`` returns the outcome. It raises KeyboardInterrupt for a task
        that was cut short: that is no outcome.
    tasks : sequence of tuple
    jobs : int or Executor, optional
        Processes; 1 is this one. All processors where left out, if they pay. Or a
        cluster, which does them all.
    seconds : float, optional
        An estimate of the work of all tasks, from their description; workers are used
        where it is not given, or above `PAYS`.

    Raises
    ------
    InputError
        If `jobs` is below 1, or by the engine.
    WorkerDied
        If a task ends its process twice.
    Exception
        What the engine raises; in a worker with its traceback as a note.
    """
    if isinstance(jobs, Executor):
        yield from jobs.outcomes(engine, tasks)
        return
    if jobs is not None and jobs < 1:
        raise InputError(f"`jobs` must be at least 1. Received: jobs={jobs}")
    count = min(cores() if jobs is None else jobs, len(tasks))
    if count < 2 or (seconds is not None and seconds < PAYS):
        for index, task in enumerate(tasks):
            yield index, engine(*task)
        return
    with started(engine, tasks, count) as outcomes:
        yield from outcomes


@contextmanager
def started(
    engine: Engine, tasks: Sequence[tuple[Any, ...]], count: int, threads: bool = False
) -> Iterator[Iterator[tuple[int, Any]]]:
    """Start workers, for what is to be done meanwhile; see `run_all`.

    Parameters
    ----------
    engine, tasks
        As for `run_all`.
    count : int
        Workers.
    threads : bool
        Whether a worker uses all threads, not one.

    Yields
    ------
    iterator of (int, outcome)
        As `run_all` gives them. At the end of the block what is not done is given up.
    """
    crew = _Crew(engine, tasks, count, threads)
    try:
        crew.start()
        yield crew.outcomes()
    finally:
        crew.dismiss()


class _Worker:
    """One process, and the pipes to it."""

    def __init__(self, threads: bool = False) -> None:
        self.threads = threads
        code = f"import sys; sys.path[:] = {sys.path!r}\n"
        code += "from optlab.workers import serve; serve()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | ({} if threads else dict.fromkeys(THREADS, "1")),
            start_new_session=True,  # a terminal's Ctrl-C is not for it
        )
        self.head = b""
        with _LOCK:
            _ALIVE.add(self)

    def call(self, head: bytes, task: bytes) -> tuple[bool, Any]:
        """Return whether the engine returned, and what it returned or raised."""
        receive, send = self.process.stdout, self.process.stdin
        if receive is None or send is None:
            raise EOFError
        known = head == self.head
        pickle.dump((None if known else head, task), send)
        send.flush()
        self.head = head
        reply: tuple[bool, Any] = pickle.load(receive)
        return reply

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End the process, and wait for that."""
        with _LOCK:
            _ALIVE.discard(self)
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass  # what it was still to be told


_LOCK = threading.RLock()
#: Every worker there is, and those that wait for the next tasks.
_ALIVE: set[_Worker] = set()
_WAITING: list[_Worker] = []


def dismiss_all() -> None:
    """End every worker, also those that wait for tasks."""
    with _LOCK:
        _WAITING.clear()
        alive = list(_ALIVE)
    for worker in alive:
        worker.kill()


interrupts.closers.append(dismiss_all)
atexit.register(dismiss_all)


class _Crew:
    """Workers that share some tasks, each driven by a thread of this process."""

    def __init__(
        self,
        engine: Engine,
        tasks: Sequence[tuple[Any, ...]],
        count: int,
        threads: bool,
    ) -> None:
        from cloudpickle import dumps

        self._dumps = dumps
        self._head = pickles.packed(engine)
        self._tasks = tasks
        self._due = iter(range(len(tasks)))
        self._done: queue.SimpleQueue[tuple[int, bool, Any]] = queue.SimpleQueue()
        self._count, self._threads = count, threads
        self._stopped = self._complete = False
        self._workers: list[_Worker] = []

    def start(self) -> None:
        """Hire workers, each by a thread of this process."""
        for _ in range(self._count):
            threading.Thread(target=self._drive, daemon=True).start()

    def outcomes(self) -> Iterator[tuple[int, Any]]:
        """Yield what comes back."""
        for _ in self._tasks:
            index, returned, value = self._done.get()
            if not returned:
                raise value
            yield index, value
        self._complete = True

    def dismiss(self) -> None:
        """Let the workers wait for more where all is done; else end them."""
        with _LOCK:
            self._stopped = True
            workers, self._workers = self._workers, []
            if self._complete:
                _WAITING.extend(workers)
                return
        for worker in workers:
            worker.kill()

    def _drive(self) -> None:
        """Give one worker after another the tasks that are due."""
        worker = self._hired()
        while worker is not None:
            with _LOCK:
                index = next(self._due, None)
            if index is None:
                return
            try:
                task = self._dumps(self._tasks[index])
            except Exception as error:  # whatever a user's object raises
                self._done.put((index, False, error))
                return
            worker = self._do(worker, index, task)

    def _do(self, worker: _Worker | None, index: int, task: bytes) -> _Worker | None:
        """Have one task done; return the worker for the next."""
        for _ in range(_TRIES):
            if worker is None:
                return None
            try:
                self._done.put((index, *worker.call(self._head, task)))
                return worker
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                worker.kill()
                status = worker.process.returncode
                # One that waits may have been killed by the same hand as this one.
                worker = self._hired(fresh=True)
        error = f"A worker process died of a task, {_TRIES} times; its status: {status}"
        self._done.put((index, False, WorkerDied(error)))
        return None

    def _hired(self, fresh: bool = False) -> _Worker | None:
        """Return a worker, a new one where it must be; None where all is over."""
        with _LOCK:
            if self._stopped:
                return None
            waiting = [] if fresh else _WAITING
            for worker in [w for w in waiting if w.threads == self._threads]:
                _WAITING.remove(worker)
                if worker.alive:
                    self._workers.append(worker)
                    return worker
                worker.kill()
            self._workers.append(_Worker(self._threads))
            return self._workers[-1]


def serve() -> None:
    """Do tasks until there are no more: what a worker process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    receive, send = (os.fdopen(os.dup(n), mode) for n, mode in ((0, "rb"), (1, "wb")))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a task prints must not get into the pipe
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(receive, inbox), daemon=True).start()
    engine: Engine | None = None

    def done(head: bytes | None, task: bytes) -> Any:
        nonlocal engine
        if head is not None:
            engine = pickles.unpacked(head)
        return engine(*pickles.task_of(task))  # type: ignore[misc]

    while True:
        try:
            head, task = inbox.get(timeout=IDLE)
        except queue.Empty:
            os._exit(0)
        send.write(pickles.reply(done, head, task))
        send.flush()


def _listen(receive: IO[bytes], inbox: queue.SimpleQueue[Any]) -> None:
    """Pass messages on; end the process when the parent has gone."""
    while True:
        try:
            inbox.put(pickle.load(receive))
        except (EOFError, OSError):
            os._exit(1)
