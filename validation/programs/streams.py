"""Rows that come in batches: data sets and generators, of which a sample is drawn."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.validation.programs.row_arrays import Rows, names_of, numbers, parts_of

#: Bytes that are kept of the inputs: what a hundred trainings can pass over in the
#: seconds of a budget.
MOST_BYTES = 64 * 2**20
#: Rows, and seconds of drawing batches, after which a stream counts as read.
MOST_ROWS, MOST_SECONDS = 20_000, 20.0
#: A stream that gives the same batch so many times in a row gives no other.
REPEATS = 3


def stream_of(x: Any) -> Iterator[Any] | None:
    """Return an iterator over batches; None where `x` is rows."""
    if isinstance(x, (np.ndarray, list, tuple, Mapping)) or hasattr(x, "iloc"):
        return None
    if hasattr(x, "num_batches") or (
        hasattr(x, "__getitem__")
        and hasattr(x, "__len__")
        and hasattr(x, "on_epoch_end")
    ):
        count = x.num_batches if hasattr(x, "num_batches") else len(x)
        return (x[k] for k in range(count)) if count else iter(x)
    if hasattr(x, "as_numpy_iterator"):
        drawn: Iterator[Any] = iter(x.as_numpy_iterator())
        return drawn
    if hasattr(x, "__next__") or (
        isinstance(x, Iterable)
        and not hasattr(x, "__array__")
        and not hasattr(x, "shape")
    ):
        plain: Iterator[Any] = iter(x)
        return plain
    return None


def drawn(stream: Iterator[Any], model: Any, what: str, steps: int | None) -> Rows:
    """Draw batches until they end, or enough are there."""
    began = time.monotonic()
    batches: list[Rows] = []
    rows = size = 0
    ended = False
    while True:
        try:
            batch = next(stream)
        except StopIteration:
            ended = True
            break
        if not isinstance(batch, (tuple, list)) or not 2 <= len(batch) <= 3:
            raise InputError(
                f"`{what}` must give batches of (inputs, targets). "
                f"Received: {type(batch).__name__}"
            )
        part = Rows(
            parts_of(batch[0], names_of(model, "input"), what),
            parts_of(batch[1], names_of(model, "output"), "targets"),
            numbers(batch[2], "weights").reshape(-1) if len(batch) == 3 else None,
        )
        batches.append(part)
        rows += len(part)
        size += sum(array.nbytes for array in part.inputs)
        if steps is not None and len(batches) >= steps:
            ended = True
            break
        late = time.monotonic() - began > MOST_SECONDS
        if size > MOST_BYTES or rows >= MOST_ROWS or late:
            break
    if not batches:
        raise InputError(f"`{what}` gives no batches.")
    first = batches[0]
    repeats = len(batches) >= REPEATS and all(_same(first, b) for b in batches)
    found = Rows(
        [
            np.concatenate([b.inputs[k] for b in batches])
            for k in range(len(first.inputs))
        ],
        [
            np.concatenate([b.targets[k] for b in batches])
            for k in range(len(first.targets))
        ],
        None
        if first.weights is None
        else np.concatenate([b.weights for b in batches if b.weights is not None]),
        rows if ended else None,
        len(first),
    )
    if repeats:
        found.held = _held(stream, first)
        found.notes.append(
            f"{what} gives the same {len(first)} rows in every batch: where there are "
            "more rows than these, it never gets to them."
        )
    if not ended:
        found.notes.append(
            f"{what} is a stream: the first {rows} rows, {len(batches)} batches, were "
            "taken as the whole."
        )
    return found


def _held(stream: Iterator[Any], batch: Rows) -> int:
    """Return how many rows like these a generator's own variables hold, if more."""
    frame = getattr(stream, "gi_frame", None)
    values = [] if frame is None else list(frame.f_locals.values())
    nested = [v for value in values if isinstance(value, (tuple, list)) for v in value]
    counts = [
        len(value)
        for value in [*values, *nested]
        if isinstance(value, np.ndarray)
        and value.shape[1:] == batch.inputs[0].shape[1:]
    ]
    most = max(counts, default=0)
    return most if most > len(batch) else 0


def _same(some: Rows, other: Rows) -> bool:
    """Whether two batches hold the same rows."""
    pairs = zip(
        [*some.inputs, *some.targets], [*other.inputs, *other.targets], strict=True
    )
    return all(np.array_equal(a, b) for a, b in pairs)
