r"""Averaged SGD: a rate that falls, a decay, and the average of the parameters.

.. math::
    \eta_t &= \eta\, (1 + \lambda \eta (t - 1))^{-\alpha}, \qquad
    \mu_t = 1 / \max(1, t - 1 - t_0) \\
    w &\leftarrow w (1 - \lambda \eta_t) - \eta_t g, \qquad
    a \leftarrow a + \mu_t (w - a)

The average is a slot, as in torch; nothing puts it in the place of the parameters. The
paper averages from the first step.

References
----------
Polyak, Juditsky, Acceleration of stochastic approximation by averaging, 1992.
Bottou, Large-scale machine learning with stochastic gradient descent, 2010.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power

SLOTS = ("averaged",)


def asgd(
    param: Any, grad: Any, averaged: Any, rate: Any, kept: Any, weight: Any, one: Any
) -> Any:
    """Decay, step, and average."""
    param = param * kept - rate * grad
    averaged = np.where(weight < one, averaged + (param - averaged) * weight, param)
    return param, averaged


def asgd_coefficients(
    one: Any, step: Any, learning_rate: Any, lambd: Any, alpha: Any, t0: Any
) -> Any:
    """Let the rate fall, and begin the average after `t0` steps."""
    passed = one + np.float64(lambd) * learning_rate * (step - one)
    rate = learning_rate / np.float64(power(passed, np.float64(alpha)))
    weight = one / np.maximum(np.float64(one), step - one - t0)
    return rate, one - lambd * rate, weight, one
