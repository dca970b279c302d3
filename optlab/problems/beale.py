r"""Beale's function: a flat plateau with sharp peaks at its corners.

.. math:: f(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2

Source: Beale, "On an iterative method for finding a local minimum of a function of more
than one variable", Princeton (1958); More, Garbow and Hillstrom (1981), problem 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.problems.problem import Array, Problem


class Beale(Problem):
    r"""Beale's function of two variables.

    Notes
    -----
    .. math:: f(x, y) = (1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2

    Minimum at (3, 0.5), value 0. Along y = 1, away from it, the function is
    almost flat. Default start (1, 1); plot bounds [-4.5, 4.5].

    Examples
    --------
    >>> Beale().value([3.0, 0.5])
    0.0
    """

    name = "beale"

    def __init__(self) -> None:
        super().__init__(
            start=[1.0, 1.0], bounds=(-4.5, 4.5), minima=[[3.0, 0.5]], minimum=0.0
        )

    def _value(self, x: Array) -> Any:
        first, second, third = _residuals(x)
        return first * first + second * second + third * third

    def _gradient(self, x: Array) -> Array:
        first, second, third = _residuals(x)
        u, v = x
        by_u = first * (v - 1.0) + second * (v * v - 1.0) + third * (v * v * v - 1.0)
        by_v = first * u + second * (2.0 * u * v) + third * (3.0 * u * v * v)
        return np.array([2.0 * by_u, 2.0 * by_v])


def _residuals(x: Array) -> tuple[Any, Any, Any]:
    u, v = x
    return (
        1.5 - u + u * v,
        2.25 - u + u * (v * v),
        2.625 - u + u * (v * v * v),
    )
