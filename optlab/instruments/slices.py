r"""Slices through the loss around a model's weights, in directions of the same scale.

A random direction d is filter-normalized (Li et al. 2018): for each filter k of a
kernel, the weights that make one output,

.. math:: d_k \leftarrow \frac{d_k}{\|d_k\|} \|w_k\|

and 0 for biases and whatever else is no kernel, so that networks which compute the same
with weights of another size have the same picture.

References
----------
Li, Xu, Taylor, Studer, Goldstein, Visualizing the loss landscape of neural nets, 2018,
arXiv:1712.09913.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.kernels.floating_point import flush_subnormals
from optlab.lookup import checked_seed, is_count
from optlab.training.inputs import prepare_x, prepare_y
from optlab.training.objective import Objective
from optlab.typing import Array


@dataclass(frozen=True)
class Landscape:
    """The loss on a line or a plane through a model's weights.

    Attributes
    ----------
    along : ndarray, shape (points,)
        Multiples of a direction; 0 is where the weights are.
    values : ndarray, shape (points,) or (points, points)
        The loss; of a plane the first axis is the second direction's.
    directions : ndarray, shape (1 or 2, size)
        In the order of the model's arena.
    """

    along: Array
    values: Array
    directions: Array


def filter_normalized(model: Any, seed: int = 0) -> Array:
    """Return a random direction, each filter as long as the model's own.

    Parameters
    ----------
    model : Sequential
    seed : int
        Of the direction.

    Returns
    -------
    ndarray, shape (size,)
    """
    rng = np.random.default_rng(checked_seed(seed))
    parts = []
    for array in model.parameters:
        if array.ndim < 2:
            parts.append(np.zeros(array.size))
            continue
        raw = rng.standard_normal(array.shape).reshape(-1, array.shape[-1])
        own = np.linalg.norm(array.reshape(raw.shape), axis=0)
        parts.append((raw * (own / np.linalg.norm(raw, axis=0))).ravel())
    return np.concatenate(parts)


def landscape(
    model: Any,
    loss: Any,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    dimensions: int = 2,
    directions: Sequence[npt.ArrayLike] | None = None,
    reach: float = 1.0,
    points: int = 41,
    seed: int = 0,
    plain: bool = False,
) -> Landscape:
    """Return the loss around a model's weights, which stay as they are.

    Parameters
    ----------
    model : Sequential
        Of any layers; dropout is off.
    loss : str, dict or Loss
        As `fit` takes it.
    x, y
        The rows, as `fit` takes them.
    dimensions : {1, 2}
        A line or a plane.
    directions : sequence of array_like, shape (size,), optional
        As many; random ones, filter-normalized, where left out.
    reach : float
        How far to go on either side, in multiples of the directions.
    points : int
        On each axis; an odd number has the weights themselves among them.
    seed : int
        Of random directions.
    plain : bool
        As in `fit`.

    Raises
    ------
    InputError
        If an argument is out of range, or data, loss and model do not fit.
    """
    from optlab import losses

    if dimensions not in (1, 2):
        raise InputError(f"`dimensions` must be 1 or 2. Received: {dimensions!r}")
    if not is_count(points, 2):
        raise InputError(f"`points` must be at least 2. Received: points={points!r}")
    copy = model.copy()
    objective = Objective(copy, losses.get(loss), plain)
    rows = prepare_x(x, copy.input_shape, copy.dtype)
    targets = prepare_y(y, objective.loss, copy.output_shape, copy.dtype, len(rows))
    if directions is None:
        first = checked_seed(seed) or 0
        directions = [filter_normalized(copy, first + k) for k in range(dimensions)]
    ways = np.array([np.asarray(way, np.float64) for way in directions])
    if ways.shape != (dimensions, copy.parameters.size):
        raise InputError(
            f"`directions` must be {dimensions} of {copy.parameters.size} entries. "
            f"Received: shape {ways.shape}"
        )
    along = np.linspace(-reach, reach, points)
    center = copy.parameters.flat.astype(np.float64)

    def value(offset: Array) -> float:
        copy.parameters.flat[...] = center + offset
        with flush_subnormals(), np.errstate(all="ignore"):
            output = copy.forward(rows)
            return float(objective.value(targets, output) + copy.penalty())

    if dimensions == 1:
        values = np.array([value(a * ways[0]) for a in along])
    else:
        values = np.array(
            [[value(a * ways[0] + b * ways[1]) for a in along] for b in along]
        )
    return Landscape(along, values, ways)
