r"""Nesterov's accelerated gradient with the growing momentum of Sutskever et al.

.. math::
    \mu_t &= \min(1 - 2^{-1 - \log_2(\lfloor (t - 1) / 250 \rfloor + 1)}, \mu_{\max})
          = \min(1 - \tfrac{1}{2 (\lfloor (t - 1) / 250 \rfloor + 1)}, \mu_{\max}) \\
    v_t &= \mu_t v_{t-1} - \eta g_t, \qquad
    w \leftarrow w - \mu_t v_{t-1} + v_t + \mu_{t+1} v_t

The parameter stands at the look-ahead :math:`\theta_t + \mu_{t+1} v_t`, where gradients
are taken. tf.keras and torch keep one momentum from the first step on.

References
----------
Nesterov, A method of solving a convex programming problem with convergence rate
O(1/k^2), 1983. Sutskever, Martens, Dahl, Hinton, On the importance of initialization
and momentum in deep learning, 2013, equations 3-5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SLOTS = ("velocity",)


def nesterov(
    param: Any, grad: Any, v: Any, learning_rate: Any, now: Any, then: Any
) -> Any:
    """Take back the last look-ahead, step, and look ahead again."""
    back = param - now * v
    v = now * v - learning_rate * grad
    param = back + v + then * v
    return param, v


def nesterov_coefficients(
    one: Any, step: Any, learning_rate: Any, momentum: Any, period: Any
) -> Any:
    """Work out the momenta of this step and the next."""
    two = np.float64(one + one)
    now = np.minimum(
        one - one / (two * (np.floor((step - one) / period) + one)), momentum
    )
    then = np.minimum(one - one / (two * (np.floor(step / period) + one)), momentum)
    return learning_rate, now, then
