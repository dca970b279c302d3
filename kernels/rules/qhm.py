r"""Quasi-hyperbolic momentum: a share of the running mean, the rest of the gradient.

.. math::
    m &\leftarrow \beta m + (1 - \beta) g \\
    w &\leftarrow w - \eta ((1 - \nu) g + \nu m)

Neither tf.keras nor torch nor optax has it.

References
----------
Ma, Yarats, Quasi-hyperbolic momentum and Adam for deep learning, 2019, equation 3.
"""

from __future__ import annotations

from typing import Any

SLOTS = ("momentum",)


def qhm(
    param: Any,
    grad: Any,
    m: Any,
    learning_rate: Any,
    one_minus_beta: Any,
    nu: Any,
    one_minus_nu: Any,
) -> Any:
    """Step along the gradient and the mean."""
    m = m + (grad - m) * one_minus_beta
    param = param - learning_rate * (one_minus_nu * grad + nu * m)
    return param, m


def qhm_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_momentum: Any,
    nu: Any,
    one_minus_nu: Any,
) -> Any:
    """Return the numbers as they are."""
    return learning_rate, one_minus_momentum, nu, one_minus_nu
