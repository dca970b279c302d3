"""The edge of stability, and the spectrum over time, as the instruments read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError
from optlab.plots.scale import apply_scale, drawable
from optlab.plots.theme import (
    MUTED,
    PALETTE,
    axes_for,
    colours,
    place_legend,
    whole_numbers,
)
from optlab.plots.traces import trace_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES = (0, (4, 2))
#: Heights of the picture of a density.
_HEIGHTS = 160


def columns(run: Any, *names: str) -> list[Any]:
    """Return columns of the instruments.

    Raises
    ------
    InputError
        If one was not read.
    """
    found = trace_of(run).instruments
    for name in names:
        if name not in found:
            raise InputError(
                f"This run has no {name.replace('_', ' ')}: ask for it with "
                "`record=Record(instruments=...)`."
            )
    return [drawable(found[name]) for name in names]


def plot_stability(
    run: Any, ax: Axes | None = None, *, scale: str = "auto", title: str | None = None
) -> Axes:
    """Draw the sharpness as the optimizer sees it, and what it can bear.

    Parameters
    ----------
    run : Run
        With the instrument "preconditioned_sharpness".
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    scale : {"auto", "linear", "log"}
        The y axis.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With the preconditioned sharpness over the steps and its threshold dashed.

    Raises
    ------
    InputError
        If the instrument was not read.
    """
    sharp, threshold = columns(run, "preconditioned_sharpness", "threshold")
    steps = trace_of(run).steps
    plain = type(run.optimizer).__name__ in ("SGD", "SGDW", "HeavyBall", "QHM")
    label = "sharpness" if plain else "preconditioned sharpness"
    with axes_for(ax) as ax:
        apply_scale(ax, [sharp, threshold], scale)
        ax.plot(steps, sharp, color=PALETTE[0], linewidth=1.5, label=label)
        ax.plot(steps, threshold, color=MUTED, linestyle=_DASHES, label="threshold")
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel(label)
        place_legend(ax, title)
    return ax


def plot_spectrum(
    run: Any, ax: Axes | None = None, *, scale: str = "auto", title: str | None = None
) -> Axes:
    """Draw the Hessian's spectrum over the steps.

    Parameters
    ----------
    run : Run
        With the instrument "density", or "eigenvalues".
    ax, scale, title
        As in `plot_stability`; `scale` is that of eigenvalues.

    Returns
    -------
    Axes
        With the density, darker where there are more eigenvalues, on an axis that is
        logarithmic away from 0; or with a line for each of the largest eigenvalues.

    Raises
    ------
    InputError
        If neither was read.
    """
    trace = trace_of(run)
    with axes_for(ax) as ax:
        if "density_nodes" in trace.instruments:
            _draw_density(ax, trace)
        else:
            (values,) = columns(run, "eigenvalues")
            apply_scale(ax, [values], scale)
            shades = colours(values.shape[1], ordered=True)
            for k, colour in enumerate(shades):
                name = f"eigenvalue {k + 1}"
                ax.plot(trace.steps, values[:, k], color=colour, lw=1.3, label=name)
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel("eigenvalue of the Hessian")
        place_legend(ax, title)
    return ax


def _draw_density(ax: Axes, trace: Any) -> None:
    """Shade how many eigenvalues there are at each height and step."""
    nodes = np.asarray(trace.instruments["density_nodes"])
    weights = np.asarray(trace.instruments["density_weights"])
    top, bottom = float(nodes.max()), float(min(nodes.min(), 0.0))
    bend = max(top, -bottom, 1e-12) * 1e-3
    low, high = np.arcsinh(bottom / bend) - 0.5, np.arcsinh(top / bend) + 0.5
    edges = np.linspace(low, high, _HEIGHTS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    away = middles[:, None, None] - np.arcsinh(nodes / bend)
    width = 1.5 * (edges[1] - edges[0])
    shade = (np.exp(-0.5 * (away / width) ** 2) * weights).sum(-1)
    steps = trace.steps.astype(float)
    gap = steps[1] - steps[0] if len(steps) > 1 else 1.0
    sides = np.append(steps - gap / 2, steps[-1] + gap / 2)
    heights = np.sinh(edges) * bend
    floor = 1e-8
    mesh = ax.pcolormesh(
        sides, heights, np.log10(np.maximum(shade, floor)), cmap="Blues", zorder=0
    )
    mesh.set_rasterized(True)
    ax.set_yscale("asinh", linear_width=bend)
    first, last = np.ceil(np.log10(10 * bend)), np.log10(max(top, -bottom))
    sizes = [10.0**k for k in range(int(first), int(np.floor(last)) + 1)]
    ticks = [-size for size in reversed(sizes) if size <= -bottom]
    ticks += [0.0, *(size for size in sizes if size <= top)]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.yaxis.minorticks_off()
    ax.axhline(0, color=MUTED, linewidth=0.8)
    ax.grid(False)
