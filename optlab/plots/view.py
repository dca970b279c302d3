"""What part of space a picture of paths shows, and where a path leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError

#: So far, in widths of the picture, may a path widen it before it is cut off.
_REACH = 0.35
#: A picture shows less than the bounds where paths would fill _FILLED of this share of
#: them, and never less than the share _LEAST.
_CLOSER = 0.6
_FILLED = 0.6
_LEAST = 0.1


def picture_box(problem: Any, paths: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return what a picture of these paths should show, shape (dimension, 2).

    The problem's own bounds, widened a little where a path passes them by a little;
    where the problem has none, what the paths and minima span.
    """
    points = np.concatenate(
        [*paths, np.reshape(problem.minima, (-1, problem.dimension))]
    )
    points = points[np.isfinite(points).all(axis=1)]
    if problem.bounds is None:
        # A path that flies off must not shrink all that came before to a dot.
        low, high = np.quantile(points, [0.0, 0.9], axis=0)
        near = np.abs(points - low).max(axis=1) <= 100 * (np.abs(high - low).max() or 1)
        low, high = points[near].min(axis=0), points[near].max(axis=0)
        size = np.where(high > low, high - low, max((high - low).max(), 1.0))
        return np.stack([low - 0.3 * size, high + 0.3 * size], axis=1)
    box = np.array(problem.bounds)
    size = box[:, 1] - box[:, 0]
    margin = 0.03 * size
    inside = (points >= box[:, 0] - _REACH * size) & (
        points <= box[:, 1] + _REACH * size
    )
    points = points[inside.all(axis=1)]
    if len(points):
        box[:, 0] = np.minimum(box[:, 0], points.min(axis=0) - margin)
        box[:, 1] = np.maximum(box[:, 1], points.max(axis=0) + margin)
    return _closer(box, problem, paths)


def _closer(
    box: npt.NDArray[Any], problem: Any, paths: Sequence[npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """Return the part of a box, in its proportions, that paths of little extent need.

    It holds the minimum nearest to each end too.
    """
    wanted = list(paths)
    minima = np.reshape(problem.minima, (-1, problem.dimension))
    if len(minima):
        ends = [path[np.isfinite(path).all(axis=1)][-1] for path in paths]
        wanted += [
            minima[np.linalg.norm(minima - end, axis=1).argmin()][None] for end in ends
        ]
    points = np.concatenate(wanted)
    points = points[((points >= box[:, 0]) & (points <= box[:, 1])).all(axis=1)]
    size = box[:, 1] - box[:, 0]
    if not len(points):
        return box
    low, high = points.min(axis=0), points.max(axis=0)
    share = max(float(((high - low) / size).max()), _LEAST * _FILLED) / _FILLED
    if share >= _CLOSER:
        return box
    size *= share
    first = np.clip((low + high - size) / 2, box[:, 0], box[:, 1] - size)
    return np.stack([first, first + size], axis=1)


def checked_box(box: npt.ArrayLike, problem: Any) -> npt.NDArray[Any]:
    """Return the caller's box as an array of shape (dimension, 2), or raise."""
    found = np.asarray(box, float)
    shape = (problem.dimension, 2)
    if found.shape != shape or not (found[:, 0] < found[:, 1]).all():
        raise InputError(
            f"`box` must have shape {shape}, low before high. "
            f"Received: box={found.tolist()}"
        )
    return found


def kept(path: npt.NDArray[Any], box: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a path up to the step that leaves the picture for good.

    That last point is pulled to near the picture, in its own direction, so that the
    line crosses the edge where it should.
    """
    inside = ((path >= box[:, 0]) & (path <= box[:, 1])).all(axis=1)
    last = int(np.flatnonzero(inside)[-1]) if inside.any() else 0
    found = np.array(path[: last + 2])
    if len(found) == last + 1:
        return found
    with np.errstate(over="ignore", invalid="ignore"):
        leap = found[-1] - found[-2]
        far = np.abs(leap / (box[:, 1] - box[:, 0])).max()
        found[-1] = found[-2] + leap * min(1.0, 10.0 / far)
    return found
