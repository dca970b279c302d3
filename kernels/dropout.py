"""Inverted dropout: zero entries at random, scale up the rest.

The random numbers are SplitMix64's: a 64-bit mix of a key and of the entry's place, so
that they need no state and a loop over them is as fast as the rest of the layer.

References
----------
Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout: a simple
way to prevent neural networks from overfitting".
Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.jit import kernel

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_BITS = np.uint64(11)


@kernel(inline="always")
def _mix(z: Any) -> Any:
    """Return SplitMix64's output for the state `z`."""
    z = (z ^ (z >> _SHIFTS[0])) * _MIX_1
    z = (z ^ (z >> _SHIFTS[1])) * _MIX_2
    return z ^ (z >> _SHIFTS[2])


@kernel
def draw_mask(draw: float, seed: int, rate: float, mask: Any) -> None:
    """Make an entry of `mask` False with the probability `rate`, True otherwise.

    Parameters
    ----------
    draw : float
        A random number in [0, 1): 53 bits of the key.
    seed : int
        Tells layers apart that get the same draw.
    rate : float
        In [0, 1]; resolved to 2**-53.
    mask : ndarray of bool, shape (n,)
        Overwritten.
    """
    key = _mix(np.uint64(seed) * _GOLDEN) ^ np.uint64(draw * 2.0**53)
    key = _mix(key)
    least = np.uint64(np.ceil(rate * 2.0**53))
    for i in range(mask.size):
        mask[i] = (_mix(key + np.uint64(i) * _GOLDEN) >> _BITS) >= least


@kernel
def forward(x: Any, scale: Any, mask: Any, out: Any) -> None:
    """Keep ``x * scale`` where `mask` is True, else 0; all flat.

    An entry that is dropped becomes 0 even if it was inf or NaN, as in TensorFlow.
    """
    zero = x.dtype.type(0)
    for i in range(x.size):
        out[i] = x[i] * scale if mask[i] else zero


@kernel
def backward(grad: Any, scale: Any, mask: Any) -> None:
    """Turn `grad` from dL/dout into dL/dx, in place; flat."""
    zero = grad.dtype.type(0)
    for i in range(grad.size):
        grad[i] = grad[i] * scale if mask[i] else zero
