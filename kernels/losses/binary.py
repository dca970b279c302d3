r"""Binary cross-entropy of probabilities or logits, averaged over the outputs.

.. math::
    l = -t \ln p - (1 - t) \ln(1 - p), \qquad
    t = y (1 - \alpha) + \tfrac12 \alpha

with label smoothing :math:`\alpha`. A probability is first clipped to
:math:`[10^{-7}, 1 - 10^{-7}]`, so the loss never exceeds
:math:`-\ln 10^{-7} = 16.118` and its gradient beyond the clip is 0. For a logit z,

.. math::
    l = \max(z, 0) - z t + \ln(1 + e^{-|z|}), \qquad
    l' = [z \ge 0] - t \mp \frac{e^{-|z|}}{1 + e^{-|z|}}

which does not cancel where :math:`\sigma(z) - t` does: at z = 15, t = 1 the latter has
lost all digits but one in float32.

torch clamps the logarithms at -100 instead of the probabilities, and has no smoothing.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.elementary import exp, log, log1p_unit
from optlab.kernels.jit import kernel
from optlab.kernels.losses.reduction import (
    flat_factor,
    mean_rows,
    scale_rows,
    weighted_total,
)
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector

#: keras.config.epsilon()
CLIP = 1e-7


@kernel
def binary_probabilities(
    y: Array,
    p: Array,
    w: Array,
    divisor: float,
    grad: Array,
    rows: Array,
    smoothing: float,
) -> Any:
    """Binary cross-entropy of probabilities."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    one = p.dtype.type(1)
    low, high = p.dtype.type(CLIP), p.dtype.type(1.0 - CLIP)
    keep, spread = p.dtype.type(1.0 - smoothing), p.dtype.type(0.5 * smoothing)
    for k in range(out.size):
        t = target[k] * keep + spread
        c = low if output[k] < low else output[k]
        c = high if c > high else c
        out[k] = -(t * log(c) + (one - t) * log(one - c))
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    zero = p.dtype.type(0)
    for k in range(out.size):
        t = target[k] * keep + spread
        q = output[k]
        clipped = (q < low) | (q > high)
        c = low if clipped else q
        slope = (factor * (one - t)) / (one - c) - (factor * t) / c
        out[k] = zero if clipped else slope
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def binary_logits(
    y: Array,
    p: Array,
    w: Array,
    divisor: float,
    grad: Array,
    rows: Array,
    smoothing: float,
) -> Any:
    """Binary cross-entropy of the logits p."""
    target, logit, out = as_vector(y), as_vector(p), as_vector(grad)
    zero, one = p.dtype.type(0), p.dtype.type(1)
    keep, spread = p.dtype.type(1.0 - smoothing), p.dtype.type(0.5 * smoothing)
    for k in range(out.size):
        z = logit[k]
        t = target[k] * keep + spread
        upper = z if z > zero else zero
        out[k] = (upper - z * t) + log1p_unit(exp(-abs(z)))
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    for k in range(out.size):
        z = logit[k]
        t = target[k] * keep + spread
        e = exp(-abs(z))
        share = e / (one + e)
        positive = z >= zero
        step = one if positive else zero
        share = -share if positive else share
        out[k] = factor * ((step - t) + share)
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)
