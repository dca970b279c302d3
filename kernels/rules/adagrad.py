r"""Adagrad: the gradient divided by the root of the sum of all its squares.

.. math::
    a \leftarrow a + g^2, \quad w \leftarrow w - \eta g / \sqrt{a + \epsilon}

tf.keras starts the sum at 0.1 and adds epsilon inside the root; torch starts at 0 and
adds it outside; the paper has neither.

References
----------
Duchi, Hazan, Singer, Adaptive subgradient methods for online learning and stochastic
optimization, 2011, section 1.1 (diagonal form).
"""

from __future__ import annotations

from typing import Any

import numpy as np

SLOTS = ("accumulator",)


def adagrad(param: Any, grad: Any, a: Any, learning_rate: Any, epsilon: Any) -> Any:
    """Scale the step by the sum of squares so far."""
    a = a + grad * grad
    param = param - learning_rate * grad / np.sqrt(a + epsilon)
    return param, a


def adagrad_coefficients(one: Any, step: Any, learning_rate: Any, epsilon: Any) -> Any:
    """Return the numbers as they are."""
    return learning_rate, epsilon
