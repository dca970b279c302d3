r"""First and second derivatives of the activations, by name, in NumPy.

Each entry takes z, y = f(z) and the activation's constants and returns f'(z) and
f''(z); the second is None where f is made of straight pieces, and a plain number's
worth of work is saved. At a kink the first derivative is that of the kernels
(`optlab.kernels.activations`), and the second is 0, as automatic differentiation
has it: what a kink adds to the curvature is a spike that no product with H sees.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtr

from optlab.kernels.activations.rectified import SELU_ALPHA, SELU_SCALE
from optlab.kernels.activations.smooth import GELU_ROUNDING
from optlab.typing import Array

Slopes = tuple[Array, Array | None]


def _sigmoid(z: Array) -> Array:
    """Logistic function, without overflow."""
    small = np.exp(-np.abs(z))
    found: Array = np.where(z >= 0, 1, small) / (1 + small)
    return found


def _steps(where: Array, like: Array, above: float = 1.0, below: float = 0.0) -> Any:
    """Return one of two slopes for each entry."""
    return np.where(where, like.dtype.type(above), like.dtype.type(below))


def _relu(z: Array, y: Array) -> Slopes:
    return (y > 0).astype(z.dtype), None


def _leaky_relu(z: Array, y: Array, slope: float) -> Slopes:
    return _steps(y > 0, z, 1.0, float(np.float32(slope))), None


def _elu(z: Array, y: Array, alpha: float) -> Slopes:
    low = y + z.dtype.type(alpha)
    return np.where(y > 0, 1, low), np.where(y > 0, 0, low)


def _selu(z: Array, y: Array) -> Slopes:
    low = y + z.dtype.type(SELU_SCALE * SELU_ALPHA)
    return np.where(y < 0, low, z.dtype.type(SELU_SCALE)), np.where(y < 0, low, 0)


def _celu(z: Array, y: Array, alpha: float) -> Slopes:
    slope = np.exp(np.minimum(z, 0) / z.dtype.type(alpha))
    return slope, np.where(z <= 0, slope / z.dtype.type(alpha), 0)


def _tanh(z: Array, y: Array) -> Slopes:
    slope = 1 - y * y
    return slope, -2 * y * slope


def _of_sigmoid(z: Array, y: Array) -> Slopes:
    slope = y * (1 - y)
    return slope, slope * (1 - 2 * y)


def _softplus(z: Array, y: Array) -> Slopes:
    s = _sigmoid(z)
    return s, s * (1 - s)


def _log_sigmoid(z: Array, y: Array) -> Slopes:
    s = _sigmoid(-z)
    return s, -s * (1 - s)


def _silu(z: Array, y: Array) -> Slopes:
    s = _sigmoid(z)
    bend = s * (1 - s)
    return s + z * bend, bend * (2 + z * (1 - 2 * s))


def _gelu(z: Array, y: Array) -> Slopes:
    s = z.dtype.type(GELU_ROUNDING) * z
    density = np.exp(-0.5 * s * s) * z.dtype.type(1 / np.sqrt(2 * np.pi))
    bend = z.dtype.type(GELU_ROUNDING) * density * (2 - s * s)
    return ndtr(s) + s * density, bend


def _mish(z: Array, y: Array) -> Slopes:
    s = _sigmoid(z)
    t = np.tanh(np.logaddexp(0, z))
    rise = 1 - t * t
    return t + z * rise * s, rise * s * (2 + z * (1 - s - 2 * t * s))


def _softsign(z: Array, y: Array) -> Slopes:
    below = 1 + np.abs(z)
    return 1 / below**2, -2 * np.sign(z) / below**3


def _tanh_shrink(z: Array, y: Array) -> Slopes:
    t = np.tanh(z)
    return t * t, 2 * t * (1 - t * t)


def _squareplus(z: Array, y: Array, b: float) -> Slopes:
    root = np.sqrt(z * z + z.dtype.type(b))
    return (1 + z / root) / 2, z.dtype.type(b) / (2 * root**3)


def _hard_silu(z: Array, y: Array) -> Slopes:
    inside = np.abs(z) < 3
    slope = np.clip(z + 3, 0, 6) / 6 + np.where(inside, z / 6, 0)
    return slope, _steps(inside, z, 1 / 3)


def _sparse_plus(z: Array, y: Array) -> Slopes:
    return np.clip((z + 1) / 2, 0, 1), _steps(np.abs(z) < 1, z, 0.5)


def _between(low: float, high: float, slope: float = 1.0) -> Callable[..., Slopes]:
    """Return the derivatives of what rises from `low` to `high` and is flat beyond."""

    def slopes(z: Array, y: Array) -> Slopes:
        return _steps((z > low) & (z < high), z, slope), None

    return slopes


def _shrink(z: Array, y: Array, threshold: float) -> Slopes:
    return _steps(np.abs(z) > threshold, z), None


#: Name -> f'(z) and f''(z) of (z, f(z), *constants). The rows' functions, softmax and
#: log_softmax, are in `optlab.instruments.nonlinear`.
DERIVATIVES: dict[str, Callable[..., Any]] = {
    "celu": _celu,
    "elu": _elu,
    "exponential": lambda z, y: (y, y),
    "gelu": _gelu,
    "hard_shrink": _shrink,
    "hard_sigmoid": _between(-3.0, 3.0, 1 / 6),
    "hard_silu": _hard_silu,
    "hard_tanh": lambda z, y: (_steps(np.abs(z) <= 1, z), None),
    "leaky_relu": _leaky_relu,
    "log_sigmoid": _log_sigmoid,
    "mish": _mish,
    "relu": _relu,
    "relu6": _between(0.0, 6.0),
    "selu": _selu,
    "sigmoid": _of_sigmoid,
    "silu": _silu,
    "soft_shrink": _shrink,
    "softplus": _softplus,
    "softsign": _softsign,
    "sparse_plus": _sparse_plus,
    "sparse_sigmoid": _between(-1.0, 1.0, 0.5),
    "squareplus": _squareplus,
    "tanh": _tanh,
    "tanh_shrink": _tanh_shrink,
}
