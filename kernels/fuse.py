r"""Turn an update rule into fused loops over flat arrays.

A rule is a pure function of one parameter, its gradient, the optimizer's slots and the
coefficients of this step. It runs on NumPy arrays as it is. Here the same function
object is compiled as a scalar function and placed in a loop, so that one pass over
memory does

.. math::
    g \leftarrow \mathrm{clip}(g), \quad p \leftarrow p - (p \lambda) \eta, \quad
    (p, s_1, \ldots) \leftarrow \mathrm{rule}(p, g, s_1, \ldots)

with the clipping and the weight decay, which are such functions too, only where they
are asked for. See `optlab.kernels.generated` for what becomes of the loop's text.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numba
from numba.core.errors import NumbaError as NumbaError

from optlab.kernels import floating_point
from optlab.kernels.fingerprint import RuleError, fingerprint, place_of
from optlab.kernels.generated import Function, generated
from optlab.kernels.jit import kernel
from optlab.kernels.pointers import array_at
from optlab.kernels.wide import widest

#: A loop over many arrays needs a check that none overlap before it can be vectorised;
#: LLVM gives up above 8 comparisons, which an optimizer with three slots passes.
llvm.set_option("optlab", "-runtime-memory-check-threshold=64")

#: What stands in `hyper` before the numbers that are the rule's own: 1, the learning
#: rate and the weight decay.
HEAD = 3

#: Elements of one chunk of a parallel loop. Fixed, so that the cut does not depend on
#: the number of threads.
CHUNK = 1 << 13
#: Elements from which threads pay for a rule of powers, of which each takes as long as
#: twenty Adam steps.
PARALLEL_FROM_COSTLY = 4 * CHUNK

_TEMPLATE = '''\
"""Loops of the update rule {rule_name}, written by optlab.kernels.fuse."""


def block(step, hyper, bounds, {arrays}):
    """Update flat arrays, element by element."""
    widest()
    number = hyper.dtype.type
    one = hyper[0]
    learning_rate = hyper[1]
    weight_decay = hyper[2]
    {values} = coefficients(one, number(step), learning_rate{hyper})
    for i in range(all_param.size):
        g = {clipped}
        p = {decayed}
        {targets}= rule(p, g, {slots}{rounded})


def serial(step, hyper, bounds, {arrays}):
    """Update one tensor in this thread."""
    widest()
    mode = flush_on()
    block(step, hyper, bounds, {arrays})
    restore(mode)


def parallel(step, hyper, bounds, {arrays}):
    """Update one tensor, chunk by chunk, in all threads."""
    chunks = (all_param.size + CHUNK - 1) // CHUNK
    for c in prange(chunks):
        mode = flush_on()
        widest()
        start = c * CHUNK
        stop = min(all_param.size, start + CHUNK)
        block(step, hyper, bounds, {chunks})
        restore(mode)


def scattered(step, hyper, bounds, addresses, offsets, {flats}):
    """Update many separate tensors whose gradients and slots share flat arrays."""
    widest()
    mode = flush_on()
    for t in range(addresses.size):
        start = offsets[t]
        stop = offsets[t + 1]
        all_param = array_at(addresses[t], stop - start, hyper)
        block(step, hyper, bounds, all_param, {cuts})
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
        depend on the element, once a step. `one` is 1 in the parameter's dtype, because
        the literal 1.0 would promote float32 to float64; what is worked out in float64
        all the same is rounded to that dtype.
    slots : tuple of str
        The names of the state arrays, in the rule's order.
    clip : callable, optional
        ``clip(grad, *bounds) -> grad``: what is done to the gradient first.
    decay : callable, optional
        ``decay(param, weight_decay, learning_rate) -> param``: what is done to the
        parameter first.
    described : str
        What `fingerprint` says of all these functions.
    """

    def __init__(
        self,
        rule: Function,
        coefficients: Function,
        slots: tuple[str, ...],
        clip: Function | None = None,
        decay: Function | None = None,
        described: str = "",
    ) -> None:
        self.described = described
        self.rule = rule
        self.functions = functions_of(rule, coefficients, clip, decay)
        names = list(inspect.signature(rule).parameters)
        count = 2 + len(slots)
        arrays = [f"all_{name}" for name in ("param", "grad", *names[2:count])]
        values = ", ".join(f"this_{name}" for name in names[count:]) + ","
        # After one and the step the coefficients take the rate, then what is theirs.
        own = range(HEAD, HEAD + len(inspect.signature(coefficients).parameters) - 3)
        self._source = _TEMPLATE.format(
            rule_name=rule.__name__,
            arrays=", ".join(arrays),
            flats=", ".join(arrays[1:]),
            chunks=", ".join(f"{name}[start:stop]" for name in arrays),
            cuts=", ".join(f"{name}[start:stop]" for name in arrays[1:]),
            values=values,
            rounded=re.sub(r"\w+", r"number(\g<0>)", values),
            hyper="".join(f", hyper[{k}]" for k in own),
            clipped=f"clip(all_grad[i]{_bounds(clip)})" if clip else "all_grad[i]",
            decayed="decay(all_param[i], weight_decay, learning_rate)"
            if decay
            else "all_param[i]",
            slots="".join(f"{name}[i], " for name in arrays[2:]),
            targets="".join(f"{name}[i], " for name in (arrays[0], *arrays[2:])),
        )

    @functools.cached_property
    def _names(self) -> dict[str, Any]:
        """The names that the loops' text refers to, and the text's own functions."""
        helpers = {
            "flush_on": floating_point.flush_on,
            "restore": floating_point.restore,
            "array_at": array_at,
            "prange": numba.prange,
            "widest": widest,
            "CHUNK": CHUNK,
        }
        entered = ("serial", "parallel", "scattered")
        made = (self.rule.__name__, self._source, self.described)
        return generated(*made, self.functions, helpers, entered)

    @functools.cached_property
    def serial(self) -> Callable[..., None]:
        """``serial(step, hyper, bounds, param, grad, *slots)`` on flat arrays.

        `hyper` holds 1, the learning rate, the weight decay and what the coefficients
        take besides; `bounds` what the clip takes.
        """
        return kernel(self._names["serial"])

    @functools.cached_property
    def parallel(self) -> Callable[..., None]:
        """The same over all threads, chunk by chunk; the same bits."""
        return kernel(self._names["parallel"], parallel=True)

    @functools.cached_property
    def scattered(self) -> Callable[..., None]:
        """``scattered(step, hyper, bounds, addresses, offsets, grad, *slots)``."""
        return kernel(self._names["scattered"])


def fuse(
    rule: Function,
    coefficients: Function,
    slots: tuple[str, ...],
    clip: Function | None = None,
    decay: Function | None = None,
) -> FusedRule:
    """Return the loops of a rule; what compiles alike gives the same object.

    Raises
    ------
    RuleError
        If the rule reads what may change without a trace.
    """
    described = description(rule, coefficients, clip, decay)
    return _fuse(rule, coefficients, slots, clip, decay, described)


_fuse = functools.cache(FusedRule)


def functions_of(
    rule: Function,
    coefficients: Function,
    clip: Function | None,
    decay: Function | None,
) -> dict[str, Function]:
    """Return what the text of a rule's loops calls, by the names it has there."""
    found = {"rule": rule, "coefficients": coefficients, "clip": clip, "decay": decay}
    return {name: each for name, each in found.items() if each is not None}


def description(*functions: Function | None) -> str:
    """Return what tells the machine code of a rule's loops from that of others."""
    return "".join(fingerprint(each) for each in functions if each)


def _bounds(clip: Function) -> str:
    """Write the numbers that a clip takes after the gradient."""
    count = len(inspect.signature(clip).parameters) - 1
    return "".join(f", bounds[{k}]" for k in range(count))


def compile_error(rule: Function, error: NumbaError) -> RuleError:
    """Return the error that names the rule, the line and the remedy.

    Parameters
    ----------
    rule : callable
        What was compiled.
    error : NumbaError
        What Numba said.
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    places = re.findall(r'File "([^"]+)", line (\d+)', text)
    # Numba names the innermost place first; our own generated loops say nothing.
    told = [place for place in places if not re.search(r"-[0-9a-f]{16}\.py$", place[0])]
    where = "{}, line {}".format(*told[0]) if told else "a line that it does not name"
    reasons = [line.strip() for line in text.splitlines() if line.strip()]
    names = re.findall(r"global name '(\w+)'", text)
    remedy = (
        f"decorate `{names[0]}` with `numba.njit`"
        if names
        else "use arithmetic and functions such as `numpy.sqrt` only"
    )
    shown = next((r for r in reasons if not r.startswith("Failed in")), reasons[0])
    return RuleError(
        f"The rule {place_of(rule)} cannot be compiled: {shown} At {where}. "
        f"Either {remedy}, or run it as it is on arrays: `elementwise=False`."
    )
