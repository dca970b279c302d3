r"""The double well: a quartic in one dimension with two equal minima.

.. math:: f(x) = (x - 2)^4 - 4 (x - 2)^2 + 5
"""

from __future__ import annotations

import math
from typing import Any

from optlab.problems.problem import Array, Problem


class DoubleWell(Problem):
    r"""A quartic with two minima and a hill between them.

    Notes
    -----
    .. math:: f(x) = (x - 2)^4 - 4 (x - 2)^2 + 5, \qquad
        f'(x) = 4 (x - 2)^3 - 8 (x - 2)

    Minima at 2 - sqrt(2) and 2 + sqrt(2), value 1; the hill at x = 2 has value 5 and a
    zero gradient, so a start exactly there never moves. Default start 0; plot bounds
    [-0.25, 4.25]. Source: the textbook quartic u^4 - 4 u^2 + 5, moved by 2.

    Examples
    --------
    >>> DoubleWell().value_and_grad(0.0)
    (5.0, array([-16.]))
    """

    name = "double-well"

    def __init__(self) -> None:
        super().__init__(
            start=[0.0],
            bounds=(-0.25, 4.25),
            minima=[[2.0 - math.sqrt(2.0)], [2.0 + math.sqrt(2.0)]],
            minimum=1.0,
        )

    def _value(self, x: Array) -> Any:
        u = x[0] - 2.0
        return u * u * u * u - 4.0 * (u * u) + 5.0

    def _gradient(self, x: Array) -> Array:
        u = x - 2.0
        return 4.0 * (u * u * u) - 8.0 * u
