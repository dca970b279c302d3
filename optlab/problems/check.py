r"""Is a gradient right? A comparison with central differences.

.. math:: \partial_i f \approx \frac{f(x + h e_i) - f(x - h e_i)}{2 h}

The step h is the cube root of the machine's rounding unit, relative to the coordinate:
there truncation and rounding errors are about equal. Source: Nocedal and Wright,
*Numerical Optimization* (2006), section 8.1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.problems.problem import Array, Problem

_UNIT = float(np.finfo(np.float64).eps)


def central_differences(
    value: Callable[[Array], float], x: npt.ArrayLike
) -> tuple[Array, Array]:
    """Return the numerical gradient of `value` at x and a bound of its rounding error.

    Parameters
    ----------
    value : callable
        Takes a point of shape (dimension,) and returns a number.
    x : array_like, shape (dimension,)
        The point; computed in float64.

    Returns
    -------
    gradient, rounding : ndarray, each of shape (dimension,)
        The differences, and how much of each may be rounding.
    """
    point = np.array(x, np.float64, ndmin=1)
    gradient, rounding = np.empty_like(point), np.empty_like(point)
    for i in range(point.size):
        step = _UNIT ** (1 / 3) * max(1.0, abs(float(point[i])))
        above, below = point.copy(), point.copy()
        above[i] += step
        below[i] -= step
        width = above[i] - below[i]
        high, low = float(value(above)), float(value(below))
        gradient[i] = (high - low) / width
        rounding[i] = 8.0 * _UNIT * max(abs(high), abs(low), 1.0) / width
    return gradient, rounding


def check_gradient(
    problem: Problem, x: npt.ArrayLike | None = None, tolerance: float = 1e-6
) -> float:
    """Compare a problem's gradient with central differences.

    Parameters
    ----------
    problem : Problem
        Mostly a `Function`, the user's own.
    x : array_like, shape (dimension,), optional
        Where to compare; the problem's start if left out. A point where the function
        has a kink will fail.
    tolerance : float
        The largest relative difference allowed.

    Returns
    -------
    float
        The largest difference found, relative to the largest component.

    Raises
    ------
    InputError
        If a component differs by more; the message names it and both values.

    Examples
    --------
    >>> from optlab.problems import Beale
    >>> check_gradient(Beale()) < 1e-8
    True
    """
    point = problem.point(problem.start if x is None else x).astype(np.float64)
    given = problem.gradient(point)
    numerical, rounding = central_differences(problem.value, point)
    size = max(float(np.abs(given).max()), float(np.abs(numerical).max()))
    off = np.abs(given - numerical)
    worst = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
    if not off[worst] <= tolerance * size + rounding[worst]:
        raise InputError(
            f"The gradient of {problem.name!r} is wrong at x={point.tolist()}: "
            f"component {worst} is {given[worst]:.6g}, central differences give "
            f"{numerical[worst]:.6g}."
        )
    return float(off[worst] / size) if size else 0.0
