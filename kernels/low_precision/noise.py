"""Noise that is counted: a function of seed, step and place, and of nothing else.

Where a number lies decides what noise it gets, not which thread comes by, and a run
that is resumed goes on with the noise that it would have had.

References
----------
Salmon, Moraes, Dror, Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011: why a
counter. Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014: the
mixing of 64 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_U, _W = np.uint32, np.uint64
#: 2^32 over the golden ratio.
WEYL = _U(0x9E3779B1)


def mixed(z: Any) -> Any:
    """Mix 64 bits."""
    z = np.uint64(np.uint64(z ^ np.uint64(z >> _W(30))) * _W(0xBF58476D1CE4E5B9))
    z = np.uint64(np.uint64(z ^ np.uint64(z >> _W(27))) * _W(0x94D049BB133111EB))
    return np.uint64(z ^ np.uint64(z >> _W(31)))


def noise_bits(place: Any, low: Any, high: Any) -> Any:
    """Return 32 bits for a place in a chunk that has a key of two halves.

    The key is mixed well, so that a sequence of Weyl's, folded and multiplied by half
    of the key, is even enough for rounding: see tests/optlab/optimizers.
    """
    x = np.uint32(np.uint32(np.uint32(place) * WEYL) + low)
    x = np.uint32(x ^ np.uint32(x >> _U(15)))
    x = np.uint32(x * np.uint32(high | _U(1)))
    return np.uint32(x ^ np.uint32(x >> _U(16)))


def part_0(bits: Any) -> Any:
    """Return the lower 16 of 32 bits."""
    return np.uint32(bits & _U(0xFFFF))


def part_1(bits: Any) -> Any:
    """Return the upper 16."""
    return np.uint32(bits >> _U(16))


def part_2(bits: Any) -> Any:
    """Return those between: 8 of each."""
    return np.uint32(np.uint32(bits >> _U(8)) & _U(0xFFFF))


def part_3(bits: Any) -> Any:
    """Return the outermost 8 of each."""
    turned = np.uint32(np.uint32(bits << _U(8)) | np.uint32(bits >> _U(24)))
    return np.uint32(turned & _U(0xFFFF))


def fraction(part: Any) -> Any:
    """Return 16 bits as a number from 0 to 1."""
    return np.float32(np.int32(part)) * np.float32(2.0**-16)


#: What the parameter, and then each slot, takes of the bits of its place.
PARTS = (part_0, part_1, part_2, part_3)
