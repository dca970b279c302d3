r"""Booth's function: a tilted quadratic bowl.

.. math:: f(x, y) = (x + 2y - 7)^2 + (2x + y - 5)^2

Source: Booth, in Jamil and Yang, "A literature survey of benchmark functions for global
optimisation problems" (2013), function 17.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.problems.problem import Array, Problem


class Booth(Problem):
    r"""Booth's function of two variables.

    Notes
    -----
    .. math:: f(x, y) = (x + 2y - 7)^2 + (2x + y - 5)^2

    Minimum at (1, 3), value 0; curvatures 2 and 18, axes along the diagonals. Default
    start (-5, 5); plot bounds [-10, 10].

    Examples
    --------
    >>> Booth().value([1.0, 3.0])
    0.0
    """

    name = "booth"

    def __init__(self) -> None:
        super().__init__(
            start=[-5.0, 5.0], bounds=(-10.0, 10.0), minima=[[1.0, 3.0]], minimum=0.0
        )

    def _value(self, x: Array) -> Any:
        u, v = x
        first, second = u + 2.0 * v - 7.0, 2.0 * u + v - 5.0
        return first * first + second * second

    def _gradient(self, x: Array) -> Array:
        u, v = x
        first, second = u + 2.0 * v - 7.0, 2.0 * u + v - 5.0
        return np.array([2.0 * first + 4.0 * second, 4.0 * first + 2.0 * second])
