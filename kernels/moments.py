"""Norm, mean and spread of each tensor of an arena, in one pass each.

Sums are in float64, in sixteen running ones side by side: the order is fixed, and the
loop over them is a few vector instructions.
"""

from __future__ import annotations

import numpy as np

from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array

_LANES = 16


@kernel
def norms(flat: Array, bounds: Array, out: Array) -> None:
    """Put the Euclidean norm of each tensor into `out`.

    Parameters
    ----------
    flat : ndarray, shape (size,)
        The arena.
    bounds : ndarray of int64, shape (tensors + 1,)
        Where each tensor begins, and the last one ends.
    out : ndarray of float64, shape (tensors,)
    """
    sums = np.empty(_LANES)
    for k in range(out.size):
        start, stop = bounds[k], bounds[k + 1]
        whole = stop - (stop - start) % _LANES
        sums[:] = 0.0
        for first in range(start, whole, _LANES):
            for lane in range(_LANES):
                value = np.float64(flat[first + lane])
                sums[lane] += value * value
        for i in range(whole, stop):
            value = np.float64(flat[i])
            sums[0] += value * value
        out[k] = np.sqrt(sums.sum())


@kernel
def moments(flat: Array, bounds: Array, mean: Array, std: Array) -> None:
    """Put mean and (population) standard deviation of each tensor into two arrays.

    The spread is summed around the mean; see `norms` for the arguments.
    """
    sums = np.empty(_LANES)
    for k in range(mean.size):
        start, stop = bounds[k], bounds[k + 1]
        whole = stop - (stop - start) % _LANES
        sums[:] = 0.0
        for first in range(start, whole, _LANES):
            for lane in range(_LANES):
                sums[lane] += np.float64(flat[first + lane])
        for i in range(whole, stop):
            sums[0] += np.float64(flat[i])
        middle = sums.sum() / (stop - start)
        sums[:] = 0.0
        for first in range(start, whole, _LANES):
            for lane in range(_LANES):
                away = np.float64(flat[first + lane]) - middle
                sums[lane] += away * away
        for i in range(whole, stop):
            away = np.float64(flat[i]) - middle
            sums[0] += away * away
        mean[k] = middle
        std[k] = np.sqrt(sums.sum() / (stop - start))
