r"""LARS: momentum with a rate for each tensor, in proportion to its norm.

.. math::
    u &= g + \lambda w, \qquad
    r = \tau \lVert w \rVert / (\lVert u \rVert + \epsilon) \\
    m &\leftarrow \mu m + \eta r u, \qquad w \leftarrow w - m

with :math:`r = 1` where a norm is 0. optax agrees, and as there every tensor has its
rate, also biases, which the authors' program leaves out. The paper adds
:math:`\lambda \lVert w \rVert` to the norm of the gradient and not the vectors.

References
----------
You, Gitman, Ginsburg, Large batch training of convolutional networks, 2017,
algorithm 1.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.sums import norm_eigen

SLOTS = ("momentum",)


def lars(
    param: Any,
    grad: Any,
    m: Any,
    learning_rate: Any,
    momentum: Any,
    trust: Any,
    l2: Any,
    epsilon: Any,
    one: Any,
) -> Any:
    """Step along a momentum of steps that were scaled to the tensor."""
    update = grad + l2 * param
    param_norm = norm_eigen(param)
    update_norm = norm_eigen(update)
    nonzero = param_norm > 0 and update_norm > 0
    ratio = trust * param_norm / (update_norm + epsilon) if nonzero else one
    m = momentum * m + learning_rate * ratio * update
    param = param - m
    return param, m


def lars_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    momentum: Any,
    trust_coefficient: Any,
    l2_regularization_strength: Any,
    epsilon: Any,
) -> Any:
    """Return the numbers as they are."""
    return (
        learning_rate,
        momentum,
        trust_coefficient,
        l2_regularization_strength,
        epsilon,
        one,
    )
