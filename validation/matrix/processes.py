"""Run the parts of the matrix in two processes, each with a TensorFlow of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from optlab.validation.matrix.plan import Part
from optlab.validation.results import Result
from optlab.workers import started


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
    others = [(part,) for part in parts[1:]]
    with started(_collected, others, 1, threads=True) as outcomes:
        yield from parts[0].make()
        for _, results in outcomes:
            yield from results


def _collected(part: Part) -> list[Result]:
    return list(part.make())
