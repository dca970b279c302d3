r"""AMSGrad: Adam that never forgets how large a mean square was.

.. math::
    \hat v &\leftarrow \max(\hat v, v / (1 - \beta_2^t)) \\
    w &\leftarrow w - \eta \frac{m / (1 - \beta_1^t)}{\sqrt{\hat v} + \epsilon}

with :math:`m, v` as in Adam. optax corrects before it takes the maximum, as here; torch
and tf.keras take the maximum of the uncorrected :math:`v`, which grows with the
correction; the paper corrects nothing.

References
----------
Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity", "velocity_hat")


def amsgrad(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    v_hat: Any,
    rate: Any,
    correction_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Divide by the root of the largest corrected mean square so far."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    v_hat = np.maximum(v_hat, v / correction_2)
    param = param - rate * m / (np.sqrt(v_hat) + epsilon)
    return param, m, v, v_hat


def amsgrad_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Work out both bias corrections."""
    rate = learning_rate / correction(one_minus_beta_1, step)
    return (
        rate,
        correction(one_minus_beta_2, step),
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
    )
