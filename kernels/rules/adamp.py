r"""AdamP: Adam without the part of a step that only lengthens scale-invariant weights.

.. math::
    u &= \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}, \qquad
    u \leftarrow u - \hat w \langle \hat w, u \rangle
        \quad \text{where } \frac{|\langle w, g \rangle|}{\lVert w \rVert
        \lVert g \rVert} < \frac{\delta}{\sqrt{\dim w}} \\
    w &\leftarrow (1 - \eta \lambda \rho) w - \eta u

with :math:`m, v` as in Adam and :math:`\hat w = w / (\lVert w \rVert + \epsilon)`. A
gradient at right angles to the weights is what a normalization after them makes. It is
asked first of every channel by itself, all of which must be so, then of the whole
tensor; where it is so the decay counts :math:`\rho`, else 1. Vectors are stepped by
Adam. A channel is a place on the last axis, as tf.keras stores kernels; in torch, for
which the authors wrote it, it is one on the first. optax lacks it.

References
----------
Heo et al., AdamP: slowing down the slowdown for momentum optimizers on scale-invariant
weights, 2021, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction
from optlab.kernels.sums import sum_axis_eigen

SLOTS = ("momentum", "velocity")


def adamp(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    rate: Any,
    learning_rate: Any,
    root: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    delta: Any,
    wd_ratio: Any,
    nesterov: Any,
    decay: Any,
    one: Any,
) -> Any:
    """Take Adam's step, and leave out what goes along the weights."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    ahead = m + (grad - m) * one_minus_beta_1 if nesterov else m
    update = ahead / (np.sqrt(v) / root + epsilon)
    ratio = one
    for shape in views(param.shape):
        weights, slope = param.reshape(shape), grad.reshape(shape)
        if at_right_angles(weights, slope, delta, epsilon):
            update = projected(weights, update.reshape(shape), epsilon)
            ratio = wd_ratio
            break
    update = update.reshape(param.shape)
    param = param * (one - learning_rate * decay * ratio) - rate * update
    return param, m, v


def views(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the shapes as columns of channels, and as one column; none of a vector."""
    if len(shape) < 2 or 0 in shape:
        return []
    size = int(np.prod(shape))
    return [(size // shape[-1], shape[-1]), (size, 1)]


def at_right_angles(weights: Any, slope: Any, delta: Any, epsilon: Any) -> Any:
    """Tell whether in every column the gradient is nearly orthogonal to the weights."""
    inner = sum_axis_eigen(weights * slope, -2)
    lengths = [
        np.maximum(np.sqrt(sum_axis_eigen(x, -2, True)), epsilon)
        for x in (weights, slope)
    ]
    cosine = np.abs(inner / (lengths[0] * lengths[1]))
    return cosine.max() < delta / np.sqrt(weights.dtype.type(len(weights)))


def projected(weights: Any, update: Any, epsilon: Any) -> Any:
    """Take what goes along the weights out of every column of an update."""
    unit = weights / (np.sqrt(sum_axis_eigen(weights, -2, True)) + epsilon)
    return update - unit * sum_axis_eigen(unit * update, -2)


def adamp_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    delta: Any,
    wd_ratio: Any,
    nesterov: Any,
    decay: Any,
) -> Any:
    """Work out both bias corrections."""
    correction_1 = correction(one_minus_beta_1, step)
    return (
        learning_rate / correction_1,
        learning_rate,
        np.sqrt(correction(one_minus_beta_2, step)),
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
        delta,
        wd_ratio,
        nesterov,
        decay,
        one,
    )
