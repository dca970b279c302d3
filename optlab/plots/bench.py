"""Pictures of step speed: time a parameter against size, and bars of ratios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError
from optlab.plots.theme import MUTED, axes_for, colours, new_figure, place_legend, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The names of the two subjects that are drawn in a way of their own.
_OURS, _LIMIT = "optlab", "limit"
_MARKERS = "osD^vPX<>"


def plot_step_speed(
    found: Sequence[Any], ax: Axes | None = None, *, caches: Any = None
) -> Axes:
    """Draw nanoseconds a parameter against the number of parameters.

    Parameters
    ----------
    found : sequence of Row
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
    kept = [row for row in found if row.suite == "step" and row.group == "one tensor"]
    if not kept:
        raise InputError("There are no steps on one tensor among the results.")
    names = list(dict.fromkeys(row.subject for row in kept))
    peers = [name for name in names if name not in (_OURS, _LIMIT)]
    palette = dict(zip([_OURS, *peers], colours(1 + len(peers)), strict=True))
    with axes_for(ax) as ax:
        for name in names:
            points = sorted(
                (row.unit_count, row.median * 1e9 / row.unit_count)
                for row in kept
                if row.subject == name
            )
            looks: dict[str, Any] = {"color": palette.get(name, "black")}
            if name == _LIMIT:
                looks |= {"linestyle": "--", "linewidth": 1.4, "zorder": 3}
            else:
                looks |= {"marker": _MARKERS[names.index(name) % len(_MARKERS)]}
                looks |= {"markersize": 4.5}
                looks |= {"linewidth": 2.8 if name == _OURS else 1.3}
            ax.plot(*zip(*points, strict=True), label=name, **looks)
        ax.set(xscale="log", yscale="log")
        ax.set_xlabel("parameters (one float32 tensor)")
        ax.set_ylabel("nanoseconds a parameter")
        _mark_caches(ax, kept, caches or {})
        place_legend(ax, "An Adam step")
    return ax


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
    found : sequence of (case, ours, peer, ratio)
        What `optlab.bench.report.summary` returns.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.

    Returns
    -------
    Axes
        One horizontal bar a case, a line at 1: equally fast.

    Raises
    ------
    InputError
        If there is nothing to draw.
    """
    if not found:
        raise InputError("No peer was timed, so there are no ratios to draw.")
    labels = [
        case if ours == _OURS else f"{case} ({ours.removeprefix(_OURS).strip()})"
        for case, ours, _, _ in found
    ]
    ratios = [ratio for *_, ratio in found]
    with axes_for(ax) as ax:
        places = list(range(len(found)))
        palette = colours(2)
        shades = [palette[0] if ratio >= 1 else palette[1] for ratio in ratios]
        ax.barh(places, [r - 1 for r in ratios], left=1, color=shades, height=0.66)
        ax.set_xscale("log")
        ax.axvline(1, color=MUTED, linewidth=1)
        for place, (_, _, peer, ratio) in zip(places, found, strict=True):
            ax.annotate(
                f"{ratio:.3g}  {peer}",
                (max(ratio, 1), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
            )
        ax.set_yticks(places, labels)
        ax.invert_yaxis()
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
    found : sequence of Row
        The results.
    ratios : sequence of tuple
        See `plot_ratios`.
    caches : mapping, optional
        See `plot_step_speed`.
    """
    steps = any(row.suite == "step" and row.group == "one tensor" for row in found)
    with style():
        height = max(4.8, 1.6 + 0.26 * len(ratios))
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
