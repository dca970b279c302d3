"""The rows that a model is trained on, whatever holds them: arrays at last.

Arrays, lists, tables, tensors, `tf.data.Dataset`, `PyDataset` and generators are read;
of what is too large, or never ends, a stated sample.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.typing import Array

#: Bytes that are kept of the inputs: what a hundred trainings can pass over in the
#: seconds of a budget.
MOST_BYTES = 64 * 2**20
#: Rows, and seconds of drawing batches, after which a stream counts as read.
MOST_ROWS, MOST_SECONDS = 20_000, 20.0
#: A stream that gives the same batch so many times in a row gives no other.
REPEATS = 3


@dataclass
class Rows:
    """Rows of one or several inputs, with one or several targets.

    Attributes
    ----------
    inputs, targets : list of ndarray
        One array for each input and output of the model, rows first.
    weights : ndarray or None
        One weight a row.
    whole : int or None
        How many rows there were; None where nobody knows.
    batch_size : int or None
        Of the batches they came in.
    notes : list of str
        What was left out.
    """

    inputs: list[Array]
    targets: list[Array]
    weights: Array | None = None
    whole: int | None = None
    batch_size: int | None = None
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.inputs[0]) if self.inputs else 0

    def take(self, chosen: Any) -> Rows:
        """Return the rows of these numbers, or of this slice."""
        return Rows(
            [part[chosen] for part in self.inputs],
            [part[chosen] for part in self.targets],
            None if self.weights is None else self.weights[chosen],
            self.whole,
            self.batch_size,
            self.notes,
        )


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
    if y is None and (stream := _stream(x)) is not None:
        found = _drawn(stream, model, what, steps)
    else:
        found = Rows(
            _parts(x, _names(model, "input"), what),
            _parts(y, _names(model, "output"), "y" if what == "x" else f"{what}'s y"),
        )
        if weights is not None:
            found.weights = _numbers(weights, "sample_weight").reshape(-1)
        found.whole = len(found)
    if not found.inputs or not found.targets:
        raise InputError(f"`{what}` comes without targets.")
    for part, name in [(p, what) for p in found.inputs] + [
        (p, "y" if what == "x" else f"{what}'s y") for p in found.targets
    ]:
        if len(part) != len(found.inputs[0]):
            raise InputError(
                f"`{name}` must have one row a row of `{what}`, "
                f"{len(found.inputs[0])}. Received: {len(part)}"
            )
    if not len(found):
        raise InputError("There are no rows to train on.")
    return _small_enough(found)


def _names(model: Any, kind: str) -> list[str]:
    if kind == "input":
        return [str(t.name) for t in getattr(model, "inputs", None) or ()]
    return [str(name) for name in getattr(model, "output_names", None) or ()]


def _stream(x: Any) -> Iterator[Any] | None:
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


def _drawn(stream: Iterator[Any], model: Any, what: str, steps: int | None) -> Rows:
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
            _parts(batch[0], _names(model, "input"), what),
            _parts(batch[1], _names(model, "output"), "targets"),
            _numbers(batch[2], "weights").reshape(-1) if len(batch) == 3 else None,
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
    repeats = len(batches) if all(_same(first, one) for one in batches) else 1
    if repeats >= REPEATS:
        batches, ended = batches[:1], True
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
        sum(map(len, batches)) if ended else None,
        len(first),
    )
    if repeats >= REPEATS:
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


def _same(some: Rows, other: Rows) -> bool:
    """Whether two batches hold the same rows."""
    pairs = zip(
        [*some.inputs, *some.targets], [*other.inputs, *other.targets], strict=True
    )
    return all(np.array_equal(a, b) for a, b in pairs)


def _parts(values: Any, names: Sequence[str], what: str) -> list[Array]:
    """Return one array for each input or output."""
    if values is None:
        return []
    if isinstance(values, Mapping):
        known = [name for name in names if name in values] or list(values)
        return [_numbers(values[name], f"{what}[{name!r}]") for name in known]
    several = len(names) > 1 and len(values) == len(names)
    nested = isinstance(values, (list, tuple)) and all(
        hasattr(part, "shape") or isinstance(part, (list, tuple)) for part in values
    )
    if isinstance(values, (list, tuple)) and nested:
        arrays = all(hasattr(part, "shape") for part in values)
        if several and (arrays or isinstance(values, tuple)):
            return [_numbers(part, what) for part in values]
        if len(values) == 1 and arrays:
            return [_numbers(values[0], what)]
    return [_numbers(values, what)]


def _numbers(values: Any, what: str) -> Array:
    """Return rows as an array of numbers."""
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
    elif hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    elif hasattr(values, "numpy"):
        values = values.numpy()
    elif hasattr(values, "toarray"):
        values = values.toarray()
    try:
        found = np.asarray(values)
        if found.dtype == object:
            found = found.astype(float)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"`{what}` must be an array of numbers, one row a sample: {error}"
        ) from None
    if found.dtype == bool:
        found = found.astype(np.int64)
    if found.dtype.kind not in "iuf" or not found.ndim:
        raise InputError(
            f"`{what}` must be an array of numbers, one row a sample. "
            f"Received: {type(values).__name__} of {found.dtype}"
        )
    return found


def _small_enough(rows: Rows) -> Rows:
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
