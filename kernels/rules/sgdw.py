r"""SGD with momentum outside the rate, and decoupled weight decay: SGDW; torch's SGD.

.. math::
    m &\leftarrow \mu m + g \\
    w &\leftarrow w - \eta m \quad \text{or, Nesterov's, } w - \eta (g + \mu m)

after :math:`w \leftarrow w - \eta \lambda w`. tf.keras has the rate inside the
momentum: the two part when the rate changes. torch adds its decay to the gradient.

References
----------
Loshchilov, Hutter, Decoupled weight decay regularization, 2019, algorithm 1.
"""

from __future__ import annotations

from typing import Any

SLOTS = ("momentum",)


def sgdw(param: Any, grad: Any, m: Any, learning_rate: Any, momentum: Any) -> Any:
    """Step along a decaying sum of gradients."""
    m = momentum * m + grad
    param = param - learning_rate * m
    return param, m


def sgdw_nesterov(
    param: Any, grad: Any, m: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Step to where the momentum will have carried the parameter."""
    m = momentum * m + grad
    param = param - learning_rate * (grad + momentum * m)
    return param, m


def sgdw_coefficients(one: Any, step: Any, learning_rate: Any, momentum: Any) -> Any:
    """Return rate and momentum."""
    return learning_rate, momentum
