r"""L-BFGS: Newton's direction from the last changes of gradient and parameters.

.. math::
    H_0 = \frac{s^\top y}{y^\top y} I, \qquad
    H_{k+1} = (I - \rho s y^\top) H_k (I - \rho y s^\top) + \rho s s^\top, \qquad
    \rho = \frac{1}{y^\top s}, \qquad d = -H g

of the last pairs of steps s and changes of the gradient y. H is never made: two loops
over the pairs multiply by it.

References
----------
Liu, Nocedal, On the limited memory BFGS method for large scale optimization, 1989.
Nocedal, Wright, Numerical optimization, 2nd edition, 2006, algorithm 7.4.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.sums import sum_eigen, sum_of_squares_eigen


def inner(a: Any, b: Any) -> Any:
    """Return the inner product, summed in an order that threads do not change."""
    return sum_eigen(a * b)


def direction(grad: Any, steps: Any, changes: Any) -> Any:
    """Return the direction to go from the pairs, the oldest first.

    Parameters
    ----------
    grad : ndarray, shape (n,)
    steps, changes : ndarray, shape (pairs, n)
    """
    found = -grad
    if not len(steps):
        return found
    pairs, number = zip(steps, changes, strict=True), grad.dtype.type
    rho = [number(1) / inner(s, y) for s, y in pairs]
    alpha = [number(0)] * len(steps)
    for k in reversed(range(len(steps))):
        alpha[k] = rho[k] * inner(steps[k], found)
        found = found - alpha[k] * changes[k]
    scale = inner(steps[-1], changes[-1]) / sum_of_squares_eigen(changes[-1])
    found = scale * found
    for k in range(len(steps)):
        beta = rho[k] * inner(changes[k], found)
        found = found + (alpha[k] - beta) * steps[k]
    return found
