"""The rows that a model is trained on, whatever holds them: arrays at last.

Arrays, lists, tables, tensors, `tf.data.Dataset`, `PyDataset` and generators are read;
of what is too large, or never ends, a stated sample.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.validation.programs.row_arrays import Rows, names_of, numbers, parts_of
from optlab.validation.programs.streams import MOST_BYTES, drawn, stream_of


def read_rows(
    x: Any, y: Any, weights: Any, model: Any, what: str = "x", steps: int | None = None
) -> Rows:
    """Read rows as ``fit`` takes them.

    Parameters
    ----------
    x, y, weights : object
        `fit`'s own `x`, `y` and `sample_weight`.
    model : keras.Model
        Says which names its inputs and outputs have.
    what : str
        What to call `x` in a message.
    steps : int, optional
        Batches in an epoch of a stream.

    Raises
    ------
    InputError
        If these are no rows of numbers.
    """
    targets = "y" if what == "x" else f"{what}'s y"
    if y is None and (stream := stream_of(x)) is not None:
        found = drawn(stream, model, what, steps)
    else:
        found = Rows(
            parts_of(x, names_of(model, "input"), what),
            parts_of(y, names_of(model, "output"), targets),
        )
        if weights is not None:
            found.weights = numbers(weights, "sample_weight").reshape(-1)
        found.whole = len(found)
    if not found.inputs or not found.targets:
        raise InputError(f"`{what}` comes without targets.")
    for part, name in [(p, what) for p in found.inputs] + [
        (p, targets) for p in found.targets
    ]:
        if len(part) != len(found.inputs[0]):
            raise InputError(
                f"`{name}` must have one row a row of `{what}`, "
                f"{len(found.inputs[0])}. Received: {len(part)}"
            )
    if not len(found):
        raise InputError("There are no rows to train on.")
    return small_enough(found)


def small_enough(rows: Rows) -> Rows:
    """Keep as many rows as fit, spread over all of them."""
    size = sum(part.nbytes for part in rows.inputs)
    if size <= MOST_BYTES:
        return rows
    keep = max(64, int(len(rows) * MOST_BYTES / size))
    if keep >= len(rows):
        return rows
    chosen = np.sort(np.random.default_rng(0).permutation(len(rows))[:keep])
    found = rows.take(chosen)
    found.notes = [
        *rows.notes,
        f"{keep} of {len(rows)} rows were kept, drawn at random: all of them are "
        f"{size / 2**20:.0f} MiB.",
    ]
    return found
