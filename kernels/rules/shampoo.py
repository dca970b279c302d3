r"""Shampoo: gradients between the inverse roots of their sums of products, by axis.

.. math::
    L \leftarrow L + G G^\top, \qquad R \leftarrow R + G^\top G, \qquad
    W \leftarrow W - \eta L^{-1/4} G R^{-1/4}, \qquad L_0 = R_0 = \epsilon I

and for a tensor of k axes the power :math:`-1 / 2k` of the sum of each axis: a vector
is stepped by full-matrix Adagrad. Rate and epsilon are left open by the paper. An axis
that is too long is left as it is. Neither tf.keras nor torch nor optax has it.

References
----------
Gupta, Koren, Singer, Shampoo: preconditioned stochastic tensor optimization, 2018,
algorithms 1 and 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.factors import (
    eigen,
    everywhere,
    matrices,
    outer,
    packed,
    unpacked,
)

SLOTS = ("statistics", "roots")


def shampoo(
    param: Any,
    grad: Any,
    statistics: Any,
    roots: Any,
    rate: Any,
    epsilon: Any,
    limit: Any,
    due: Any,
) -> Any:
    """Add to the sums, take their inverse roots where that is due, and step."""
    tensor = np.atleast_1d(grad)
    shapes = matrices(param.shape, limit)
    sums = unpacked(statistics, shapes)
    sums = [s + outer(tensor, k) if s.size else s for k, s in enumerate(sums)]
    inverse = unpacked(roots, shapes)
    if due:
        inverse = [inverse_root(s, 2 * tensor.ndim, epsilon) for s in sums]
    update = everywhere(inverse, tensor)
    param = param - rate * update.reshape(param.shape)
    return param, packed(sums, statistics), packed(inverse, roots)


def inverse_root(matrix: Any, root: int, epsilon: Any) -> Any:
    """Return a matrix to the power -1 / root; eigenvalues are at least epsilon."""
    if matrix.size == 0:
        return matrix
    values, vectors = eigen(matrix)
    powers = np.maximum(values, epsilon) ** matrix.dtype.type(-1.0 / root)
    return (vectors * powers) @ vectors.T


def shampoo_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    epsilon: Any,
    update_period: Any,
    max_size: Any,
) -> Any:
    """Tell whether the roots are due."""
    due = (step - one) % update_period == 0
    return learning_rate, epsilon, max_size, due
