"""Pictures of step speed: time a parameter against size, and bars of ratios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError
from optlab.plots.theme import (
    INK,
    MUTED,
    PALETTE,
    axes_for,
    new_figure,
    place_legend,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The names of the two subjects that are drawn in a way of their own.
_OURS, _LIMIT = "optlab", "limit"
#: A colour a family of peers; its modes differ in line and marker.
_FAMILIES = dict(
    zip(("keras", "optax", "torch", "sklearn", "numpy"), PALETTE[1:6], strict=True)
)
_MODES = (("-", "o"), ("-.", "s"), (":", "^"))


def plot_step_speed(
    found: Sequence[Any], ax: Axes | None = None, *, caches: Any = None
) -> Axes:
    """Draw nanoseconds a parameter against the number of parameters.

    Parameters
    ----------
    found : sequence of SubjectResult
        Those of the suite "step" with one tensor are drawn, one line a subject; the
        limit as a dashed one.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    caches : mapping of str to int, optional
        Bytes of each cache: a vertical line where an Adam step's arrays outgrow it.

    Returns
    -------
    Axes
        Both axes logarithmic.

    Raises
    ------
    InputError
        If there are no such rows.
    """
    kept = _on_one_tensor(found)
    if not kept:
        raise InputError("There are no steps on one tensor among the results.")
    names = list(dict.fromkeys(row.subject for row in kept))
    seen: Counter[str] = Counter()
    with axes_for(ax) as ax:
        for name in names:
            points = sorted(
                (row.unit_count, row.median * 1e9 / row.unit_count)
                for row in kept
                if row.subject == name
            )
            family = name.partition("-")[0]
            line, marker = _MODES[seen[family] % len(_MODES)]
            seen[family] += 1
            colour = _FAMILIES.get(family, MUTED)
            looks: dict[str, Any] = {"color": colour, "linewidth": 1.3, "zorder": 3}
            looks |= {"linestyle": line, "marker": marker, "markersize": 4.5}
            if name == _LIMIT:
                looks |= {"color": INK, "linestyle": "--", "marker": "_"}
            elif name == _OURS:
                looks |= {"color": PALETTE[0], "linewidth": 2.8, "zorder": 4}
            ax.plot(*zip(*points, strict=True), label=name, **looks)
        ax.set(xscale="log", yscale="log")
        ax.set_xlabel("parameters (one float32 tensor)")
        ax.set_ylabel("nanoseconds a parameter")
        _mark_caches(ax, kept, caches or {})
        place_legend(ax, "An Adam step")
    return ax


def _on_one_tensor(found: Sequence[Any]) -> list[Any]:
    """Return the rows that `plot_step_speed` draws."""
    group = "Adam step, one tensor"
    return [row for row in found if row.suite == "step" and row.group == group]


def _mark_caches(ax: Axes, kept: Sequence[Any], caches: Any) -> None:
    """Draw where the arrays of a step outgrow each cache, within the axes."""
    # Parameter, gradient and two slots of 4 bytes.
    counts = [row.unit_count for row in kept]
    for level, size in caches.items():
        at = size / 16
        if min(counts) < at < max(counts):
            ax.axvline(at, color=MUTED, linewidth=0.8, linestyle=":")
            ax.annotate(
                level,
                (at, 0.99),
                xycoords=("data", "axes fraction"),
                xytext=(2, 0),
                textcoords="offset points",
                va="top",
                fontsize=8.5,
                color=MUTED,
            )


def plot_ratios(found: Sequence[Any], ax: Axes | None = None) -> Axes:
    """Draw, for every case, how many times as long as ours the best peer takes.

    Parameters
    ----------
    found : sequence of Best
        What `optlab.bench.report.summary` returns.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.

    Returns
    -------
    Axes
        One horizontal bar a case, under the name of its table; a line at 1: equally
        fast.

    Raises
    ------
    InputError
        If there is nothing to draw.
    """
    if not found:
        raise InputError("No peer was timed, so there are no ratios to draw.")
    from optlab.bench.report import label, title

    places: list[int] = []
    heads: dict[int, str] = {}
    for best in found:
        head = title(best.row.suite, best.row.group)
        here = places[-1] + 1 if places else 0
        if not heads or head != list(heads.values())[-1]:
            heads[here] = head
            here += 1
        places.append(here)
    ratios = [best.ratio for best in found]
    with axes_for(ax) as ax:
        faster, slower = PALETTE[:2]
        shades = [faster if ratio >= 1 else slower for ratio in ratios]
        ax.barh(places, [r - 1 for r in ratios], left=1, color=shades, height=0.66)
        ax.set_xscale("log")
        ax.axvline(1, color=MUTED, linewidth=1)
        for place, best in zip(places, found, strict=True):
            ax.annotate(
                f"{best.ratio:.3g}  {best.peer}",
                (max(best.ratio, 1), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
            )
        names = dict(zip(places, (label(best.row) for best in found), strict=True))
        marks = sorted(heads | names)
        ticks = [(heads | names)[mark] for mark in marks]
        ax.set_yticks(marks, ticks)
        for mark, tick in zip(marks, ax.get_yticklabels(), strict=True):
            tick.set_fontweight("bold" if mark in heads else "normal")
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(max(places) + 0.7, -0.7)
        ax.grid(False, axis="y")
        ax.set_xlim(min(1, *ratios) * 0.8, max(2, *ratios) * 4)
        ax.set_xlabel("best peer's time / optlab's (1: equally fast)")
        ax.set_title("Against the best peer")
    return ax


def plot_bench(
    found: Sequence[Any], ratios: Sequence[Any], caches: Any = None
) -> Figure:
    """Draw both pictures side by side, or the one there is.

    Parameters
    ----------
    found : sequence of SubjectResult
        The results.
    ratios : sequence of Best
        See `plot_ratios`.
    caches : mapping, optional
        See `plot_step_speed`.
    """
    steps = bool(_on_one_tensor(found))
    with style():
        groups = {(best.row.suite, best.row.group) for best in ratios}
        height = max(4.8, 1.6 + 0.24 * (len(ratios) + len(groups)))
        panels = [steps, bool(ratios)]
        if not any(panels):
            raise InputError("There is nothing to draw: no steps, and no peers.")
        count = sum(panels)
        figure, axes = new_figure(1, count, figsize=(7.6 * count, height))
        all_axes = list(axes) if count > 1 else [axes]
        if steps:
            plot_step_speed(found, all_axes[0], caches=caches)
        if ratios:
            plot_ratios(ratios, all_axes[-1])
    return figure
