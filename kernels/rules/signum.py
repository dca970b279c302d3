r"""Signum: the sign of the running mean of the gradient.

.. math::
    m \leftarrow \beta m + (1 - \beta) g, \qquad
    w \leftarrow w - \eta\, \mathrm{sign}(m)

At :math:`\beta = 0` it is SignSGD. Neither tf.keras nor torch has it; optax agrees.

References
----------
Bernstein et al., signSGD: compressed optimisation for non-convex problems, 2018,
algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SLOTS = ("momentum",)
SIGN_SLOTS: tuple[str, ...] = ()


def signum(
    param: Any, grad: Any, m: Any, learning_rate: Any, one_minus_beta: Any
) -> Any:
    """Step by the rate, up or down, as the mean has it."""
    m = m + (grad - m) * one_minus_beta
    param = param - learning_rate * np.sign(m)
    return param, m


def signum_coefficients(
    one: Any, step: Any, learning_rate: Any, one_minus_momentum: Any
) -> Any:
    """Return the numbers as they are."""
    return learning_rate, one_minus_momentum


def sign_sgd(param: Any, grad: Any, learning_rate: Any) -> Any:
    """Step by the rate, up or down, as the gradient has it."""
    param = param - learning_rate * np.sign(grad)
    return (param,)


def sign_sgd_coefficients(one: Any, step: Any, learning_rate: Any) -> Any:
    """Return the rate alone."""
    return (learning_rate,)
