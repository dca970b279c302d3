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
from collections.abc import Callable
from typing import Any

import numba

from optlab.kernels import floating_point
from optlab.kernels.fuse import CHUNK, description
from optlab.kernels.generated import Function, generated
from optlab.kernels.jit import kernel
from optlab.kernels.low_precision import dynamic_code, noise
from optlab.kernels.low_precision.layout import Layout
from optlab.kernels.low_precision.source import Source
from optlab.kernels.wide import widest


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
        source = Source(rule, coefficients, layout, clip, decay)
        self.functions, self._text = source.functions, source.text

    @functools.cached_property
    def _names(self) -> dict[str, Any]:
        helpers = {
            "flush_on": floating_point.flush_on,
            "restore": floating_point.restore,
            "prange": numba.prange,
            "widest": widest,
            "WEYL": noise.WEYL,
            "CHUNK": CHUNK,
            "BLOCK": self.layout.block,
            "LARGEST_SIGNED": dynamic_code.LARGEST_SIGNED,
            "LARGEST_UNSIGNED": dynamic_code.LARGEST_UNSIGNED,
        }
        made_of = f"{self.described}|{self.layout}"
        named = f"{self.rule.__name__}-low"
        entered = ("serial", "parallel")
        return generated(named, self._text, made_of, self.functions, helpers, entered)

    @functools.cached_property
    def serial(self) -> Callable[..., None]:
        """The loop in one thread."""
        return kernel(self._names["serial"])

    @functools.cached_property
    def parallel(self) -> Callable[..., None]:
        """The same over all threads; the same bits."""
        return kernel(self._names["parallel"], parallel=True)


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
    described = description(rule, coefficients, clip, decay)
    return _loops(rule, coefficients, layout, clip, decay, described)


_loops = functools.cache(LowPrecisionLoops)
