"""How a sweep over sampled settings came out: a dot each."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.plots.scale import apply_scale, drawable, suggested_scale
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

    from optlab.experiments.sweep_results import Sweep

#: Lines that can still be told from each other.
_MOST_LINES = 12


def is_scattered(sweep: Sweep) -> bool:
    """Whether the rows are no grid that lines could be drawn through."""
    first, *others = in_order(sweep)
    lines = math.prod(len(sweep.grid[path]) for path in others)
    whole = len(sweep.grid[first]) * lines == len(sweep.rows) + sweep.left_out
    return not sweep.interrupted and (not whole or lines > _MOST_LINES)


def in_order(sweep: Sweep) -> list[str]:
    """Return the settings, the one for the x axis first: the first that is numbers."""
    paths = list(sweep.grid)
    first = next((p for p in paths if are_numbers(sweep.grid[p])), paths[0])
    return [first, *(path for path in paths if path != first)]


def are_numbers(values: Iterable[Any]) -> bool:
    """Whether values have places on an axis: numbers all, booleans left out."""
    return all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)


def plot_samples(
    sweep: Sweep, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the compared figure over a setting, coloured by the next.

    Parameters
    ----------
    sweep, ax, title
        As for `plot_sweep`.
    """
    first, *others = in_order(sweep)
    second = others[0] if others else None
    rows = [row for row in sweep.rows if row.value is not None]
    x, ticks = _places(sweep.grid[first])
    with axes_for(ax) as ax:
        values = (
            drawable([row.value for row in rows if row.value is not None])
            if rows
            else np.empty(0)
        )
        apply_scale(ax, [values] if values.size else [])
        at = np.array([x[repr(row.settings.get(first))] for row in rows])
        if second is None:
            ax.plot(at, values, "o", markersize=4, label=sweep.by)
        else:
            _coloured(ax, sweep, second, at, values)
        lost = [row for row in sweep.rows if row.value is None]
        at_top = [x[repr(row.settings.get(first))] for row in lost]
        mark_diverged(ax, {MUTED: at_top}, size=4)
        best = sweep.best
        if best is not None and best.value is not None:
            place = x[repr(best.settings.get(first))]
            ax.plot(place, best.value, "*", color=INK, markersize=13, label="best")
        if ticks:
            ax.set_xticks(list(x.values()), ticks)
        elif _is_log(x.values()):
            ax.set_xscale("log")
        ax.set_xlabel(first)
        ax.set_ylabel(sweep.by)
        place_legend(ax, title, keys=2)
    return ax


def _places(values: list[Any]) -> tuple[dict[str, float], list[str]]:
    """Return where values stand on an axis, and labels where they are no numbers."""
    present = [value for value in values if value is not None]
    if are_numbers(present):
        places = {repr(value): float(value) for value in present}
        return places | {repr(None): math.nan}, []
    places = {repr(value): float(k) for k, value in enumerate(present)}
    return places | {repr(None): math.nan}, [str(value) for value in present] + [""]


def _is_log(values: Iterable[float]) -> bool:
    """Whether places spread so far that their logarithm tells more."""
    known = np.array([value for value in values if math.isfinite(value)])
    return bool(suggested_scale(known) == "log" and known.min() > 0)


def _coloured(ax: Axes, sweep: Sweep, path: str, at: Any, values: Any) -> None:
    """Draw dots in the colour of a second setting."""
    rows = [row for row in sweep.rows if row.value is not None]
    tried = sweep.grid[path]
    places, ticks = _places(tried)
    if ticks or len(tried) <= _MOST_LINES:
        palette = colours(len(tried), ordered=not ticks and len(tried) > 2)
        for value, colour in zip(tried, palette, strict=True):
            own = [k for k, row in enumerate(rows) if row.settings.get(path) == value]
            name = f"{path.rpartition('.')[2]} = {value}"
            ax.plot(at[own], values[own], "o", markersize=4, color=colour, label=name)
        return
    from matplotlib.colors import LogNorm, Normalize

    shades = np.array([places[repr(row.settings.get(path))] for row in rows])
    known = [v for v in places.values() if math.isfinite(v)]
    norm = (LogNorm if _is_log(known) else Normalize)(min(known), max(known))
    drawn = ax.scatter(at, values, c=shades, s=16, norm=norm, cmap="viridis")
    ax.figure.colorbar(drawn, ax=ax, label=path)
