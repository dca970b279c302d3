r"""Lamb: Adam's step, rescaled so that each tensor moves in proportion to its norm.

.. math::
    u &= \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}, \qquad
    r = \lVert w \rVert / \lVert u \rVert \\
    w &\leftarrow w - r \eta u

with :math:`m, v` as in Adam and :math:`r = 1` where a norm is 0. The paper passes
:math:`\lVert w \rVert` through a bounded function and adds the decay to :math:`u`;
tf.keras does neither (its decay is the decoupled one).

tf.keras squares with ``pow(x, 2)``, which TensorFlow rounds differently from ``x * x``;
`tf_power` does the same, so that the norms agree to the last bit.

References
----------
You et al., Large batch optimization for deep learning, 2020, algorithm 2.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import prange

from optlab.kernels.floating_point import flush_on, restore
from optlab.kernels.fuse import CHUNK, PARALLEL_FROM_COSTLY
from optlab.kernels.jit import kernel
from optlab.kernels.libm import power
from optlab.kernels.packets import PACKET_BYTES
from optlab.kernels.sums import sum_eigen
from optlab.kernels.tf_pow import tf_power
from optlab.kernels.typing import Array
from optlab.kernels.wide import widest

SLOTS = ("momentum", "velocity")


def lamb(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    correction_1: Any,
    correction_2: Any,
    one: Any,
) -> Any:
    """Take Adam's step, then give it the tensor's own scale."""
    m, v, update = adam_step(
        grad, m, v, one_minus_beta_1, one_minus_beta_2, epsilon, correction_1,
        correction_2,
    )  # fmt: skip
    param_norm = np.sqrt(sum_eigen(tf_power(param, one + one)))
    update_norm = np.sqrt(sum_eigen(tf_power(update, one + one)))
    ratio = trust_ratio(param_norm, update_norm, one)
    param = param - ratio * learning_rate * update
    return param, m, v


def trust_ratio(param_norm: Any, update_norm: Any, one: Any) -> Any:
    """Return what brings a step in proportion to its parameter."""
    return param_norm / update_norm if param_norm > 0 and update_norm > 0 else one


def adam_step(
    grad: Any,
    m: Any,
    v: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    correction_1: Any,
    correction_2: Any,
) -> Any:
    """Return the moments and Adam's step, epsilon added to the corrected root."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    m_hat = m / correction_1
    denominator = np.sqrt(v / correction_2) + epsilon
    return m, v, m_hat / denominator


def lamb_in_loops(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    correction_1: Any,
    correction_2: Any,
    one: Any,
) -> None:
    """Do the same in place, in two passes over flat arrays: the same bits."""
    kept = np.empty((3, param.size), param.dtype)
    update, param_squares, update_squares = kept
    numbers = (
        one_minus_beta_1, one_minus_beta_2, epsilon, correction_1, correction_2
    )  # fmt: skip
    parallel = param.size >= PARALLEL_FROM_COSTLY
    first, second = (_squares, _steps) if parallel else (_squares_1, _steps_1)
    first(param, grad, m, v, numbers, update, param_squares, update_squares)
    param_norm = np.sqrt(sum_eigen(param_squares))
    update_norm = np.sqrt(sum_eigen(update_squares))
    ratio = trust_ratio(param_norm, update_norm, one)
    second(param, update, ratio * learning_rate)


_adam_step = kernel(forceinline=True)(adam_step)


@kernel
def _squares_1(
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    numbers: Any,
    update: Array,
    param_squares: Array,
    update_squares: Array,
) -> None:
    """Work out Adam's step, and the squares that the norms are sums of."""
    widest()
    mode = flush_on()
    two = param.dtype.type(2)
    whole = param.size - param.size % (PACKET_BYTES // param.itemsize)
    for i in range(param.size):
        m[i], v[i], update[i] = _adam_step(grad[i], m[i], v[i], *numbers)
    for i in range(whole):
        param_squares[i] = tf_power(param[i], two)
    for i in range(whole):
        update_squares[i] = tf_power(update[i], two)
    for i in range(whole, param.size):
        param_squares[i] = math.pow(param[i], two)
        update_squares[i] = math.pow(update[i], two)
    restore(mode)


@kernel(parallel=True)
def _squares(
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    numbers: Any,
    update: Array,
    param_squares: Array,
    update_squares: Array,
) -> None:
    """Do the same in all threads, a whole number of packets each."""
    for c in prange((param.size + CHUNK - 1) // CHUNK):
        a = c * CHUNK
        b = min(a + CHUNK, param.size)
        _squares_1(
            param[a:b], grad[a:b], m[a:b], v[a:b], numbers, update[a:b],
            param_squares[a:b], update_squares[a:b],
        )  # fmt: skip


@kernel
def _steps_1(param: Array, update: Array, rate: Any) -> None:
    """Take the step."""
    mode = flush_on()
    for i in range(param.size):
        param[i] -= rate * update[i]
    restore(mode)


@kernel(parallel=True)
def _steps(param: Array, update: Array, rate: Any) -> None:
    """Do the same in all threads."""
    for c in prange((param.size + CHUNK - 1) // CHUNK):
        a = c * CHUNK
        _steps_1(param[a : a + CHUNK], update[a : a + CHUNK], rate)


def lamb_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_1: Any,
    beta_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Work out both bias corrections."""
    return (
        learning_rate,
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
        one - power(beta_1, step),
        one - power(beta_2, step),
        one,
    )
