"""Distances of two lists of tensors, as if each list were one long vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optlab.typing import Array


def norm(arrays: Sequence[Array]) -> float:
    """Return the Euclidean norm."""
    return float(np.sqrt(sum(float(np.sum(np.square(a, dtype=float))) for a in arrays)))


def distance(ours: Sequence[Array], theirs: Sequence[Array]) -> float:
    """Return the Euclidean distance."""
    gaps = [
        np.asarray(a, float) - np.asarray(b, float)
        for a, b in zip(ours, theirs, strict=True)
    ]
    return norm(gaps)


def relative_distance(ours: Sequence[Array], theirs: Sequence[Array]) -> float:
    """Return the distance over the norm of the first."""
    return distance(ours, theirs) / (norm(ours) or 1.0)


def worst(
    names: Sequence[str], ours: Sequence[Array], theirs: Sequence[Array]
) -> tuple[str, tuple[int, ...], float, float]:
    """Return where the two differ most: tensor, index, and both values."""
    gaps = [np.abs(a - b) for a, b in zip(ours, theirs, strict=True)]
    k = int(np.argmax([np.max(gap, initial=0.0) for gap in gaps]))
    index = tuple(int(i) for i in np.unravel_index(np.argmax(gaps[k]), gaps[k].shape))
    return names[k], index, float(ours[k][index]), float(theirs[k][index])
