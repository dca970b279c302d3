r"""MARS: AdamW of gradients that are corrected by their last change, and clipped.

.. math::
    c &= g + \gamma \frac{\beta_1}{1 - \beta_1} (g - g_{t-1}), \qquad
    \tilde c = c / \max(1, \lVert c \rVert) \\
    w &\leftarrow w - \eta
        \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

with :math:`m, v` of :math:`\tilde c` as in Adam; the gradient before the first is 0. It
is the approximate form, with the last step's gradient on its own batch. The authors'
program steps vectors by plain AdamW unless told `optimize_1d`; here all are corrected.

References
----------
Yuan et al., MARS: unleashing the power of variance reduction for training large models,
2024, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction
from optlab.kernels.sums import norm_eigen

SLOTS = ("momentum", "velocity", "previous_gradient")


def mars(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    previous: Any,
    rate: Any,
    root: Any,
    scale: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    one: Any,
) -> Any:
    """Correct and clip the gradient, then step as Adam does."""
    corrected = grad + scale * (grad - previous)
    clipped = corrected / np.maximum(norm_eigen(corrected), one)
    m = m + (clipped - m) * one_minus_beta_1
    v = v + (clipped * clipped - v) * one_minus_beta_2
    denominator = np.sqrt(v) / root + epsilon
    param = param - rate * m / denominator
    return param, m, v, grad


def mars_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    gamma: Any,
    epsilon: Any,
) -> Any:
    """Work out both bias corrections, and the scale of the change."""
    rate = learning_rate / correction(one_minus_beta_1, step)
    root = np.sqrt(correction(one_minus_beta_2, step))
    rest = np.float64(one_minus_beta_1)
    return (
        rate,
        root,
        gamma * (one - rest) / rest,
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
        one,
    )
