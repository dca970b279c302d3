"""Tasks done by the workers of a Dask scheduler, a chunk at a time."""

from __future__ import annotations

import contextlib
import queue
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from optlab.cluster.address import PATIENCE, check_answers, local_count
from optlab.cluster.chunks import SECONDS, Sizes
from optlab.cluster.local import LocalCluster, quiet
from optlab.cluster.versions import about, check_all, lacks_optlab
from optlab.errors import InputError
from optlab.pickles import answer, own_code_by_value, packed
from optlab.workers import Engine, WorkerDied

#: Chunks for each worker: the next one is there when the last is done.
_AHEAD = 2
#: Seconds between two looks at which workers there are.
_LOOK = 0.5


class Cluster:
    """A context in which a cluster does tasks: what `optlab.sweep` takes as jobs.

    Parameters
    ----------
    where : str
        ``tcp://host:port`` or ``tls://host:port``, where a Dask scheduler listens; or
        ``local:4``, so many worker processes on this machine.
    seconds : float
        Of work, that a worker is given at a time.
    say : callable, optional
        Called with a sentence when workers are missing or lost.

    Attributes
    ----------
    dashboard : str
        Where Dask shows what the workers do.

    Raises
    ------
    InputError
        If `where` is neither; on entering also if `distributed` is not installed, no
        scheduler answers, or a worker has another Python, NumPy, Numba or optlab.

    Examples
    --------
    >>> from optlab.cluster import Cluster
    >>> with Cluster("local:2") as cluster:  # doctest: +SKIP
    ...     optlab.sweep(experiment, grid, jobs=cluster)
    """

    def __init__(
        self,
        where: str,
        *,
        seconds: float = SECONDS,
        say: Callable[[str], Any] | None = None,
    ) -> None:
        self._where, self._seconds = where, seconds
        self._count = local_count(where)
        self._say = say or (lambda text: None)
        self._local: LocalCluster | None = None
        self._client: Any = None
        self._workers: set[str] = set()
        self._looked, self._missing = 0.0, False

    def __enter__(self) -> Self:
        """Connect, and compare the workers with this process."""
        try:
            import distributed  # noqa: F401
        except ImportError as error:
            raise InputError(
                "A cluster needs the package distributed. From the checkout: "
                "pip install '.[cluster]'"
            ) from error
        quiet()
        try:
            if self._count is not None:
                self._local = LocalCluster(self._count)
            else:
                check_answers(self._where)
            self._connect()
            check_all(self._client.run)
            self._check_scheduler()
        except BaseException:
            self.close()
            raise
        self.dashboard: str = self._client.dashboard_link
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of the cluster; end what was started here."""
        self.close()

    def close(self) -> None:
        """Leave the scheduler; end a local cluster."""
        if self._local is not None:
            self._local.kill()
        if self._client is not None:
            self._client.close(timeout=1)
        if self._local is not None:
            self._local.close()
        self._local = self._client = None

    def _connect(self) -> None:
        from distributed import Client

        place = self._where if self._local is None else self._local.scheduler
        with warnings.catch_warnings():
            # Of Dask's own versions it warns; those that matter are compared by us.
            warnings.simplefilter("ignore")
            try:
                self._client = Client(place, timeout=PATIENCE, set_as_default=False)
            except OSError as error:
                raise InputError(
                    f"No Dask scheduler answers at {self._where}: {error}"
                ) from error

    def _check_scheduler(self) -> None:
        if self._local is None:
            try:
                self._client.run_on_scheduler(about)
            except (ImportError, AttributeError) as error:
                raise lacks_optlab("The scheduler", error) from error

    def outcomes(
        self, engine: Engine, tasks: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Any]]:
        """Yield each task's position and outcome, as they come.

        Parameters
        ----------
        engine, tasks
            As for `optlab.workers.run_all`. An engine with a method ``many`` is given
            the tasks of a chunk together, at least ``engine.least`` where there are so
            many, and yields (position in the chunk, outcome). Tasks with a method
            ``part`` choose those of a chunk themselves.

        Raises
        ------
        InputError
            If the scheduler goes away, a worker joins that is another than this
            process, or by the engine.
        WorkerDied
            If a chunk ends its worker again and again.
        """
        if self._client is None:
            raise InputError("A cluster is used inside `with Cluster(...) as cluster`.")
        sizes = Sizes(getattr(engine, "least", 1), seconds=self._seconds)
        with own_code_by_value():
            head = packed(engine)
        due = 0
        going: dict[Any, range] = {}
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        try:
            while due < len(tasks) or going:
                workers = len(self._look())
                while due < len(tasks) and len(going) < _AHEAD * max(workers, 1):
                    size = sizes.next(len(tasks) - due, max(workers, 1))
                    places = range(due, due + size)
                    future = self._submit(head, tasks, places)
                    going[future] = places
                    future.add_done_callback(done.put)
                    due += size
                try:
                    future = done.get(timeout=_LOOK)
                except queue.Empty:
                    continue
                places = going.pop(future)
                seconds, found = self._result(future)
                sizes.note(len(places), seconds)
                for k, outcome in found:
                    yield places[k], outcome
        finally:
            self._give_up(list(going))

    def _submit(self, head: bytes, tasks: Any, places: range) -> Any:
        from cloudpickle import dumps

        from optlab.cluster.work import do

        part = getattr(tasks, "part", None)
        chosen = [tasks[k] for k in places] if part is None else part(places)
        with own_code_by_value():
            message = dumps(chosen)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a chunk with data is large
            return self._client.submit(do, about(), head, message, pure=False)

    def _result(self, future: Any) -> tuple[float, list[tuple[int, Any]]]:
        """Return a chunk's seconds and outcomes, or raise what befell it."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        try:
            message = future.result()
        except KilledWorker as error:
            raise WorkerDied(f"A chunk ended its workers: {error}") from error
        except CancelledError as error:
            raise InputError(
                f"The scheduler at {self._where} has gone; what is finished is kept."
            ) from error
        except ImportError as error:
            raise lacks_optlab("A worker", error) from error
        found: tuple[float, list[tuple[int, Any]]] = answer(message)
        return found

    def _look(self) -> set[str]:
        """Return the workers there are, as of half a second ago; say what is lost."""
        now = time.monotonic()
        if now - self._looked < _LOOK:
            return self._workers
        self._looked = now
        if self._local is not None:
            self._local.revive()
        before, self._workers = self._workers, set(self._client.nthreads())
        for address in sorted(before - self._workers):
            self._say(f"Worker {address} is lost; its chunk is done again.")
        if self._workers:
            self._missing = False
        elif self._local is None and not self._missing:
            self._missing = True
            self._say(f"No worker at {self._where}; waiting for one.")
        return self._workers

    def _give_up(self, futures: list[Any]) -> None:
        if futures and self._client is not None and self._client.status == "running":
            with contextlib.suppress(OSError, TimeoutError):
                self._client.cancel(futures)
