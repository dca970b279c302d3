r"""Fromage: a step as long as a share of the tensor, and a shrinking against growth.

.. math::
    w \leftarrow \frac{1}{\sqrt{1 + \eta^2}}
        \left(w - \eta \frac{\lVert w \rVert}{\lVert g \rVert} g\right)

Norms are at least `min_norm`, as in optax, which agrees; the authors leave the ratio at
1 where a norm is 0.

References
----------
Bernstein et al., On the distance between two neural networks and the stability of
learning, 2020, algorithm 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.sums import norm_eigen

SLOTS: tuple[str, ...] = ()


def fromage(
    param: Any, grad: Any, learning_rate: Any, shrinkage: Any, min_norm: Any
) -> Any:
    """Step by a share of the norm, and shrink."""
    param_norm = np.maximum(norm_eigen(param), min_norm)
    grad_norm = np.maximum(norm_eigen(grad), min_norm)
    param = shrinkage * (param - learning_rate * (param_norm / grad_norm) * grad)
    return (param,)


def fromage_coefficients(one: Any, step: Any, learning_rate: Any, min_norm: Any) -> Any:
    """Work out the shrinkage."""
    rate = np.float64(learning_rate)
    return learning_rate, one / np.sqrt(one + rate * rate), min_norm
