"""Ask `optlab verify --full` and the tests about a tree, in processes of their own.

TensorFlow takes ten seconds to import, so it is imported once, and every question is
asked in a fork of that process. Nothing of optlab is imported before the fork, and no
TensorFlow operation runs: what a fork imports is the tree that it is asked about.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

#: Seconds after which a tree that does not answer counts as noticed: it hangs.
PATIENCE = 1200.0


@dataclass(frozen=True)
class Answer:
    """What was said about a tree.

    Attributes
    ----------
    noticed : bool
        Whether anything failed.
    by : str
        What failed first.
    """

    noticed: bool
    by: str
    seconds: float


def prepare() -> None:
    """Import what takes long, with the settings that the tests and verify use."""
    os.environ.update(
        TF_CPP_MIN_LOG_LEVEL="3",
        TF_NUM_INTRAOP_THREADS="1",
        TF_NUM_INTEROP_THREADS="1",
        CUDA_VISIBLE_DEVICES="-1",
        KERAS_BACKEND="tensorflow",
    )
    with contextlib.redirect_stderr(io.StringIO()):
        # For the forks.
        import keras  # noqa: F401
        import numba.core.caching  # noqa: F401
        import scipy.linalg  # noqa: F401
        import tensorflow  # noqa: F401
        import threadpoolctl  # noqa: F401


def ask(
    tree: Path, keeps_loops: bool, question: Callable[..., str], *arguments: Any
) -> Answer:
    """Ask a question in a fork that imports optlab from `tree`.

    Parameters
    ----------
    tree : Path
        The root of a copy of the repository.
    keeps_loops : bool
        Whether compiled kernels of files that are not newer are taken from what was
        asked before.
    question : callable
        Returns what failed first; empty where nothing did.
    *arguments
        Handed on to it.
    """
    started = time.perf_counter()
    context = multiprocessing.get_context("fork")
    answers: Any = context.Queue()
    process = context.Process(
        target=_in_tree, args=(tree, answers, keeps_loops, question, *arguments)
    )
    process.start()
    by: str | None = None
    while by is None and time.perf_counter() - started < PATIENCE:
        try:
            by = answers.get(timeout=1.0)
        except Empty:
            if not process.is_alive():
                by = f"the process ended with status {process.exitcode}"
    process.kill()
    process.join()
    by = "no answer" if by is None else by
    return Answer(bool(by), by, time.perf_counter() - started)


def _in_tree(
    tree: Path,
    answers: Any,
    keeps_loops: bool,
    question: Callable[..., str],
    *rest: Any,
) -> None:
    os.chdir(tree)
    sys.path[:0] = [str(tree)]
    # What a shell starts in the background ignores Ctrl-C, which some tests send.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The tests would make a cache of their own, and compile everything each time.
    for name in ("NUMBA_CACHE_DIR", "OPTLAB_TEST_CACHE"):
        os.environ[name] = str(tree / ".numba-cache")
    with open(os.devnull, "w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    try:
        import optlab
        from optlab.kernels import generated, jit

        # Numba looks at the time of a function's file; see `Fault.stale`. What is
        # generated is named by the sources: with a name of its own it would be stale.
        if keeps_loops:
            generated.digest = jit.digest
            jit.digest = lambda: "kept"
        if not Path(optlab.__file__).is_relative_to(tree):
            answers.put(f"optlab comes from {optlab.__file__}")
        else:
            answers.put(question(*rest))
    except BaseException as error:
        answers.put(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
    answers.close()
    answers.join_thread()
    os._exit(0)


def verify(parts: tuple[str, ...]) -> str:
    """Run the checks of `optlab verify --full` that are about some parts.

    Of optimizers those in eager mode, where every bit must agree; the first failure
    ends it.
    """
    for result in _results(parts):
        if not result.passed:
            return str(result.messages()[0])[:300]
    return ""


def _results(parts: tuple[str, ...]) -> Iterator[Any]:
    from optlab.validation.matrix.plan import eager_parts

    for part in eager_parts(parts):
        yield from part.make()


def run_tests(tests: tuple[str, ...]) -> str:
    """Run tests until the first fails; return its name."""
    import pytest

    failed: list[str] = []

    class Listener:
        def pytest_runtest_logreport(self, report: Any) -> None:
            if report.failed:
                failed.append(report.nodeid)

        def pytest_collectreport(self, report: Any) -> None:
            if report.failed:
                failed.append(report.nodeid)

    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    status = pytest.main([*options, *tests], plugins=[Listener()])
    if failed:
        return failed[0]
    return "" if status == 0 else f"pytest ended with status {int(status)}"
