r"""Rosenbrock's banana: a flat, curved valley with steep walls.

.. math:: f(x) = \sum_{i=1}^{n-1} b\,(x_{i+1} - x_i^2)^2 + (a - x_i)^2

Source: Rosenbrock, "An automatic method for finding the greatest or least value of a
function", The Computer Journal 3 (1960); the sum over i is De Jong's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.problems.problem import Array, Problem, finite_number, positive_count


class Rosenbrock(Problem):
    r"""The banana valley, in two or more dimensions.

    Parameters
    ----------
    dimension : int
        The number of coordinates, at least 2.
    a : float
        Where the valley is lowest; must be 1 in more than two dimensions.
    b : float
        How steep its walls are, 0 or more.

    Notes
    -----
    .. math:: f(x) = \sum_{i=1}^{n-1} b\,(x_{i+1} - x_i^2)^2 + (a - x_i)^2

    Minimum at (a, a^2) in two dimensions, (1, ..., 1) in more; value 0. In four or more
    dimensions there is also a local minimum near (-1, 1, ..., 1). Default start
    (-1.2, 1), repeated; plot bounds [-2, 2] and [-1, 3], in more than two dimensions
    [-2, 2].

    Raises
    ------
    InputError
        If an option is out of range.

    Examples
    --------
    >>> Rosenbrock().value([1.0, 1.0])
    0.0
    """

    name = "rosenbrock"

    def __init__(self, dimension: int = 2, a: float = 1.0, b: float = 100.0) -> None:
        n = positive_count("dimension", dimension, least=2)
        self.a = finite_number("a", a)
        self.b = finite_number("b", b, least=0.0)
        if n > 2 and self.a != 1.0:
            raise InputError(
                "`a` must be 1 in more than two dimensions, where the minimum is not "
                f"known otherwise. Received: a={a}, dimension={n}"
            )
        super().__init__(
            start=np.resize([-1.2, 1.0], n),
            bounds=[(-2.0, 2.0), (-1.0, 3.0)] if n == 2 else (-2.0, 2.0),
            minima=[np.array([self.a, self.a**2]) if n == 2 else np.ones(n)],
            minimum=0.0,
            options={"dimension": n, "a": self.a, "b": self.b},
        )

    def _value(self, x: Array) -> Any:
        wall = x[1:] - x[:-1] * x[:-1]
        slope = self.a - x[:-1]
        return (self.b * (wall * wall) + slope * slope).sum(axis=0)

    def _gradient(self, x: Array) -> Array:
        wall = x[1:] - x[:-1] * x[:-1]
        gradient = np.zeros_like(x)
        gradient[:-1] = -4.0 * self.b * (x[:-1] * wall) - 2.0 * (self.a - x[:-1])
        gradient[1:] += 2.0 * self.b * wall
        return gradient
