"""The contours of a function of two variables, under a path."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Points a side of the grid.
_GRID = 241
_LEVELS = 15


def draw_contours(
    ax: Axes, problem: Any, box: npt.NDArray[Any], colorbar: bool
) -> None:
    """Shade the values of a problem over a box, low ones darker.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    problem : Problem
        Of two dimensions.
    box : ndarray, shape (2, 2)
        Low and high end of each coordinate.
    colorbar : bool
        Whether to show which shade is which value.
    """
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    u, v = (np.linspace(low, high, _GRID) for low, high in box)
    points = np.stack(np.meshgrid(u, v), axis=-1)
    values = problem.values(points)
    lowest = values.min() if problem.minimum is None else problem.minimum
    levels = contour_levels(np.append(values, lowest))
    shades = LinearSegmentedColormap.from_list(
        "valley", ["#9DB7CC", "#C7D6E2", "#E4EBF0", "#F8F9FA"]
    )
    filled = ax.contourf(
        u,
        v,
        values,
        levels=levels,
        cmap=shades,
        norm=BoundaryNorm(levels, shades.N),
        zorder=0,
    )
    # Millions of corners in an SVG otherwise.
    filled.set_rasterized(True)
    ax.contour(
        u,
        v,
        values,
        levels=levels,
        colors="#8298AB",
        linewidths=0.45,
        linestyles="solid",
        zorder=1,
    )
    if colorbar:
        _add_colorbar(ax, filled, levels)


def contour_levels(values: npt.NDArray[Any], count: int = _LEVELS) -> npt.NDArray[Any]:
    r"""Return levels that show the bottom of a valley as well as its walls.

    .. math:: l_i = \min f + (\max f - \min f)\,(i / n)^p

    The power p puts the median of the values on the middle level, so a quadratic gets
    evenly spaced rings (p near 2) and Beale's plateau is not one single shade.
    """
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    if not high > low:
        return np.array([low - 0.5, low + 0.5])
    # The power that puts the median of the values on the middle level.
    middle = max((float(np.median(values)) - low) / (high - low), 1e-9)
    power = float(np.clip(math.log(middle) / math.log(0.5), 1.0, 8.0))
    levels = low + (high - low) * np.linspace(0.0, 1.0, count) ** power
    rounded = np.array([float(f"{level:.2g}") for level in levels])
    if (np.diff(rounded) > 0).all():
        levels[1:-1] = rounded[1:-1]
    return levels


def _add_colorbar(ax: Axes, filled: Any, levels: npt.NDArray[Any]) -> None:
    # Inside the axes' own frame it keeps their height, whatever their aspect.
    beside = ax.inset_axes((1.03, 0.0, 0.045, 1.0))
    bar = ax.figure.colorbar(
        filled, cax=beside, ticks=levels[::2], format=_short_number
    )
    bar.minorticks_off()
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=9)
    bar.set_label("f(x)", fontsize=10)


def _short_number(value: float, _position: Any = None) -> str:
    if 0 < abs(value) < 1e-3 or abs(value) >= 1e6:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"
