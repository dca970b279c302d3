"""Which scale an axis should have: linear, logarithmic, or both around zero."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from optlab.errors import unknown_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: From this ratio of largest to smallest on, a linear axis hides the small values.
_WIDE = 30.0
#: Beyond it matplotlib's own arithmetic overflows.
_HUGE = 1e100
SCALES = ("auto", "linear", "log")


def apply_scale(ax: Axes, values: Iterable[npt.ArrayLike], scale: str = "auto") -> str:
    """Set the y scale of `ax` to suit `values`, and return its name.

    Parameters
    ----------
    ax : Axes
        The axes.
    values : iterable of array_like
        Everything drawn on them.
    scale : {"auto", "linear", "log"}
        "auto" takes a logarithmic axis where all values are positive (or 0, at most one
        in five) and spread over a factor of 30 or more, a symmetric logarithmic one
        where values of both signs spread over more than 1e4, else a linear one.

    Returns
    -------
    str
        "linear", "log" or "symlog".
    """
    if scale not in SCALES:
        raise unknown_name("scale", scale, SCALES)
    found = np.concatenate([np.ravel(v).astype(float) for v in values] or [np.empty(0)])
    found = found[np.isfinite(found)]
    if scale == "auto":
        scale = suggested_scale(found)
    if scale == "log" and not (found > 0).any():
        scale = "linear"
    if scale == "symlog":
        middle = float(np.median(np.abs(found[found != 0])))
        ax.set_yscale("symlog", linthresh=10.0 ** math.floor(math.log10(middle)))
    elif scale == "log":
        # A value of 0 is a gap in the line, not a fall to minus infinity.
        ax.set_yscale("log", nonpositive="mask")
        _number_log_axis(ax, found[found > 0])
    else:
        ax.set_yscale("linear")
    return scale


def suggested_scale(values: npt.NDArray[Any]) -> str:
    """Return the scale that "auto" stands for with these finite values."""
    positive = values[values > 0]
    if not positive.size:
        return "linear"
    if (values >= 0).all():
        mostly = positive.size >= 0.8 * values.size
        return "log" if mostly and _ratio(positive) >= _WIDE else "linear"
    size = np.abs(values[values != 0])
    return "symlog" if size.max() * 1e-4 > np.median(size) else "linear"


def _number_log_axis(ax: Axes, positive: npt.NDArray[Any]) -> None:
    """Write 0.02, 0.05, 0.1 at ticks where powers of ten alone would be too few."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    decades = math.log10(_ratio(positive))
    axis = ax.yaxis
    if decades < 3.5:
        marks = (1.0, 2.0, 5.0) if decades < 2.2 else (1.0, 3.0)
        axis.set_major_locator(LogLocator(subs=marks, numticks=30))
        axis.set_minor_locator(NullLocator())
    low, high = positive.min(), positive.max()
    if low >= 1e-4 and high <= 1e4:
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def focus(ax: Axes, curves: Sequence[npt.NDArray[Any]]) -> None:
    """Keep a logarithmic axis near where the curves began.

    A run that explodes to 1e300, or one that falls to 1e-300, would squeeze all others
    into a line: what lies over 1e6 above (1e30, where it is alone) or 1e18 below the
    first values is cut off.
    """
    finite = [curve[np.isfinite(curve) & (curve > 0)] for curve in curves]
    finite = [curve for curve in finite if curve.size]
    if ax.get_yscale() != "log" or not finite:
        return
    first = max(float(curve[0]) for curve in finite)
    top = max(float(curve.max()) for curve in finite)
    bottom = min(float(curve.min()) for curve in finite)
    reach = 1e6 if len(finite) > 1 else 1e30
    if top / reach > first or bottom < first * 1e-18:
        ax.set_ylim(max(bottom * 0.5, first * 1e-18), min(top, first * reach) * 2.0)


def drawable(values: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return values with gaps for those not finite, and none too large for an axis."""
    found = np.asarray(values, float)
    return np.where(np.isfinite(found), np.clip(found, -_HUGE, _HUGE), np.nan)


def _ratio(positive: npt.NDArray[Any]) -> float:
    with np.errstate(over="ignore"):
        return float(min(positive.max() / positive.min(), _HUGE))
