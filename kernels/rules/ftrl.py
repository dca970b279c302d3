r"""Ftrl-proximal: follow the regularized leader, with l1 and l2 in the rule itself.

.. math::
    n' &= n + g^2, \qquad
    \sigma = (n'^{-p} - n^{-p}) / \eta \\
    z &\leftarrow z + (g + 2 s w - \sigma w) \\
    w &\leftarrow \frac{\mathrm{clip}(z, -\lambda_1, \lambda_1) - z}
                      {n'^{-p} / \eta + 2 (\lambda_2 + \beta / 2\eta)}

with the rate power :math:`p \le 0` and the shrinkage :math:`s`. The difference of
powers cancels, so the last bit of a power decides thousands of units in the last place
of :math:`z`: TensorFlow's own power is needed to agree with it.

tf.keras counts the l2 strength twice (the paper's denominator has :math:`\lambda_2`
once) and begins the sum of squares at 0.1, the paper at 0; torch and optax have none.

References
----------
McMahan et al., Ad click prediction: a view from the trenches, 2013, algorithm 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.tf_pow import tf_power

SLOTS = ("accumulator", "linear")


def ftrl(
    param: Any,
    grad: Any,
    n: Any,
    z: Any,
    learning_rate: Any,
    power: Any,
    l1: Any,
    two_l2: Any,
    two_shrinkage: Any,
) -> Any:
    """Add up corrected gradients and solve for the parameter."""
    shrunk = grad + two_shrinkage * param
    n_new = n + grad * grad
    root_new = tf_power(n_new, power)
    sigma = (root_new - tf_power(n, power)) / learning_rate
    z = z + (shrunk - sigma * param)
    quadratic = root_new / learning_rate + two_l2
    clipped = np.maximum(np.minimum(z, l1), -l1)
    param = (clipped - z) / quadratic
    return param, n_new, z


def ftrl_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    power: Any,
    l1: Any,
    l2: Any,
    two_shrinkage: Any,
    beta: Any,
) -> Any:
    """Fold beta into the l2 strength."""
    two = one + one
    two_l2 = two * (l2 + beta / (two * learning_rate))
    return learning_rate, power, l1, two_l2, two_shrinkage
