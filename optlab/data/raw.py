"""Rows as a source delivers them, before anything is split, filled in or scaled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.data.record import Task


def row_and_column(row: int, column: str) -> str:
    """Name a cell of a source that has no lines, counting rows from 1."""
    return f"row {row + 1}, column {column!r}"


@dataclass
class Raw:
    """Rows as read.

    Attributes
    ----------
    x : ndarray of float64, shape (rows, features)
        NaN where a value is missing. Rows of more axes are flat here.
    y : ndarray, shape (rows,) or (rows, outputs)
        Numbers or text; None where a text is missing, NaN where a number is.
    x_val, y_val : ndarray or None
        Validation rows that the source brings itself.
    groups : list of list of int
        The columns of `x` that are indicators of one categorical column.
    row_shape : tuple of int, optional
        One row's shape, where it has more axes than one.
    recode : bool
        Whether whole-number classes may be renumbered from 0. True for tables, where
        the labels are names; false for arrays, which are taken as they are.
    locate : callable (row, column name) -> str
        Names the place of a cell in the source, for a message.
    """

    source: str
    x: npt.NDArray[np.float64]
    y: npt.NDArray[Any]
    feature_names: list[str]
    target_names: list[str]
    x_val: npt.NDArray[np.float64] | None = None
    y_val: npt.NDArray[Any] | None = None
    class_names: list[str] = field(default_factory=list)
    task: Task | None = None
    groups: list[list[int]] = field(default_factory=list)
    row_shape: tuple[int, ...] | None = None
    recode: bool = False
    locate: Callable[[int, str], str] = row_and_column
    notes: list[str] = field(default_factory=list)
