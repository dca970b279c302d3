r"""Rastrigin's function: a bowl covered with a regular grid of local minima.

.. math:: f(x) = 10 n + \sum_i x_i^2 - 10 \cos(2 \pi x_i)

Source: Rastrigin, *Systems of Extremal Control* (1974); in n dimensions Muehlenbein,
Schomisch and Born (1991).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.problems.problem import Array, Problem, positive_count


class Rastrigin(Problem):
    r"""Rastrigin's function in any dimension.

    Parameters
    ----------
    dimension : int
        The number of coordinates.

    Notes
    -----
    .. math:: f(x) = 10 n + \sum_i x_i^2 - 10 \cos(2 \pi x_i)

    The global minimum is 0 at the origin; there is a local one near every point of
    whole coordinates, and a descent in small steps ends in the nearest. Default start
    (2.3, -1.7), repeated; plot bounds [-5.12, 5.12].

    Raises
    ------
    InputError
        If `dimension` is not a positive integer.

    Examples
    --------
    >>> Rastrigin(dimension=3).value([0.0, 0.0, 0.0])
    0.0
    """

    name = "rastrigin"

    def __init__(self, dimension: int = 2) -> None:
        n = positive_count("dimension", dimension)
        super().__init__(
            start=np.resize([2.3, -1.7], n),
            bounds=(-5.12, 5.12),
            minima=[np.zeros(n)],
            minimum=0.0,
            options={"dimension": n},
        )

    def _value(self, x: Array) -> Any:
        return (x * x + 10.0 * (1.0 - np.cos(2.0 * np.pi * x))).sum(axis=0)

    def _gradient(self, x: Array) -> Array:
        return 2.0 * x + 20.0 * np.pi * np.sin(2.0 * np.pi * x)
