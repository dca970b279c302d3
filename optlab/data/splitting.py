"""The split into training and validation rows: seeded, and stratified by class."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]


def split_rows(
    rows: int, fraction: float, seed: int, classes: npt.NDArray[Any] | None = None
) -> tuple[Indices, Indices, bool]:
    """Split row numbers at random into training and validation.

    Parameters
    ----------
    rows : int
        How many rows there are.
    fraction : float
        The share of rows for validation, in [0, 1); rounded up to whole rows.
    seed : int
        Fixes the choice.
    classes : ndarray, shape (rows,), optional
        One class a row. Both parts then hold the classes in the same proportions,
        where every class has at least two rows and there is room for all of them.

    Returns
    -------
    training, validation : ndarray of int
        Row numbers in random order. All rows are for training where `fraction` is 0
        or there is only one row.
    stratified : bool
        Whether the classes were kept in proportion.
    """
    held_out = int(np.ceil(rows * fraction))
    if fraction == 0 or rows < 2 or held_out >= rows:
        return np.arange(rows), np.arange(0), False
    from sklearn.model_selection import train_test_split

    stratify = None
    if classes is not None:
        counts = np.unique(classes, return_counts=True)[1]
        if counts.min() >= 2 and len(counts) <= min(held_out, rows - held_out):
            stratify = classes
    training, validation = train_test_split(
        np.arange(rows), test_size=held_out, random_state=seed, stratify=stratify
    )
    return training, validation, stratify is not None
