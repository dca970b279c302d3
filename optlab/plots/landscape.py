"""The loss on a line or a plane through a model's weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.plots.contours import contour_levels
from optlab.plots.scale import apply_scale, drawable
from optlab.plots.theme import INK, MUTED, PALETTE, axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_landscape(
    landscape: Any,
    ax: Axes | None = None,
    *,
    scale: str = "auto",
    title: str | None = None,
) -> Axes:
    """Draw a slice of the loss.

    Parameters
    ----------
    landscape : Landscape
        What `optlab.instruments.landscape` returned.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    scale : {"auto", "linear", "log"}
        The y axis of a line.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With the line, or the contours of the plane in equal aspect; a cross where the
        weights are.
    """
    values, along = drawable(landscape.values), landscape.along
    with axes_for(ax, (7.2, 4.4) if values.ndim == 1 else (6.4, 5.2)) as ax:
        if values.ndim == 1:
            apply_scale(ax, [values], scale)
            ax.plot(along, values, color=PALETTE[0])
            ax.axvline(0, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
            ax.set_xlabel("along the direction, in units of the weights")
            ax.set_ylabel("loss")
        else:
            _draw_plane(ax, along, values)
        if title:
            ax.set_title(title)
    return ax


def _draw_plane(ax: Axes, along: Any, values: Any) -> None:
    levels = contour_levels(values)
    norm: Any = None
    if len(levels) > 2:
        from matplotlib.colors import BoundaryNorm

        norm = BoundaryNorm(levels, 256)
    filled = ax.contourf(
        along, along, values, levels=levels, cmap="Blues_r", norm=norm, zorder=0
    )
    # Millions of corners in an SVG otherwise.
    filled.set_rasterized(True)
    ax.contour(along, along, values, levels=levels, colors=MUTED, linewidths=0.4)
    ax.plot(0, 0, "x", color=INK, markersize=8, markeredgewidth=2)
    ax.set_aspect("equal")
    ax.grid(False)
    ax.set_xlabel("first direction")
    ax.set_ylabel("second direction")
    figure: Any = ax.figure
    bar = figure.colorbar(filled, ax=ax, ticks=levels[::2], format="%.3g", pad=0.02)
    bar.outline.set_visible(False)
    bar.set_label("loss")
    bar.minorticks_off()
    if not np.isfinite(values).all():
        ax.set_facecolor("#EEEEEE")
