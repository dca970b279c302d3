"""Run the parts of the matrix in two processes, each with a TensorFlow of its own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

from optlab.validation.matrix.plan import Part
from optlab.validation.results import Result


def run_parts(parts: Sequence[Part], processes: int | None = None) -> Iterator[Result]:
    """Yield the rows of all parts, those of the first part as they are made.

    Parameters
    ----------
    parts : sequence of Part
        From `plan`.
    processes : int, optional
        With 2 the parts after the first run in a second process meanwhile; with 1
        after it. As many as there are processors where left out, at most 2.
    """
    count = min(2, os.cpu_count() or 1) if processes is None else processes
    if count < 2 or len(parts) < 2:
        for part in parts:
            yield from part.make()
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, context)
    try:
        others = [pool.submit(_collected, part) for part in parts[1:]]
        for result in parts[0].make():
            yield result
            yield from _finished(others)
        for other in others:
            yield from other.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _collected(part: Part) -> list[Result]:
    return list(part.make())


def _finished(others: list[Future[list[Result]]]) -> Iterator[Result]:
    """Yield what is ready, and forget it."""
    while others and others[0].done():
        yield from others.pop(0).result()
