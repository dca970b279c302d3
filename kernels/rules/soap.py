r"""SOAP: Adam in the eigenvectors of Shampoo's sums.

.. math::
    L &\leftarrow \beta_2 L + (1 - \beta_2) G G^\top, \qquad
    R \leftarrow \beta_2 R + (1 - \beta_2) G^\top G \\
    G' &= Q_L^\top G Q_R, \qquad
    M \leftarrow \beta_1 M + (1 - \beta_1) G, \qquad
    V \leftarrow \beta_2 V + (1 - \beta_2) G'^2 \\
    W &\leftarrow W - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}
        Q_L \frac{Q_L^\top M Q_R}{\sqrt V + \epsilon} Q_R^\top

Q are eigenvectors of L and R as they were after the first gradient, which makes no
step; every so many steps they are brought up by one power iteration, :math:`Q
\leftarrow \mathrm{QR}(L Q)`, after the step. Vectors are stepped by Adam, and so is an
axis that is too long. It is the authors' program, where the decay comes after the
step. Neither tf.keras nor torch nor optax has it.

References
----------
Vyas et al., SOAP: improving and stabilizing Shampoo using Adam, 2024, algorithm 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction
from optlab.kernels.rules.factors import (
    Shapes,
    eigen,
    everywhere,
    matrices,
    outer,
    packed,
    unpacked,
)

SLOTS = ("momentum", "velocity", "statistics", "eigenvectors")


def soap(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    statistics: Any,
    eigenvectors: Any,
    rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    limit: Any,
    first: Any,
    due: Any,
) -> Any:
    """Turn, take Adam's step, turn back; then renew what it is turned by."""
    shapes = soap_shapes(param.shape, limit)
    bases = unpacked(eigenvectors, shapes)
    begins = first or (eigenvectors.size > 0 and not eigenvectors.any())
    update = np.zeros_like(grad)
    if not begins:
        turned = everywhere([q.T for q in bases], grad)
        m = m + (grad - m) * one_minus_beta_1
        v = v + (turned * turned - v) * one_minus_beta_2
        scaled = everywhere([q.T for q in bases], m) / (np.sqrt(v) + epsilon)
        update = everywhere(bases, scaled)
    param = param - rate * update
    sums = [
        s + (outer(grad, k) - s) * one_minus_beta_2 if s.size else s
        for k, s in enumerate(unpacked(statistics, shapes))
    ]
    if begins:
        bases = [eigen(s)[1][:, ::-1] if s.size else s for s in sums]
    elif due:
        bases, v = iterated(sums, bases, v)
    return param, m, v, packed(sums, statistics), packed(bases, eigenvectors)


def soap_shapes(shape: tuple[int, ...], limit: Any) -> Shapes:
    """Return the shapes of the factors: none of a vector."""
    return matrices(shape, limit) if len(shape) > 1 else []


def iterated(sums: list[Any], bases: list[Any], v: Any) -> tuple[list[Any], Any]:
    """Return bases after a power iteration, the largest first, and v in their order."""
    found = []
    for axis, (matrix, basis) in enumerate(zip(sums, bases, strict=True)):
        if matrix.size == 0 or not np.isfinite(matrix).all():
            found.append(basis)
            continue
        product = matrix @ basis
        order = np.argsort(-(basis * product).sum(axis=0), kind="stable")
        v = v.take(order, axis)
        found.append(np.linalg.qr(product[:, order])[0])
    return found, v


def soap_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    precondition_frequency: Any,
    max_size: Any,
) -> Any:
    """Work out both bias corrections, of the steps but the first."""
    first = step == one
    rate = learning_rate
    if not first:
        root = np.sqrt(correction(one_minus_beta_2, step - one))
        rate = learning_rate * root / correction(one_minus_beta_1, step - one)
    due = (step - one) % precondition_frequency == 0
    return rate, one_minus_beta_1, one_minus_beta_2, epsilon, max_size, first, due
