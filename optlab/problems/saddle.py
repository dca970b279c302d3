r"""The saddle: downhill along one axis, uphill along the other.

.. math:: f(x, y) = x^2 - y^2 + q y^4

Source: Dauphin et al., "Identifying and attacking the saddle point problem in
high-dimensional non-convex optimization", NeurIPS (2014).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.problems.problem import Array, Problem, finite_number


class Saddle(Problem):
    r"""A saddle point at the origin.

    Parameters
    ----------
    quartic : float
        The q above. With 0, the default, the saddle is the plain x^2 - y^2, which falls
        for ever along y; with q > 0 it ends in two valleys.

    Notes
    -----
    .. math:: f(x, y) = x^2 - y^2 + q y^4

    For q > 0 the minima are (0, +-1/sqrt(2 q)), value -1/(4 q); for q = 0 there are
    none. The gradient vanishes at (0, 0), and a start on the x axis ends there: the
    default start (1, 0.001) lies just beside it, so that one sees how long a rule
    lingers. Plot bounds [-1.5, 1.5].

    Raises
    ------
    InputError
        If `quartic` is negative or not finite.

    Examples
    --------
    >>> Saddle().value_and_grad([1.0, 2.0])
    (-3.0, array([ 2., -4.]))
    """

    name = "saddle"

    def __init__(self, quartic: float = 0.0) -> None:
        self.quartic = q = finite_number("quartic", quartic, least=0.0)
        valley = 1.0 / math.sqrt(2.0 * q) if q else 0.0
        minima: Sequence[list[float]] = [[0.0, valley], [0.0, -valley]] if q else []
        reach = max(1.5, 1.5 * valley)
        super().__init__(
            start=[1.0, 0.001],
            bounds=[(-1.5, 1.5), (-reach, reach)],
            minima=minima,
            minimum=-0.25 / q if q else None,
            options={"quartic": q},
        )

    def _value(self, x: Array) -> Any:
        u, v = x
        return u * u - v * v + self.quartic * (v * v * v * v)

    def _gradient(self, x: Array) -> Array:
        u, v = x
        return np.array([2.0 * u, -2.0 * v + 4.0 * self.quartic * (v * v * v)])
