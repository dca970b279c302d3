r"""Himmelblau's function: four equal minima, so the start decides where one ends.

.. math:: f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2

Source: Himmelblau, *Applied Nonlinear Programming* (1972).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.problems.problem import Array, Problem


class Himmelblau(Problem):
    r"""Himmelblau's function of two variables.

    Notes
    -----
    .. math:: f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2

    Minima at (3, 2), (-2.805118, 3.131313), (-3.779310, -3.283186) and
    (3.584428, -1.848127), value 0; a local maximum of 181.6 at (-0.270845, -0.923039).
    Default start (0, 0); plot bounds [-6, 6].

    Examples
    --------
    >>> Himmelblau().value([3.0, 2.0])
    0.0
    """

    name = "himmelblau"

    def __init__(self) -> None:
        super().__init__(
            start=[0.0, 0.0],
            bounds=(-6.0, 6.0),
            minima=[
                [3.0, 2.0],
                [-2.805118086952745, 3.131312518250573],
                [-3.779310253377747, -3.283185991286170],
                [3.584428340330492, -1.848126526964404],
            ],
            minimum=0.0,
        )

    def _value(self, x: Array) -> Any:
        u, v = x
        first, second = u * u + v - 11.0, u + v * v - 7.0
        return first * first + second * second

    def _gradient(self, x: Array) -> Array:
        u, v = x
        first, second = u * u + v - 11.0, u + v * v - 7.0
        return np.array(
            [4.0 * u * first + 2.0 * second, 2.0 * first + 4.0 * v * second]
        )
