"""Pictures of a comparison of optimizers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from optlab.plots.scale import apply_scale, drawable
from optlab.plots.theme import (
    INK,
    MUTED,
    PALETTE,
    PANEL,
    axes_for,
    colours,
    new_figure,
    place_legend,
    style,
)
from optlab.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from optlab.experiments.comparison import Comparison

#: Panels in a row.
_ACROSS = 3
#: Lines that their colours tell apart.
MOST = len(PALETTE)
#: Inches of a row of names.
_ROW = 0.24
#: How far below the start of a training, and above it, a panel reaches.
_BELOW, _ABOVE = 1e-12, 3.0


def plot_profiles(
    found: Comparison, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the share of the runs that have reached their target, over the steps.

    Parameters
    ----------
    found : Comparison
        What `optlab.experiments.comparing.compare` returned.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        A line a competitor, the first seven by mean rank.
    """
    shown = [name for name, _ in found.ranking()][:MOST]
    with axes_for(ax) as ax:
        for name, colour in zip(shown, colours(len(shown)), strict=True):
            at, share = found.profile(name)
            ax.plot(at, share, drawstyle="steps-post", color=colour, label=name)
        ax.set_xlim(0, 1)
        ax.set_ylim(-0.02, 1.04)
        ax.set_xlabel("share of the training")
        ax.set_ylabel("share of the runs at their target")
        place_legend(ax, title)
    return ax


def plot_wins(
    found: Comparison, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw how often the first by mean rank wins against each other competitor.

    Parameters
    ----------
    found, ax, title
        As for `plot_profiles`.

    Returns
    -------
    Axes
        A dot each with its interval, grey where that holds one half: noise.
    """
    best, *others = [name for name, _ in found.ranking()]
    height = max(PANEL[1], 1.0 + _ROW * len(others))
    with axes_for(ax, (PANEL[0], height)) as ax:
        (colour,) = colours(1)
        for place, name in enumerate(others):
            win = found.win(best, name)
            shade = MUTED if win.is_noise else colour
            ax.plot([win.low, win.high], [place, place], color=shade)
            ax.plot(win.probability, place, "o", color=shade, markersize=6)
        ax.axvline(0.5, color=INK, linewidth=0.8, linestyle=":")
        ax.set_yticks(range(len(others)), others)
        ax.set_ylim(len(others) - 0.5, -0.5)
        ax.set_xlim(-0.02, 1.02)
        ax.set_xlabel(f"probability that {best} ends better (grey: noise)")
        if title:
            ax.set_title(title)
    return ax


def plot_sensitivity(found: Comparison) -> Figure:
    """Draw where the trainings of the tuning ended, over the rate, a panel a problem.

    Parameters
    ----------
    found : Comparison
        What `optlab.experiments.comparing.compare` returned.

    Returns
    -------
    Figure
        A line a competitor, the first seven by mean rank; gaps where it diverged.
    """
    with style():
        return _panels(found)


def _panels(found: Comparison) -> Figure:
    shown = [name for name, _ in found.ranking()][:MOST]
    columns = min(_ACROSS, len(found.problems))
    rows = math.ceil(len(found.problems) / columns)
    figure, panels = new_figure(rows, columns, squeeze=False)
    flat = list(panels.ravel())
    for ax, problem in zip(flat, found.problems, strict=False):
        every, firsts = [], []
        for name, colour in zip(shown, colours(len(shown)), strict=True):
            tuned = found.found[problem, name]
            order = np.argsort(tuned.tried)
            values = tuned.tuning[order]
            values = np.where(np.isfinite(values), values, np.nan)
            every.append(values[np.isfinite(values)])
            ax.plot(
                tuned.tried[order],
                drawable(values),
                "o-",
                markersize=3,
                color=colour,
                label=name,
            )
            firsts += [c[0] for c in tuned.curves if len(c) and math.isfinite(c[0])]
        ax.set_xscale("log")
        _fit(ax, np.concatenate(every), float(np.median(firsts or [0.0])))
        ax.set_title(problem)
        ax.set_xlabel("learning rate")
        ax.set_ylabel(found.by[problem])
    for ax in flat[len(found.problems) :]:
        ax.set_visible(False)
    handles, labels = flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=min(6, len(labels)))
    return figure


def _fit(ax: Axes, values: Array, start: float) -> None:
    """Choose the scale: what is beyond all bounds must not flatten the rest."""
    inside = values[(values >= _BELOW * start) & (values <= _ABOVE * start)]
    scale = apply_scale(ax, [inside])
    if start > 0 and len(inside):
        low = float(inside.min())
        ax.set_ylim(low / 1.5 if scale == "log" else 0.0, _ABOVE * start)
