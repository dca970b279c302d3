"""The picture of a test of learning rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optlab.plots.scale import apply_scale, drawable
from optlab.plots.theme import (
    INK,
    MUTED,
    axes_for,
    colours,
    mark_diverged,
    place_legend,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from optlab.experiments.rates import RateTest


#: The highest that is drawn, over the highest loss at rates up to the suggested one.
_TOP = 3.0


def plot_rates(
    test: RateTest, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the compared figure over the learning rate.

    Parameters
    ----------
    test : RateTest
        What `optlab.experiments.rates.find_rate` returned.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        The median over the seeds with their range shaded; crosses at the upper edge
        where half of the runs diverged; a star at the suggestion, and a band over the
        rates between which the best one lies.
    """
    with axes_for(ax) as ax:
        sign = -1.0 if test.sweep.maximize else 1.0
        values = np.where(np.isfinite(test.values), sign * test.values, np.nan)
        finite = np.isfinite(np.median(test.values, axis=1))
        ax.set_xscale("log")
        known = values[finite]
        if known.size:
            apply_scale(ax, [drawable(known.ravel())])
        (colour,) = colours(1)
        rates = test.rates[finite]
        if known.size:
            middle = sign * np.median(test.values[finite], axis=1)
            seeds = values.shape[1]
            label = f"{test.by}, median of {seeds}" if seeds > 1 else test.by
            ax.plot(rates, drawable(middle), color=colour, label=label)
            low, high = np.nanmin(known, axis=1), np.nanmax(known, axis=1)
            ax.fill_between(
                rates, drawable(low), drawable(high), color=colour, alpha=0.18, lw=0
            )
        mark_diverged(ax, {MUTED: list(test.rates[~finite])})
        if test.suggestion is not None:
            best = sign * np.median(test.values[test.rates == test.suggestion])
            ax.plot(
                test.suggestion,
                best,
                "*",
                color=INK,
                markersize=13,
                zorder=5,
                label=f"suggested: {test.suggestion:.3g}",
            )
            if test.low is not None and test.high is not None:
                ax.axvspan(test.low, test.high, color=MUTED, alpha=0.12, lw=0)
        ax.set_xlim(test.rates[0] / 1.15, test.rates[-1] * 1.15)
        if test.suggestion is not None and not test.sweep.maximize:
            # What grows beyond all bounds must not flatten the rest.
            top = _TOP * np.nanmax(known[rates <= test.suggestion])
            least = np.nanmin(known)
            room = least / _TOP if ax.get_yscale() == "log" else least - 0.05 * top
            ax.set_ylim(room, top)
        ax.set_xlabel("learning rate")
        ax.set_ylabel(f"{test.by} at the end")
        place_legend(ax, title, keys=2)
    return ax
