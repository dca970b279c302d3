r"""Muon: the momentum of a matrix, made orthogonal by a few Newton-Schulz steps.

.. math::
    m &\leftarrow \mu m + g, \qquad G = g + \mu m \ \text{(Nesterov)} \\
    X_0 &= G / (\lVert G \rVert_F + 10^{-7}), \quad
    A = X X^\top, \quad X \leftarrow a X + (b A + c A^2) X \\
    w &\leftarrow w - \eta X \sqrt{\max(n, m)}\, s

The coefficients a, b, c make the slope at 0 large, so singular values reach about 1
within five steps but do not converge. Vectors, embeddings and excluded layers are
updated by Adam.

tf.keras scales the update by the root of the longer side times 0.2, as torch does with
`adjust_lr_fn="match_rms_adamw"`; torch's default, as in the first description, is the
root of rows / columns where that is above 1. torch refuses what is no matrix.

References
----------
Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024.
Liu et al., Muon is scalable for LLM training, 2025 (the scale of the last line).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.sums import norm_eigen

SLOTS = ("momentum",)


def muon(
    param: Any,
    grad: Any,
    m: Any,
    learning_rate: Any,
    momentum: Any,
    momentum_minus_one: Any,
    nesterov: Any,
    a: Any,
    b: Any,
    c: Any,
    steps: Any,
    rms_rate: Any,
    tiny: Any,
) -> Any:
    """Step along the orthogonalized momentum."""
    m = m + (grad + m * momentum_minus_one)
    direction = grad + momentum * m if nesterov else m
    update = learning_rate * orthogonalized(direction, a, b, c, int(steps), tiny)
    if rms_rate > 0:
        longest = np.sqrt(param.dtype.type(max(param.shape)))
        update = update * longest * rms_rate
    param = param - update
    return param, m


def orthogonalized(x: Any, a: Any, b: Any, c: Any, steps: int, tiny: Any) -> Any:
    """Bring all singular values of a matrix near 1."""
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T.copy()
    x = newton_schulz(x / (norm_eigen(x) + tiny), a, b, c, steps)
    return x.T if tall else x


def newton_schulz(x: Any, a: Any, b: Any, c: Any, steps: int) -> Any:
    """Iterate the polynomial on a matrix that is not tall, of norm 1 at most."""
    for _ in range(steps):
        gram = x @ x.T
        polynomial = b * gram + (c * gram) @ gram
        x = a * x + polynomial @ x
    return x


def muon_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    momentum: Any,
    momentum_minus_one: Any,
    nesterov: Any,
    a: Any,
    b: Any,
    c: Any,
    steps: Any,
    rms_rate: Any,
    tiny: Any,
) -> Any:
    """Return the numbers as they are."""
    return (
        learning_rate,
        momentum,
        momentum_minus_one,
        nesterov,
        a,
        b,
        c,
        steps,
        rms_rate,
        tiny,
    )


def adam_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    adam_lr_ratio: Any,
    beta_1: Any,
    beta_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Return what Adam's rule takes for what is no matrix: its rate is another."""
    correction_1 = one - power(beta_1, step)
    correction_2 = one - power(beta_2, step)
    alpha = learning_rate * adam_lr_ratio * np.sqrt(correction_2) / correction_1
    return alpha, one_minus_beta_1, one_minus_beta_2, epsilon
