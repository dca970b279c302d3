r"""Adadelta: a step in the parameter's own units, from two running mean squares.

.. math::
    a &\leftarrow \rho a + (1 - \rho) g^2 \\
    \delta &= -\sqrt{d + \epsilon}\, g / \sqrt{a + \epsilon} \\
    d &\leftarrow \rho d + (1 - \rho) \delta^2, \quad w \leftarrow w + \eta \delta

The paper has no rate (:math:`\eta = 1`); torch's default is 1, tf.keras's 0.001, which
makes its default Adadelta a thousand times slower.

References
----------
Zeiler, ADADELTA: an adaptive learning rate method, 2012, algorithm 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SLOTS = ("accumulated_grad", "accumulated_delta_var")


def adadelta(
    param: Any,
    grad: Any,
    a: Any,
    d: Any,
    learning_rate: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
) -> Any:
    """Scale the gradient by the ratio of two root mean squares."""
    a = rho * a + one_minus_rho * (grad * grad)
    delta = -(np.sqrt(d + epsilon) * grad / np.sqrt(a + epsilon))
    d = rho * d + one_minus_rho * (delta * delta)
    param = param + learning_rate * delta
    return param, a, d


def adadelta_coefficients(
    one: Any, step: Any, learning_rate: Any, rho: Any, one_minus_rho: Any, epsilon: Any
) -> Any:
    """Return the numbers as they are."""
    return learning_rate, rho, one_minus_rho, epsilon
