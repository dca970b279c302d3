"""How a sweep came out: the compared figure over the values that were tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.plots.samples import are_numbers, in_order, is_scattered, plot_samples
from optlab.plots.scale import apply_scale, drawable, suggested_scale
from optlab.plots.theme import INK, axes_for, colours, mark_diverged, place_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from optlab.experiments.sweep_results import SettingResult, Sweep


def plot_sweep(sweep: Sweep, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw the compared figure over a setting, a line for each of the others.

    The x axis is the first setting whose values are numbers.

    Parameters
    ----------
    sweep : Sweep
        What `optlab.experiments.sweep` returned.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        Medians over the seeds, with their range shaded; crosses at the upper edge mark
        settings where half of the runs diverged, and a star the best setting. Where
        the settings are no grid, or would be more than a dozen lines: dots, in the
        colour of the second setting.
    """
    if is_scattered(sweep):
        return plot_samples(sweep, ax, title)
    first, *others = in_order(sweep)
    values = sweep.grid[first]
    numeric = are_numbers(values)
    places = {
        repr(value): float(value) if numeric else float(k)
        for k, value in enumerate(values)
    }
    groups: dict[str, list[SettingResult]] = {}
    for row in sweep.rows:
        label = ", ".join(f"{_short(p)} = {_text(row.settings[p])}" for p in others)
        groups.setdefault(label, []).append(row)
    with axes_for(ax) as ax:
        shown = [_figures(rows) for rows in groups.values()]
        apply_scale(ax, [figures for figures in shown if figures.size])
        ordered = all(are_numbers(sweep.grid[path]) for path in others)
        palette = colours(len(groups), ordered=ordered and len(groups) > 2)
        lost = {}
        for (label, rows), colour in zip(groups.items(), palette, strict=True):
            lost[colour] = [
                places[repr(row.settings[first])] for row in rows if row.value is None
            ]
            _draw(
                ax,
                [places[repr(row.settings[first])] for row in rows],
                rows,
                {
                    "color": colour,
                    "label": label or sweep.by,
                    "linestyle": "-" if numeric else "",
                },
            )
        mark_diverged(ax, lost)
        best = sweep.best
        if best is not None:
            x = places[repr(best.settings[first])]
            ax.plot(
                x,
                _number(best.value),
                "*",
                color=INK,
                markersize=13,
                label="best",
                zorder=5,
            )
        _label_x(ax, places, values, numeric)
        ax.set_xlabel(first)
        seeds = max(len(row.points) for row in sweep.rows)
        ax.set_ylabel(f"{sweep.by}, median of {seeds}" if seeds > 1 else sweep.by)
        place_legend(ax, title, keys=2)
    return ax


def _figures(rows: list[SettingResult]) -> Any:
    found = [v for row in rows for v in (row.value, row.low, row.high) if v is not None]
    return drawable(found) if found else np.empty(0)


def _draw(
    ax: Axes, x: list[float], rows: list[SettingResult], look: dict[str, Any]
) -> None:
    def column(name: str) -> Any:
        return drawable([_number(getattr(row, name)) for row in rows])

    order = np.argsort(x)
    at = np.asarray(x)[order]
    ax.plot(at, column("value")[order], marker="o", markersize=5, **look)
    if any(len(row.points) > 1 for row in rows):
        low, high = column("low")[order], column("high")[order]
        ax.fill_between(at, low, high, color=look["color"], alpha=0.18, linewidth=0)


def _label_x(
    ax: Axes, places: dict[str, float], values: list[Any], numeric: bool
) -> None:
    if not numeric:
        ax.set_xticks(list(places.values()), [_text(value) for value in values])
    elif suggested_scale(np.array(list(places.values()))) == "log":
        ax.set_xscale("log")


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _short(path: str) -> str:
    return path.rpartition(".")[2]


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
