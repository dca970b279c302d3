r"""A line search: how far to go along a direction, by the strong Wolfe conditions.

.. math::
    \phi(t) \le \phi(0) + c_1 t\, \phi'(0), \qquad
    |\phi'(t)| \le c_2 |\phi'(0)|, \qquad c_1 = 10^{-4},\ c_2 = 0.9

First the step grows until an interval holds such a t, then the interval shrinks around
it; each guess is the minimum of the cubic through two values and slopes. The safeguards
are torch's.

References
----------
Nocedal, Wright, Numerical optimization, 2nd edition, 2006, algorithms 3.5 and 3.6, and
equation 3.59.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

#: The decrease, and the flatness, that are asked for.
DECREASE, FLATNESS = 1e-4, 0.9
#: Bounds of the next step while none is too long, as factors of the last.
_LEAST_GROWTH, _MOST_GROWTH = 0.01, 10.0
#: The part at either end of an interval from which a guess is moved away.
_MARGIN = 0.1


class Trial(NamedTuple):
    """A step that was tried: its length, and value and slope there."""

    t: float
    value: float
    slope: float


def strong_wolfe(
    evaluate: Callable[[float], Trial],
    start: Trial,
    first: float,
    most: int,
    narrowest: float,
) -> Trial:
    """Return a step that meets the conditions, or the best that was tried.

    Parameters
    ----------
    evaluate : callable
        Returns what there is at a length.
    start : Trial
        At length 0; its slope is below 0.
    first : float
        The first length to try.
    most : int
        How often `evaluate` may be called.
    narrowest : float
        The width from which an interval is not searched any more.
    """
    before, trial = start, evaluate(first)
    for count in range(1, most):
        if _too_long(trial, start) or (count > 1 and trial.value >= before.value):
            return _zoomed(evaluate, start, before, trial, most - count, narrowest)
        if abs(trial.slope) <= -FLATNESS * start.slope:
            return trial
        if trial.slope >= 0:
            return _zoomed(evaluate, start, trial, before, most - count, narrowest)
        low = trial.t + _LEAST_GROWTH * (trial.t - before.t)
        longer = cubic_minimum(before, trial, low, _MOST_GROWTH * trial.t)
        before, trial = trial, evaluate(longer)
    return trial if trial.value < start.value else start


def _too_long(trial: Trial, start: Trial) -> bool:
    """Tell whether a step does not descend enough; one that is not finite does not."""
    bound = start.value + DECREASE * trial.t * start.slope
    return not trial.value <= bound


def _zoomed(
    evaluate: Callable[[float], Trial],
    start: Trial,
    low: Trial,
    high: Trial,
    most: int,
    narrowest: float,
) -> Trial:
    """Shrink an interval whose end `low` is the best so far."""
    near_before = False
    if high.value < low.value:
        low, high = high, low
    for _ in range(most):
        left, right = sorted((low.t, high.t))
        if right - left < narrowest:
            break
        t = cubic_minimum(low, high, left, right)
        margin = _MARGIN * (right - left)
        near = min(right - t, t - left) < margin
        if near and (near_before or not left < t < right):
            t = right - margin if right - t < t - left else left + margin
            near = False
        near_before = near
        trial = evaluate(t)
        if _too_long(trial, start) or trial.value >= low.value:
            high = trial
            continue
        if abs(trial.slope) <= -FLATNESS * start.slope:
            return trial
        if trial.slope * (high.t - low.t) >= 0:
            high = low
        low = trial
    return low


def cubic_minimum(a: Trial, b: Trial, least: float, most: float) -> float:
    """Return where the cubic through two trials is least, within bounds; or the middle.

    The middle is taken too where a value is not finite.
    """
    a, b = sorted((a, b))
    middle = (least + most) / 2.0
    if not all(map(math.isfinite, (*a, *b))) or a.t == b.t:
        return middle
    d1 = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return middle
    d2 = math.sqrt(square)
    below = b.slope - a.slope + 2.0 * d2
    if below == 0:
        return middle
    t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / below
    return min(max(t, least), most)
