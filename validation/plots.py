"""Pictures of parity: how a run drifts from its twin, how far each mode is away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optlab.plots.theme import (
    GRID,
    MUTED,
    PALETTE,
    axes_for,
    new_figure,
    place_legend,
    style,
    whole_numbers,
)
from optlab.validation.results import Result
from optlab.validation.runs.verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The height of the band for a drift of exactly 0, which a logarithmic axis cannot
#: show, in powers of ten; and where its top is where nothing differs at all.
_BAND = 1.5
_LOWEST = 1e-16


def plot_drift(verdict: Verdict, ax: Axes | None = None) -> Axes:
    """Draw the drift of a run from its twin by step, with its bound.

    Distances of exactly 0 lie in a band of their own, "identical bits", below the
    logarithmic scale.

    Parameters
    ----------
    verdict : Verdict
        From `optlab.validation.verify_experiment`.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    """
    rows = verdict.run.rows
    steps = [row.step for row in rows]
    drift = [row.drift for row in rows]
    local = [(row.step, row.local) for row in rows if row.local is not None]
    copy = verdict.copy[: len(steps)]
    sizes = [*drift, *copy, *(apart for _, apart in local)]
    top = min((size for size in sizes if size > 0), default=_LOWEST) / 2
    inside = top * 10.0 ** (-_BAND / 2)

    def shown(values: Sequence[float]) -> list[float]:
        return [value if value > 0 else inside for value in values]

    with axes_for(ax) as ax:
        ax.plot(steps, shown(drift), color=PALETTE[0], label="tf.keras")
        if verdict.copy:
            ax.plot(
                steps[: len(copy)],
                shown(copy),
                color=MUTED,
                linestyle=(0, (4, 2)),
                label="a copy one rounding away",
            )
            bound = [verdict.bound(step) for step in steps]
            ax.plot(steps, bound, color=PALETTE[1], label="allowed")
        if local:
            at, apart = zip(*local, strict=True)
            ax.plot(
                at,
                shown(apart),
                linestyle="none",
                marker=".",
                color=PALETTE[2],
                label="single steps of tf.keras",
            )
        ax.set_yscale("log")
        if min(sizes, default=0.0) == 0.0:
            _identical(ax, top)
        ax.set_xlabel("step")
        ax.set_ylabel("distance of the weights, relative")
        place_legend(ax, f"{verdict.name}, {verdict.run.dtype}")
    return ax


def _identical(ax: Axes, top: float) -> None:
    """Mark the band below `top`, where the two runs have the same bits."""
    bottom = top * 10.0**-_BAND
    highest = max(ax.get_ylim()[1], top * 10.0)
    ax.set_ylim(bottom, highest)
    ax.axhspan(bottom, top, color=GRID, zorder=0)
    ax.minorticks_off()
    ax.set_yticks([tick for tick in ax.get_yticks() if top < tick <= highest])
    ax.annotate(
        "identical bits",
        (0.99, top * 10.0 ** (-_BAND * 0.8)),
        xycoords=("axes fraction", "data"),
        color=MUTED,
        ha="right",
        va="center",
    )


def plot_drifts(verdicts: Sequence[Verdict]) -> Axes:
    """Draw the drift of several runs side by side; return the first axes.

    Parameters
    ----------
    verdicts : sequence of Verdict
        At least one.
    """
    with style():
        _, panels = new_figure(1, len(verdicts), squeeze=False)
        for verdict, ax in zip(verdicts, panels[0], strict=True):
            plot_drift(verdict, ax)
        first: Axes = panels[0][0]
    return first


def plot_result(
    result: Result, ax: Axes | None = None, *, title: str | None = None
) -> Axes:
    """Draw how far one check of several steps was from tf.keras at each.

    Parameters
    ----------
    result : Result
        With comparisons of steps; one without has a single point, at step 0.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    title : str, optional
        Above the axes; what was compared if left out.
    """
    by_step = result.ulp_at() or {0: result.ulp}
    with axes_for(ax) as ax:
        ax.plot(list(by_step), list(by_step.values()), marker="o", markersize=3)
        ax.set_yscale("symlog", linthresh=1.0)
        ax.set_ylim(bottom=-0.1)
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel("largest distance, ULP (0: the same bits)")
        ax.set_title(title or f"{result.label}, {result.dtype} {result.mode}".strip())
    return ax


def plot_matrix(results: Sequence[Result], ax: Axes | None = None) -> Axes:
    """Draw how far each optimizer is from tf.keras, a colour a mode.

    Parameters
    ----------
    results : sequence of Result
        Those of the groups "optimizers", "random" and "yours" are drawn.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    """
    kinds = ("optimizers", "random", "yours")
    found = [r for r in results if r.group in kinds and not r.refused]
    labels = list(dict.fromkeys(r.label.split()[0] for r in found))
    modes = [
        mode
        for mode in ("eager", "unoptimized", "function", "xla")
        if any(r.mode == mode for r in found)
    ]
    with axes_for(ax) as ax:
        for k, mode in enumerate(modes):
            worst = [
                max(
                    (
                        r.roundings
                        for r in found
                        if r.mode == mode and r.label.split()[0] == label
                    ),
                    default=0.0,
                )
                for label in labels
            ]
            offset = (k - (len(modes) - 1) / 2) * 0.16
            ax.plot(
                worst,
                np.arange(len(labels)) + offset,
                linestyle="none",
                marker="o",
                markersize=5,
                color=PALETTE[k],
                label=mode,
            )
        ax.set_xscale("symlog", linthresh=1.0)
        ax.set_xlim(left=-0.1)
        ax.set_yticks(np.arange(len(labels)), labels)
        ax.invert_yaxis()
        ax.set_xlabel("largest distance from tf.keras, in roundings (0: the same bits)")
        place_legend(ax, "Parity by mode")
    return ax
