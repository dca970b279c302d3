r"""Turn an update rule into loops over numbers of 16 and 8 bits.

The rule is the very function that steps float32. Around it every number is read as
float32 and rounded when it is written:

.. math::
    (p, s_1, \ldots) \leftarrow \mathrm{round}(\mathrm{rule}(
        \mathrm{decay}(p), \mathrm{clip}(g), s_1, \ldots))

A slot of bytes (`optlab.kernels.low_precision.dynamic_code`) is gone through twice,
block by block: the new numbers stay in the processor's first cache until the largest of
the block is known, and are then encoded.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

import numba

from optlab.kernels import floating_point
from optlab.kernels.fingerprint import fingerprint
from optlab.kernels.fuse import CHUNK, HEAD
from optlab.kernels.generated import Function, generated
from optlab.kernels.jit import kernel
from optlab.kernels.low_precision import dynamic_code, noise
from optlab.kernels.low_precision.formats import FORMATS
from optlab.kernels.low_precision.layout import Layout

_TEMPLATE = '''\
"""Loops of the update rule {rule_name} on few bits, by optlab.kernels.low_precision."""


def chunk(c, step, seed, hyper, bounds, {arrays}):
    """Update one chunk of flat arrays."""
    number = hyper.dtype.type
    one = hyper[0]
    learning_rate = hyper[1]
    weight_decay = hyper[2]
    {values} = coefficients(one, number(step), learning_rate{hyper})
    key = mixed(np.uint64(mixed(np.uint64(seed + np.uint64(step))) + np.uint64(c)))
    low = np.uint32(key)
    high = np.uint32(np.uint64(key >> np.uint64(32)))
    first = c * CHUNK
    last = min(all_param.size, first + CHUNK)
{scratch}
    for start in range(first, last, BLOCK):
        count = min(last - start, BLOCK)
        b = np.uintp(start // BLOCK)
        place = np.uint32(np.uint32(start - first) * WEYL + low)
{before}
        for j in range(count):
            i = np.uintp(start + j)
{noise}
            g = {clipped}
            p = {decayed}
            {targets}= rule(p, g, {slots}{rounded})
{stores}
{after}


def serial(step, seed, hyper, bounds, {arrays}):
    """Update one tensor in this thread."""
    mode = flush_on()
    for c in range((all_param.size + CHUNK - 1) // CHUNK):
        chunk(c, step, seed, hyper, bounds, {arrays})
    restore(mode)


def parallel(step, seed, hyper, bounds, {arrays}):
    """Update one tensor, chunk by chunk, in all threads."""
    for c in prange((all_param.size + CHUNK - 1) // CHUNK):
        mode = flush_on()
        chunk(c, step, seed, hyper, bounds, {arrays})
        restore(mode)
'''
_SCRATCH = """\
    kept_{k} = np.empty(BLOCK, np.float32)
"""
_BEFORE = """\
        scale_{k} = scales_{k}[b]
        largest_{k} = np.uint32(0)
"""
_KEEP = """\
            kept_{k}[j] = s_{k}
            size_{k} = np.float32(s_{k}).view(np.uint32)
            size_{k} = np.uint32(size_{k} & np.uint32(0x7FFFFFFF))
            largest_{k} = size_{k} if size_{k} > largest_{k} else largest_{k}
"""
_AFTER = """\
        largest = np.uint32(largest_{k}).view(np.float32)
        scales_{k}[b] = largest / {most}
        if largest_{k} == 0 or largest_{k} >= np.uint32(0x7F800000):
            for j in range(count):
                slot_{k}[np.uintp(start + j)] = np.uint8(largest_{k} > 0)
        else:
            inverse = np.float32({most} / largest)
            for j in range(count):
                i = np.uintp(start + j)
                slot_{k}[i] = encode_{k}(np.float32(kept_{k}[j] * inverse))
"""


class LowPrecisionLoops:
    """The compiled loops of one rule on one layout.

    They take ``(step, seed, hyper, bounds, param, grad, *slots, *scales[, master])``:
    flat arrays, of which scales are of the slots that are bytes.

    Parameters
    ----------
    rule, coefficients, clip, decay
        See `optlab.kernels.fuse.FusedRule`.
    layout : Layout
        How the numbers are kept.
    described : str
        What `fingerprint` says of all these functions.
    """

    def __init__(
        self,
        rule: Function,
        coefficients: Function,
        layout: Layout,
        clip: Function | None,
        decay: Function | None,
        described: str,
    ) -> None:
        self.rule, self.layout, self.described = rule, layout, described
        self.functions: dict[str, Function] = {
            "rule": rule,
            "coefficients": coefficients,
            "mixed": noise.mixed,
        }
        if clip is not None:
            self.functions["clip"] = clip
        if decay is not None:
            self.functions["decay"] = decay
        self._source = self._written(clip, decay)

    def _written(self, clip: Function | None, decay: Function | None) -> str:
        layout, coded = self.layout, []
        names = list(inspect.signature(self.rule).parameters)
        count = 2 + len(layout.slots)
        values = ", ".join(f"this_{name}" for name in names[count:]) + ","
        own = len(inspect.signature(self.functions["coefficients"]).parameters) - 3
        arrays, scales = ["all_param", "all_grad"], []
        reads, stores, parts = [], [], 0
        grad = self._read(layout.param, "all_grad[i]")
        read = (
            "all_master[i]"
            if layout.master
            else self._read(layout.param, "all_param[i]")
        )
        if layout.master:
            stores.append("            all_master[i] = p\n")
        rounded = "nearest" if layout.master else None
        stores.append(self._store(layout.param, "all_param", "p", 0, rounded))
        for k, kind in enumerate(layout.slots):
            arrays.append(f"slot_{k}")
            if kind in FORMATS:
                reads.append(self._read(kind, f"slot_{k}[i]"))
                parts += 1
                stores.append(self._store(kind, f"slot_{k}", f"s_{k}", parts, None))
                continue
            coded.append(k)
            scales.append(f"scales_{k}")
            self.functions[f"decode_{k}"] = getattr(dynamic_code, f"decode_{kind}")
            self.functions[f"encode_{k}"] = getattr(dynamic_code, f"encode_{kind}")
            reads.append(f"number(decode_{k}(slot_{k}[i]) * scale_{k})")
            stores.append(_KEEP.format(k=k))
        noisy = any("noise" in store and "_stochastic" in store for store in stores)
        drawn = "            noise = noise_bits(np.uint32(j), place, high)"
        if noisy:
            self.functions["noise_bits"] = noise.noise_bits
        bounds = len(inspect.signature(clip).parameters) - 1 if clip else 0
        bounded = "".join(f", bounds[{k}]" for k in range(bounds))
        after = [_AFTER.format(k=k, most=_most(layout.slots[k])) for k in coded]
        master = ["all_master"] if layout.master else []
        return _TEMPLATE.format(
            rule_name=self.rule.__name__,
            arrays=", ".join([*arrays, *scales, *master]),
            values=values,
            hyper="".join(f", hyper[{HEAD + k}]" for k in range(own)),
            scratch="".join(_SCRATCH.format(k=k) for k in coded),
            before="".join(_BEFORE.format(k=k) for k in coded),
            noise=drawn if noisy else "",
            clipped=f"clip({grad}{bounded})" if clip else grad,
            decayed=f"decay({read}, weight_decay, learning_rate)" if decay else read,
            targets="p, " + "".join(f"s_{k}, " for k in range(len(layout.slots))),
            slots="".join(f"{each}, " for each in reads),
            rounded=re.sub(r"\w+", r"number(\g<0>)", values),
            stores="".join(stores),
            after="".join(after),
        )

    def _read(self, name: str, element: str) -> str:
        load = FORMATS[name].load
        if load is None:
            return element
        self.functions[f"load_{name}"] = load
        return f"number(load_{name}({element}))"

    def _store(
        self, name: str, array: str, value: str, part: int, rounding: str | None
    ) -> str:
        """Write the line that rounds a value; `part` is which of the noise it takes."""
        if FORMATS[name].load is None:
            return f"            {array}[i] = {value}\n"
        kind = rounding or ("stochastic" if self.layout.stochastic else "nearest")
        self.functions[f"{name}_{kind}"] = getattr(FORMATS[name], kind)
        bits = "np.uint32(0)"
        if kind == "stochastic":
            part %= len(noise.PARTS)
            self.functions[f"part_{part}"] = noise.PARTS[part]
            bits = f"part_{part}(noise)"
        return f"            {array}[i] = {name}_{kind}(np.float32({value}), {bits})\n"

    @functools.cached_property
    def _names(self) -> dict[str, Any]:
        helpers = {
            "flush_on": floating_point.flush_on,
            "restore": floating_point.restore,
            "prange": numba.prange,
            "WEYL": noise.WEYL,
            "CHUNK": CHUNK,
            "BLOCK": self.layout.block,
            "LARGEST_SIGNED": dynamic_code.LARGEST_SIGNED,
            "LARGEST_UNSIGNED": dynamic_code.LARGEST_UNSIGNED,
        }
        made_of = f"{self.described}|{self.layout}"
        named = f"{self.rule.__name__}-low"
        entered = ("serial", "parallel")
        return generated(named, self._source, made_of, self.functions, helpers, entered)

    @functools.cached_property
    def serial(self) -> Callable[..., None]:
        """The loop in one thread."""
        return kernel(self._names["serial"])

    @functools.cached_property
    def parallel(self) -> Callable[..., None]:
        """The same over all threads; the same bits."""
        return kernel(self._names["parallel"], parallel=True)


def _most(kind: str) -> str:
    return "LARGEST_SIGNED" if kind == "signed" else "LARGEST_UNSIGNED"


def low_precision_loops(
    rule: Function,
    coefficients: Function,
    layout: Layout,
    clip: Function | None = None,
    decay: Function | None = None,
) -> LowPrecisionLoops:
    """Return the loops of a rule on a layout; what compiles alike gives the same.

    Raises
    ------
    RuleError
        If the rule reads what may change without a trace.
    """
    functions = (rule, coefficients, clip, decay)
    described = "".join(fingerprint(each) for each in functions if each)
    return _loops(rule, coefficients, layout, clip, decay, described)


_loops = functools.cache(LowPrecisionLoops)
