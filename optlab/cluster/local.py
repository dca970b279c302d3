"""A cluster on this machine: a scheduler in this process, and worker processes.

A worker ends with this process however that ends: its pipe closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from typing import Any

from optlab import interrupts
from optlab.workers import THREADS, WorkerDied

#: Workers that may die before it is given up: so many for each.
_DEATHS = 3


class LocalCluster:
    """Workers of one thread each.

    Parameters
    ----------
    count : int
        How many.

    Attributes
    ----------
    scheduler : distributed.LocalCluster
        Without workers of its own, for those would import a script's main module again.
    """

    def __init__(self, count: int) -> None:
        from distributed import LocalCluster as Scheduler

        self._lock = threading.Lock()
        self._left = _DEATHS * count
        self._closed = False
        self._folder = tempfile.TemporaryDirectory(
            prefix="optlab-cluster-", ignore_cleanup_errors=True
        )
        self.scheduler: Any = Scheduler(
            n_workers=0,
            processes=False,
            protocol="tcp://",
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )
        interrupts.closers.append(self.kill)
        self.processes = [self._start() for _ in range(count)]

    def _start(self) -> subprocess.Popen[bytes]:
        address = self.scheduler.scheduler_address
        code = f"import sys; sys.path[:] = {sys.path!r}\n"
        code += "from optlab.cluster.local import serve\n"
        code += f"serve({address!r}, {self._folder.name!r})"
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            env=os.environ | dict.fromkeys(THREADS, "1"),
            start_new_session=True,  # a terminal's Ctrl-C is not for it
        )

    def revive(self) -> None:
        """Start a worker for each that has died.

        Raises
        ------
        WorkerDied
            If that goes on and on.
        """
        with self._lock:
            if self._closed:
                return
            for k, process in enumerate(self.processes):
                if process.poll() is None:
                    continue
                if not self._left:
                    raise WorkerDied(
                        "Workers of the local cluster die again and again; the last "
                        f"one's status: {process.returncode}"
                    )
                self._left -= 1
                self.processes[k] = self._start()

    def kill(self) -> None:
        """End the workers at once."""
        with self._lock:
            self._closed = True
            for process in self.processes:
                process.kill()
            for process in self.processes:
                process.wait()
                if process.stdin is not None:
                    process.stdin.close()

    def close(self) -> None:
        """End the workers and the scheduler."""
        self.kill()
        with contextlib.suppress(ValueError):
            interrupts.closers.remove(self.kill)
        self.scheduler.close(timeout=1)
        self._folder.cleanup()


def serve(address: str, folder: str) -> None:
    """Be a worker until the parent ends: what a worker process runs.

    Parameters
    ----------
    address : str
        The scheduler's.
    folder : str
        For files of Dask.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(2, 1)  # what a task prints is no result of the command
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    asyncio.run(_serve(address, folder))


async def _serve(address: str, folder: str) -> None:
    from distributed import Worker

    quiet()
    async with Worker(
        address,
        nthreads=1,
        local_directory=folder,
        memory_limit=None,
        dashboard=False,
    ) as worker:
        await worker.finished()


def _end_with_parent(folder: str) -> None:
    with contextlib.suppress(OSError):
        os.read(0, 1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def quiet() -> None:
    """Keep Dask from writing to the terminal: this package says what matters."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
