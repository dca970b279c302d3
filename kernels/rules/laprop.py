r"""LaProp: a running mean of gradients divided by their root mean square first.

.. math::
    v &\leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
    m \leftarrow \beta_1 m + (1 - \beta_1)
        \frac{g}{\sqrt{v / (1 - \beta_2^t)} + \epsilon} \\
    w &\leftarrow w - \frac{\eta}{1 - \beta_1^t} m

The authors' program keeps the rate inside the mean, the paper outside, as here; they
part when the rate changes. Neither tf.keras nor torch nor optax has it.

References
----------
Ziyin, Wang, Ueda, LaProp: separating momentum and adaptivity in Adam, 2020.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity")


def laprop(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    rate: Any,
    root: Any,
    share: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Normalize, then average."""
    v = v + (grad * grad - v) * one_minus_beta_2
    scaled = grad / (np.sqrt(v) / root + epsilon)
    m = m + (scaled - m) * share
    param = param - rate * m
    return param, m, v


def laprop_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Work out both bias corrections."""
    rate = learning_rate / correction(one_minus_beta_1, step)
    root = np.sqrt(correction(one_minus_beta_2, step))
    return rate, root, one_minus_beta_1, one_minus_beta_2, epsilon
