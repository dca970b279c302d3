"""Rows as arrays: what a program's inputs, targets and weights hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.typing import Array


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
    held : int
        How many rows a generator holds that gives the same few again and again; else 0.
    """

    inputs: list[Array]
    targets: list[Array]
    weights: Array | None = None
    whole: int | None = None
    batch_size: int | None = None
    notes: list[str] = field(default_factory=list)
    held: int = 0

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
            self.held,
        )


def names_of(model: Any, kind: str) -> list[str]:
    """Return the names of a model's inputs ("input") or outputs ("output")."""
    if kind == "input":
        return [str(t.name) for t in getattr(model, "inputs", None) or ()]
    return [str(name) for name in getattr(model, "output_names", None) or ()]


def parts_of(values: Any, names: Sequence[str], what: str) -> list[Array]:
    """Return one array for each input or output."""
    if values is None:
        return []
    if isinstance(values, Mapping):
        known = [name for name in names if name in values] or list(values)
        return [numbers(values[name], f"{what}[{name!r}]") for name in known]
    several = len(names) > 1 and len(values) == len(names)
    nested = isinstance(values, (list, tuple)) and all(
        hasattr(part, "shape") or isinstance(part, (list, tuple)) for part in values
    )
    if isinstance(values, (list, tuple)) and nested:
        arrays = all(hasattr(part, "shape") for part in values)
        if several and (arrays or isinstance(values, tuple)):
            return [numbers(part, what) for part in values]
        if len(values) == 1 and arrays:
            return [numbers(values[0], what)]
    return [numbers(values, what)]


def numbers(values: Any, what: str) -> Array:
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
