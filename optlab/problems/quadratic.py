r"""A quadratic bowl with a chosen condition number.

.. math:: f(x) = \tfrac12 \sum_i \lambda_i z_i^2, \qquad z = Q^T x

The curvatures run geometrically from 1 to the condition number. Gradient descent is
stable for rates below 2 / condition_number and then needs about condition_number steps
a digit; this is the problem on which rates of convergence are proved.

Source: Nesterov, *Lectures on Convex Optimization* (2018), section 2.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.problems.problem import Array, Problem, finite_number, positive_count


class Quadratic(Problem):
    r"""A quadratic bowl, minimum 0 at the origin.

    Parameters
    ----------
    condition_number : float
        Largest over smallest curvature, at least 1. The smallest is 1.
    dimension : int
        The number of coordinates.
    rotation_seed : int, optional
        Where given, the axes of the bowl are turned by a random rotation Q of this
        seed. Rules that scale each coordinate by itself (Adam, RMSprop) lose their
        advantage there. Without it the axes are the coordinate axes (Q = identity).

    Attributes
    ----------
    curvatures : ndarray, shape (dimension,)
        The eigenvalues of the Hessian, ascending.
    hessian : ndarray, shape (dimension, dimension)
        The matrix of second derivatives.

    Notes
    -----
    .. math:: f(x) = \tfrac12 x^T Q \,\mathrm{diag}(\lambda)\, Q^T x, \quad
        \lambda_i = \kappa^{i / (n - 1)}, \; i = 0 \dots n - 1

    Default start (1, ..., 1); plot bounds [-1.5, 1.5].

    Raises
    ------
    InputError
        If an option is out of range, or `condition_number` is not 1 in one dimension.

    Examples
    --------
    >>> Quadratic(condition_number=100.0).value_and_grad([1.0, 1.0])
    (50.5, array([  1., 100.]))
    """

    name = "quadratic"

    def __init__(
        self,
        condition_number: float = 10.0,
        dimension: int = 2,
        rotation_seed: int | None = None,
    ) -> None:
        kappa = finite_number("condition_number", condition_number, least=1.0)
        n = positive_count("dimension", dimension)
        if n == 1 and kappa != 1.0:
            raise InputError(
                "`condition_number` must be 1 in one dimension, where there is one "
                f"curvature only. Received: condition_number={condition_number}"
            )
        self.curvatures = np.geomspace(1.0, kappa, n)
        self._axes: Array | None = None
        if rotation_seed is not None:
            positive_count("rotation_seed", rotation_seed, least=0)
            draw = np.random.default_rng(rotation_seed).standard_normal((n, n))
            q, r = np.linalg.qr(draw)
            # The signs of R's diagonal make the rotation uniform (Mezzadri 2007).
            self._axes = q * np.sign(np.diag(r))
        super().__init__(
            start=np.ones(n),
            bounds=(-1.5, 1.5),
            minima=[np.zeros(n)],
            minimum=0.0,
            options={
                "condition_number": kappa,
                "dimension": n,
                "rotation_seed": rotation_seed,
            },
        )

    @property
    def hessian(self) -> Array:
        """The matrix of second derivatives, the same everywhere."""
        axes = np.eye(self.dimension) if self._axes is None else self._axes
        return (axes * self.curvatures) @ axes.T

    def _value(self, x: Array) -> Any:
        z = x if self._axes is None else _turn(self._axes.T, x)
        return 0.5 * (self._curvatures(x) * z * z).sum(axis=0)

    def _gradient(self, x: Array) -> Array:
        if self._axes is None:
            return self._curvatures(x) * x
        return _turn(self._axes, self._curvatures(x) * _turn(self._axes.T, x))

    def _curvatures(self, x: Array) -> Array:
        column = (-1,) + (1,) * (x.ndim - 1)
        return self.curvatures.astype(x.dtype).reshape(column)


def _turn(matrix: Array, x: Array) -> Array:
    return np.tensordot(matrix.astype(x.dtype), x, axes=1)
