"""Vectors of -1 and 1 that depend on nothing but a number.

The bits are those of SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom
number generators, 2014), which is made in a few passes where a generator's start alone
would take longer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.typing import Array

_GOLDEN = 0x9E3779B97F4A7C15
#: Shifts and factors of the mixing.
_MIXED = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
#: The signs of the bits of each byte, by dtype.
_TABLES: dict[Any, Array] = {}


def signs_of(step: int, size: int, dtype: Any) -> Array:
    """Return -1 and 1 at random for a step, shape (1, size): the same in every run."""
    words = np.arange(-(-size // 64), dtype=np.uint64)
    words += np.uint64((step * _GOLDEN) % 2**64)
    words *= np.uint64(_GOLDEN)
    for shift, factor in _MIXED:
        words ^= words >> np.uint64(shift)
        words *= np.uint64(factor)
    words ^= words >> np.uint64(31)
    table = _TABLES.get(dtype)
    if table is None:
        bits = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
        table = _TABLES[dtype] = bits.astype(dtype) * 2 - 1
    return table.take(words.view(np.uint8), 0).reshape(1, -1)[:, :size]
