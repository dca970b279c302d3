r"""Stochastic gradient descent, with momentum and with Nesterov's look-ahead.

.. math::
    w &\leftarrow w - \eta g                       && \text{plain} \\
    m &\leftarrow \mu m - \eta g, \quad w \leftarrow w + m   && \text{momentum} \\
    m &\leftarrow \mu m - \eta g, \quad w \leftarrow w + (\mu m - \eta g)
                                                   && \text{Nesterov}

The rate stands inside the velocity, as in tf.keras and in Sutskever et al. (2013);
torch keeps it outside (:math:`m \leftarrow \mu m + g,\ w \leftarrow w - \eta m`).
The two agree while the rate is constant and part when it changes.

References
----------
Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
Sutskever, Martens, Dahl, Hinton, On the importance of initialization and momentum in
deep learning, 2013, equations 1-4.
"""

from __future__ import annotations

from typing import Any

SLOTS = ("momentum",)


def sgd(param: Any, grad: Any, learning_rate: Any) -> Any:
    """Step against the gradient."""
    update = grad * learning_rate
    return (param - update,)


def sgd_momentum(
    param: Any, grad: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Step along a decaying sum of past steps."""
    velocity = velocity * momentum - grad * learning_rate
    param = param + velocity
    return param, velocity


def sgd_nesterov(
    param: Any, grad: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Step to where the momentum will have carried the parameter."""
    velocity = velocity * momentum - grad * learning_rate
    update = velocity * momentum - grad * learning_rate
    param = param + update
    return param, velocity


def sgd_coefficients(one: Any, step: Any, learning_rate: Any) -> Any:
    """Return the rate alone."""
    return (learning_rate,)


def sgd_momentum_coefficients(
    one: Any, step: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Return the rate and the momentum."""
    return learning_rate, momentum
