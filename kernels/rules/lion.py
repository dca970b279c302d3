r"""Lion: the sign of an interpolation between the gradient and its running mean.

.. math::
    w &\leftarrow w - \eta\, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g) \\
    m &\leftarrow \beta_2 m + (1 - \beta_2) g

Every entry moves by exactly the rate. optax agrees; torch has no Lion.

References
----------
Chen et al., Symbolic discovery of optimization algorithms, 2023, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SLOTS = ("momentum",)


def lion(
    param: Any,
    grad: Any,
    m: Any,
    learning_rate: Any,
    beta_1: Any,
    one_minus_beta_1: Any,
    beta_2: Any,
    one_minus_beta_2: Any,
) -> Any:
    """Step by the rate, up or down."""
    direction = np.sign(m * beta_1 + grad * one_minus_beta_1)
    param = param - learning_rate * direction
    m = m * beta_2 + grad * one_minus_beta_2
    return param, m


def lion_coefficients(
    one: Any, step: Any, learning_rate: Any, beta_1: Any, beta_2: Any
) -> Any:
    """Take 1 - beta in the parameter's dtype, as tf.keras does here alone."""
    return learning_rate, beta_1, one - beta_1, beta_2, one - beta_2
