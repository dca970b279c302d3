r"""Turn an update rule into fused loops over flat arrays.

A rule is a pure function of one parameter, its gradient, the optimizer's slots and the
coefficients of this step. It runs on NumPy arrays as it is. Here the same function
object is compiled as a scalar function and placed in a loop, so that one pass over
memory does

.. math::
    g \leftarrow \mathrm{clip}(g), \quad p \leftarrow p - (p \lambda) \eta, \quad
    (p, s_1, \ldots) \leftarrow \mathrm{rule}(p, g, s_1, \ldots)

with the clipping and the weight decay only where they are asked for. The loop's text
is written into the kernel cache under a name that is a digest of everything it was made
of, so a user's rule is compiled once a machine and never served stale.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import linecache
import os
import tempfile
import types
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np

from optlab.kernels import floating_point
from optlab.kernels.jit import cache_folder, digest, kernel
from optlab.kernels.pointers import array_at

#: A loop over many arrays needs a check that none overlap before it can be vectorised;
#: LLVM gives up above 8 comparisons, which an optimizer with three slots passes.
llvm.set_option("optlab", "-runtime-memory-check-threshold=64")

#: Elements of one chunk of a parallel loop. Fixed, so that the cut does not depend on
#: the number of threads.
CHUNK = 1 << 13

#: How the loop treats a gradient before the rule sees it: nothing, tf.clip_by_norm's
#: (g * c) / max(norm, c), tf.clip_by_global_norm's g * factor, tf.clip_by_value.
CLIPS = {
    "none": "{g}",
    "norm": "({g} * clip[0]) / clip[1]",
    "factor": "{g} * clip[0]",
    "value": "np.maximum(np.minimum({g}, clip[0]), -clip[0])",
}

_TEMPLATE = '''\
"""Loops of the update rule {rule_name}, written by optlab.kernels.fuse."""


def block(step, hyper, clip, {arrays}):
    """Update flat arrays, element by element."""
    one = hyper[0]
    learning_rate = hyper[1]
    weight_decay = clip[2]
    {values} = coefficients(one, hyper.dtype.type(step), {hyper})
    for i in range(all_param.size):
        g = {clipped}
        p = {decayed}
        {targets}= rule(p, g, {slots}{values})


def serial(step, hyper, clip, {arrays}):
    """Update one tensor in this thread."""
    mode = flush_on()
    block(step, hyper, clip, {arrays})
    restore(mode)


def parallel(step, hyper, clip, {arrays}):
    """Update one tensor, chunk by chunk, in all threads."""
    chunks = (all_param.size + CHUNK - 1) // CHUNK
    for c in prange(chunks):
        mode = flush_on()
        start = c * CHUNK
        stop = min(all_param.size, start + CHUNK)
        block(step, hyper, clip, {chunks})
        restore(mode)


def scattered(step, hyper, clip, addresses, offsets, {flats}):
    """Update many separate tensors whose gradients and slots share flat arrays."""
    mode = flush_on()
    for t in range(addresses.size):
        start = offsets[t]
        stop = offsets[t + 1]
        all_param = array_at(addresses[t], stop - start, hyper)
        block(step, hyper, clip, all_param, {cuts})
    restore(mode)
'''


class FusedRule:
    """The compiled loops of one rule; each is compiled when it is first called.

    Parameters
    ----------
    rule : callable
        ``rule(param, grad, *slots, *coefficients) -> (param, *slots)``, elementwise:
        arithmetic and `np.sqrt`, `np.maximum`, `np.sign`, `np.abs`, `np.where` only.
    coefficients : callable
        ``coefficients(one, step, learning_rate, *hyper) -> tuple``: what does not
        depend on the element, once a step, in the parameter's dtype. `one` is 1 in that
        dtype, because the literal 1.0 would promote float32 to float64.
    slots : tuple of str
        The names of the state arrays, in the rule's order.
    clip : {"none", "norm", "factor", "value"}
        What to do with the gradient first.
    decay : bool
        Whether decoupled weight decay comes before the rule.
    """

    def __init__(
        self,
        rule: Callable[..., Any],
        coefficients: Callable[..., Any],
        slots: tuple[str, ...],
        clip: str = "none",
        decay: bool = False,
    ) -> None:
        self.rule = rule
        self.coefficients = coefficients
        self.slots = slots
        names = list(inspect.signature(rule).parameters)
        count = 2 + len(slots)
        arrays = [f"all_{name}" for name in ("param", "grad", *names[2:count])]
        values = ", ".join(f"this_{name}" for name in names[count:]) + ","
        hyper = range(1, len(inspect.signature(coefficients).parameters) - 1)
        self._source = _TEMPLATE.format(
            rule_name=rule.__name__,
            arrays=", ".join(arrays),
            flats=", ".join(arrays[1:]),
            chunks=", ".join(f"{name}[start:stop]" for name in arrays),
            cuts=", ".join(f"{name}[start:stop]" for name in arrays[1:]),
            values=values,
            hyper=", ".join(f"hyper[{k}]" for k in hyper),
            clipped=CLIPS[clip].format(g="all_grad[i]"),
            decayed="all_param[i] - (all_param[i] * weight_decay) * learning_rate"
            if decay
            else "all_param[i]",
            slots="".join(f"{name}[i], " for name in arrays[2:]),
            targets="".join(f"{name}[i], " for name in (arrays[0], *arrays[2:])),
        )

    @functools.cached_property
    def _names(self) -> dict[str, Any]:
        """The names that the loops' text refers to, and the text's own functions."""
        mark = hashlib.sha256(
            "|".join(
                [
                    digest(),
                    self._source,
                    fingerprint(self.rule),
                    fingerprint(self.coefficients),
                ]
            ).encode()
        ).hexdigest()[:16]
        scalar = functools.partial(numba.njit, error_model="numpy")
        names: dict[str, Any] = {
            "rule": scalar()(_named(self.rule, mark)),
            "coefficients": scalar()(_named(self.coefficients, mark)),
            "flush_on": floating_point.flush_on,
            "restore": floating_point.restore,
            "array_at": array_at,
            "np": np,
            "prange": numba.prange,
            "CHUNK": CHUNK,
            "__name__": __name__,
        }
        path = _write_once(f"{self.rule.__name__}-{mark}.py", self._source)
        exec(compile(self._source, path, "exec"), names)
        for name in ("block", "serial", "parallel", "scattered"):
            names[name] = _named(names[name], mark)
        names["block"] = scalar()(names["block"])
        return names

    @functools.cached_property
    def serial(self) -> Callable[..., None]:
        """``serial(step, hyper, clip, param, grad, *slots)`` on flat arrays."""
        return kernel(self._names["serial"])

    @functools.cached_property
    def parallel(self) -> Callable[..., None]:
        """The same over all threads, chunk by chunk; the same bits."""
        return kernel(self._names["parallel"], parallel=True)

    @functools.cached_property
    def scattered(self) -> Callable[..., None]:
        """``scattered(step, hyper, clip, addresses, offsets, grad, *slots)``."""
        return kernel(self._names["scattered"])


@functools.cache
def fuse(
    rule: Callable[..., Any],
    coefficients: Callable[..., Any],
    slots: tuple[str, ...],
    clip: str = "none",
    decay: bool = False,
) -> FusedRule:
    """Return the loops of a rule; the same arguments give the same object."""
    return FusedRule(rule, coefficients, slots, clip, decay)


def _named(function: Callable[..., Any], mark: str) -> Callable[..., Any]:
    """Return a copy of a function whose name within its module ends in `mark`.

    Machine code is linked by name. If code of two rules, cached by two processes, had
    one in common, then the first that is loaded would serve the callers of both.
    """
    function = getattr(function, "py_func", function)
    copy = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__module__ = function.__module__
    copy.__qualname__ = f"{function.__qualname__}_{mark}"
    return copy


def fingerprint(function: Callable[..., Any]) -> str:
    """Describe a function by its code and by the global values that it refers to."""
    function = getattr(function, "py_func", function)
    code = function.__code__
    parts = [code.co_code.hex(), repr(code.co_names), repr(code.co_varnames)]
    parts += [c.co_code.hex() if inspect.iscode(c) else repr(c) for c in code.co_consts]
    free = inspect.getclosurevars(function)
    for name, value in sorted({**free.globals, **free.nonlocals}.items()):
        value = getattr(value, "py_func", value)
        if isinstance(value, types.FunctionType):
            found = "" if value is function else fingerprint(value)
        elif isinstance(value, types.ModuleType):
            found = f"{value.__name__} {getattr(value, '__version__', '')}"
        elif isinstance(value, np.ndarray):
            found = f"{value.dtype} {value.shape} {value.tobytes().hex()}"
        else:
            found = repr(value)
        parts.append(f"{name}={found}")
    return "\n".join(parts)


def _write_once(name: str, source: str) -> str:
    """Write `source` into the kernel cache unless it is there; return its path.

    Numba compares the time of the file with the time it remembers, so a file that is
    there already must not be touched.
    """
    folder = cache_folder()
    if folder is None:
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        return name
    path = folder / "rules" / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w") as file:
            file.write(source)
        os.replace(temporary, path)
    return str(path)
