"""Odd values: single ones, and arrays of every layout and kind."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from optlab.typing import Array

Rng = np.random.Generator

#: What might be given for any argument; each draw of a list or array makes a new one.
SCALARS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 7, 255, 10**6, -(10**9), 2**63, 10**30, 10**400,
    0.0, -0.0, 0.5, 1.0, 1.5, -0.1, 1e-12, 1e-320, 1e30, 1e300, math.nan, math.inf,
    -math.inf, "", "False", "true", "0.1", "nan", "adam", "relu", "adma", "x" * 3000,
    "evil:x", "[/b]", "<script>", "\x00", "é", b"adam", 1j, Fraction(1, 3), ..., object,
    np.float32(0.25), np.float64(math.nan), np.int64(3), np.uint8(200), np.True_,
    np.float16(0.5), np.datetime64("2020-01-01"), np.str_("mse"), lambda: 0.1,
    lambda step: 0.1, lambda *a, **k: "text", range(3),
)  # fmt: skip


def scalar(rng: Rng) -> Any:
    """Return an odd value, a container of such among them."""
    if rng.random() < 0.8:
        return SCALARS[rng.integers(len(SCALARS))]
    inner = [SCALARS[rng.integers(len(SCALARS))] for _ in range(rng.integers(3))]
    kind = rng.integers(6)
    if kind == 0:
        return inner
    if kind == 1:
        return tuple(inner)
    if kind == 2:
        return {str(k): v for k, v in enumerate(inner)}
    if kind == 3:
        return {"name": inner[0] if inner else None, "class_name": "Adam"}
    if kind == 4:
        return {"class_name": inner[0] if inner else "L2", "config": inner}
    return array(rng)


def _layout(rng: Rng, made: Array) -> Array:
    """Return the values in another layout, or in another kind of array."""
    kind = rng.integers(9)
    if kind == 1 and made.ndim:
        return np.repeat(made, 2, axis=0)[::2]
    if kind == 2:
        return np.asfortranarray(made)
    if kind == 3:
        made.flags.writeable = False
        return made
    if kind == 4 and made.ndim:
        return np.ma.masked_array(made, np.zeros(made.shape, bool))
    if kind == 5 and made.ndim == 2:
        return made.view(np.matrix)
    if kind == 6 and made.ndim and made.dtype != object:
        raw = np.zeros(made.nbytes + 1, np.uint8)  # misaligned
        view = raw[1:].view(made.dtype).reshape(made.shape)
        view[...] = made
        return view
    if kind == 7 and made.ndim:
        return np.lib.stride_tricks.as_strided(  # overlaps itself
            made, made.shape, (0,) * made.ndim, writeable=False
        )
    return made


_DTYPES = (
    "float32", "float64", "float16", "longdouble", "int8", "int64", "uint64", "bool",
    "complex64", "object", "U3", "M8[D]", ">f4", ">f8", "i8", "float32", "float64",
)  # fmt: skip

_FILLS: tuple[Callable[[Rng, Any], Array], ...] = (
    lambda rng, shape: rng.random(shape),
    lambda rng, shape: rng.standard_normal(shape) * 1e3,
    lambda rng, shape: rng.integers(0, 3, shape),
    lambda rng, shape: rng.integers(-(10**9), 10**9, shape),
    lambda rng, shape: np.full(shape, np.nan),
    lambda rng, shape: np.full(shape, 1e300),
    lambda rng, shape: np.full(shape, 10**8),
    lambda rng, shape: np.zeros(shape),
    lambda rng, shape: np.where(rng.random(shape) < 0.5, np.inf, 1.0),
)


def array(rng: Rng, shape: tuple[int, ...] | None = None) -> Array:
    """Return an odd array; of the given shape half of the time."""
    if shape is None or rng.random() < 0.4:
        axes = int(rng.choice([0, 1, 1, 2, 2, 3, 4]))
        shape = tuple(int(n) for n in rng.choice([0, 1, 2, 3, 8], axes))
    fill = _FILLS[rng.integers(len(_FILLS))](rng, shape)
    dtype = "float32" if rng.random() < 0.4 else _DTYPES[rng.integers(len(_DTYPES))]
    with np.errstate(all="ignore"):
        made = np.array(fill).astype(dtype)
    return _layout(rng, made)
