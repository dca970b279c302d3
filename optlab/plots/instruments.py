"""A page of what the instruments read of a run: edge, spectrum, noise, step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError
from optlab.plots.labels import optimizer_name
from optlab.plots.scale import apply_scale
from optlab.plots.stability import columns, plot_spectrum, plot_stability
from optlab.plots.theme import (
    MUTED,
    PALETTE,
    PANEL,
    align_titles,
    axes_for,
    style,
    whole_numbers,
)
from optlab.plots.traces import trace_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DASHES = (0, (4, 2))
_LABELS = {
    "alpha": "alpha: -1 start, 0 minimum along the step",
    "noise_scale": "noise scale, rows",
    "norm_test": "norm test, least theta",
    "distance": "distance from the initial weights",
    "update_ratio": "update over weights",
    "trace": "trace of the Hessian",
}
#: What is drawn with its running median.
_NOISY = ("trace", "noise_scale", "norm_test", "sharpness", "gradient_signal")
_TITLES = {
    "sharpness": "Sharpness",
    "trace": "Trace",
    "noise_scale": "Gradient noise scale",
    "norm_test": "Norm test",
    "alpha": "Step: short of the minimum, or beyond",
    "distance": "Distance travelled",
    "update_ratio": "Update over weights",
}


def plot_reading(
    run: Any,
    name: str,
    ax: Axes | None = None,
    *,
    scale: str = "auto",
    title: str | None = None,
) -> Axes:
    """Draw one column of the instruments over the steps.

    Parameters
    ----------
    run : Run
        With that column.
    name : str
        Such as "alpha", "noise_scale" or "distance".
    ax, scale, title
        As in `plot_stability`.

    Returns
    -------
    Axes
        With its values, those of noisy ones pale behind their running median.

    Raises
    ------
    InputError
        If there is no such column, or it has several values a step.
    """
    (values,) = columns(run, name)
    if values.ndim != 1:
        raise InputError(f"`{name}` has {values.shape[1]} values a step.")
    steps = trace_of(run).steps
    window = len(values) // 25 if name in _NOISY else 0
    with axes_for(ax) as ax:
        apply_scale(ax, [values], scale)
        pale = 0.35 if window > 2 else 1.0
        ax.plot(steps, values, color=PALETTE[0], linewidth=1.1, alpha=pale)
        if window > 2:
            ax.plot(steps, _running_median(values, window), color=PALETTE[0])
        if name == "alpha":
            ax.axhline(0, color=MUTED, linewidth=0.8, linestyle=_DASHES)
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel(_LABELS.get(name, name.replace("_", " ")))
        if title:
            ax.set_title(title)
    return ax


def _running_median(values: Any, window: int) -> Any:
    """Return the median of so many values before and behind each."""
    padded = np.pad(values, window, constant_values=np.nan)
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * window + 1)
    kept = np.isfinite(views).any(-1)
    found = np.full(len(values), np.nan)
    found[kept] = np.nanmedian(views[kept], -1)
    return found


def _reading(run: Any, name: str, title: str) -> Callable[[Any], Any]:
    return lambda ax: plot_reading(run, name, ax, title=title)


def plot_instruments(run: Any, title: str | None = None) -> Figure:
    """Draw a page of everything that the instruments read of a run.

    Parameters
    ----------
    run : Run
        With instruments recorded.
    title : str, optional
        Above the page; made from the run if left out.

    Returns
    -------
    Figure
        To be written by `save`.
    """
    from matplotlib.figure import Figure

    found = trace_of(run).instruments
    if not found:
        raise InputError(
            "This run has no instruments: record=Record(instruments='all')."
        )
    panels: list[Callable[[Any], Any]] = []
    if "preconditioned_sharpness" in found:
        panels.append(lambda ax: plot_stability(run, ax, title="Edge of stability"))
    if "density_nodes" in found or "eigenvalues" in found:
        panels.append(lambda ax: plot_spectrum(run, ax, title="Spectrum"))
    for name, heading in _TITLES.items():
        if name in found and not (name == "sharpness" and len(panels) > 1):
            panels.append(_reading(run, name, heading))
    rows = -(-len(panels) // 2)
    with style():
        size = (PANEL[0] * 1.9, PANEL[1] * 0.85 * rows + 0.5)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(rows, 2, squeeze=False)
        for panel, ax in zip(panels, axes.flat, strict=False):
            panel(ax)
        for ax in axes.flat[len(panels) :]:
            ax.set_axis_off()
        for row in axes:
            align_titles(list(row))
        figure.suptitle(
            f"{optimizer_name(run)}: instruments" if title is None else title,
            x=0.012,
            ha="left",
            fontsize=15,
            fontweight="bold",
        )
    return figure
