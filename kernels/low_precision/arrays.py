"""The same step on whole arrays, as it is written: the loops have its bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.fuse import CHUNK, HEAD
from optlab.kernels.low_precision import dynamic_code, noise
from optlab.kernels.low_precision.formats import FORMATS
from optlab.kernels.low_precision.loops import LowPrecisionLoops
from optlab.kernels.typing import Array


def step_arrays(
    made: LowPrecisionLoops,
    step: int,
    seed: Any,
    hyper: Array,
    bounds: Array,
    param: Array,
    grad: Array,
    *rest: Array,
) -> None:
    """Update flat arrays; the arguments are those of the loops."""
    layout, functions, number = made.layout, made.functions, hyper.dtype.type
    slots, others = rest[: len(layout.slots)], list(rest[len(layout.slots) :])
    coded = [k for k, kind in enumerate(layout.slots) if kind not in FORMATS]
    scales = dict(zip(coded, others, strict=False))
    bits = _noise(param.size, seed, step)
    g, p = read(layout.param, grad), read(layout.param, param)
    if layout.master:
        p = others[-1]
    if "clip" in functions:
        g = functions["clip"](g, *bounds[: functions["clip"].__code__.co_argcount - 1])
    if "decay" in functions:
        p = functions["decay"](p, hyper[2], hyper[1])
    values = [
        decoded(kind, slots[k], scales[k], layout.block)
        if k in scales
        else read(kind, slots[k])
        for k, kind in enumerate(layout.slots)
    ]
    numbers = functions["coefficients"](hyper[0], number(step), hyper[1], *hyper[HEAD:])
    numbers = [number(n) if isinstance(n, float) else n for n in numbers]
    moved, *kept = functions["rule"](
        p, g, *(v.astype(number) for v in values), *numbers
    )
    if layout.master:
        others[-1][...] = moved
    param[...] = written(
        layout.param, moved, bits, 0, layout.stochastic and not layout.master
    )
    for k, (kind, value) in enumerate(zip(layout.slots, kept, strict=True)):
        value = value.astype(np.float32)
        if k not in scales:
            slots[k][...] = written(kind, value, bits, k + 1, layout.stochastic)
            continue
        places = np.full(value.size, 0.5, np.float32)
        if layout.stochastic:
            places = noise.fraction(noise.PARTS[(k + 1) % len(noise.PARTS)](bits))
        encode(kind, value, places, slots[k], scales[k], layout.block)


def read(name: str, array: Array) -> Array:
    """Return the numbers of an array in a format."""
    load = FORMATS[name].load
    found: Array = array if load is None else load(array)
    return found


def written(name: str, value: Array, bits: Array, part: int, stochastic: bool) -> Array:
    """Return numbers as they are kept in a format."""
    how = FORMATS[name]
    chosen = how.stochastic if stochastic else how.nearest
    if chosen is None:
        return value
    found: Array = chosen(value, noise.PARTS[part % len(noise.PARTS)](bits))
    return found


def decoded(kind: str, codes: Array, scales: Array, block: int) -> Array:
    """Return the numbers of bytes, flat."""
    values: Array = getattr(dynamic_code, f"decode_{kind}")(codes)
    return values * np.repeat(scales, block)[: codes.size]


def encode(
    kind: str, value: Array, places: Array, codes: Array, scales: Array, block: int
) -> None:
    """Write numbers as bytes, block by block."""
    most = getattr(dynamic_code, f"LARGEST_{kind.upper()}")
    for b in range(len(scales)):
        part = value[b * block : (b + 1) * block]
        size = part.view(np.uint32) & np.uint32(0x7FFFFFFF)
        largest = size.max(keepdims=True).view(np.float32)
        scales[b : b + 1] = largest / most
        if largest[0] > 0 and np.isfinite(largest[0]):
            inverse = most / largest
            new = getattr(dynamic_code, f"encode_{kind}")(
                part * inverse, places[b * block : (b + 1) * block]
            )
        else:
            new = np.uint8(not largest[0] == 0)
        codes[b * block : (b + 1) * block] = new


def _noise(size: int, seed: Any, step: int) -> Array:
    chunks = np.arange(-(-size // CHUNK), dtype=np.uint64)
    stepped = np.array([seed], np.uint64) + np.uint64(step)
    keys = noise.mixed(noise.mixed(stepped) + chunks)
    low = np.repeat(keys.astype(np.uint32), CHUNK)[:size]
    high = np.repeat((keys >> np.uint64(32)).astype(np.uint32), CHUNK)[:size]
    place = np.arange(size, dtype=np.uint32) % np.uint32(CHUNK)
    bits: Array = noise.noise_bits(place, low, high)
    return bits
