r"""Adafactor as timm has it: the rate is given, or relative to the parameter.

.. math::
    v &= r c^\top / \mathrm{mean}(r), \qquad u = g / \sqrt v, \qquad
    u \leftarrow \alpha_t\, u / \max(1, \mathrm{RMS}(u) / d) \\
    m &\leftarrow \beta_1 m + (1 - \beta_1) u, \qquad w \leftarrow w - m

with :math:`r, c` running means of :math:`g^2 + \epsilon_1` over the last two axes,
weighted :math:`t^{d_2}`, of tensors whose last two axes are both longer than a bound;
else v is whole. :math:`\alpha_t` is the rate, or with `relative_step`
:math:`\min(\eta, 1 / \sqrt t) \max(\epsilon_2, \mathrm{RMS}(w))`. Without
:math:`\beta_1` there is no m. tf.keras scales by the parameter in both cases; torch
bounds means by epsilon from below (`optlab.kernels.rules.torch_adafactor`).

References
----------
Shazeer, Stern, Adafactor: adaptive learning rates with sublinear memory cost, 2018,
algorithms 4 and 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.rules.adafactor import mean, root_mean_square
from optlab.kernels.rules.came import inverse_root

SLOTS = ("momentum", "r", "c", "velocity")


def timm_adafactor(
    param: Any,
    grad: Any,
    m: Any,
    r: Any,
    c: Any,
    v: Any,
    rate: Any,
    weight: Any,
    one_minus_beta_1: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    threshold: Any,
    relative: Any,
    one: Any,
) -> Any:
    """Divide by the root mean square, factored where it is, bound, average and step."""
    size = np.maximum(epsilon_2, root_mean_square(param)) if relative else one
    squares = grad * grad + epsilon_1
    if r.size:
        r = r + (mean(squares, -1) - r) * weight
        c = c + (mean(squares, -2) - c) * weight
        update = grad * inverse_root(r, c)
    else:
        v = v + (squares - v) * weight
        update = grad / np.sqrt(v)
    bound = np.maximum(one, root_mean_square(update) / threshold)
    update = update * (rate * size / bound)
    if m.size:
        m = m + (update - m) * one_minus_beta_1
        update = m
    param = param - update
    return param, m, r, c, v


def timm_adafactor_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_2_decay: Any,
    one_minus_beta_1: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    clip_threshold: Any,
    relative_step: Any,
) -> Any:
    """Let the weight fall as a power of the step, and the rate as its root if asked."""
    count = np.float64(step)
    rate = learning_rate
    if relative_step:
        rate = np.minimum(learning_rate, one / np.sqrt(count))
    weight = np.float64(power(count, np.float64(beta_2_decay)))
    return (
        rate,
        weight,
        one_minus_beta_1,
        epsilon_1,
        epsilon_2,
        clip_threshold,
        relative_step,
        one,
    )
