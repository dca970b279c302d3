"""Statistics by layer over the recorded steps: gradients, updates, activations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optlab.errors import InputError, unknown_name
from optlab.plots.scale import apply_scale, drawable
from optlab.plots.theme import MUTED, axes_for, colours, place_legend, whole_numbers
from optlab.plots.traces import tensor_lines, trace_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ACTIVATIONS = {
    "mean": "mean of the activations",
    "std": "standard deviation of the activations",
    "zero": "share of activations that are 0",
}


def plot_gradients(
    run: Any,
    ax: Axes | None = None,
    *,
    statistic: str = "norm",
    scale: str = "auto",
    title: str | None = None,
) -> Axes:
    """Draw how large the gradient of each tensor was, to see it vanish or explode.

    Parameters
    ----------
    run : Run
        With a trace: ``record=`` given to `fit` or `minimize`.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    statistic : {"norm", "mean", "std"}
        The Euclidean norm, or the mean or standard deviation of its entries.
    scale : {"auto", "linear", "log"}
        The y axis.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With one line a tensor; one colour a layer.

    Raises
    ------
    InputError
        If the run has no trace, or the statistic is unknown.
    """
    trace = trace_of(run)
    if statistic not in ("norm", "mean", "std"):
        raise unknown_name("statistic", statistic, ("norm", "mean", "std"))
    words = {"norm": "norm", "mean": "mean", "std": "standard deviation"}
    values = drawable(getattr(trace, f"gradient_{statistic}"))
    with axes_for(ax) as ax:
        apply_scale(ax, [values], scale)
        keys = tensor_lines(ax, trace.steps, values, trace.names)
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel(f"{words[statistic]} of the gradient")
        place_legend(ax, title, keys)
    return ax


def plot_update_ratios(
    run: Any, ax: Axes | None = None, *, scale: str = "auto", title: str | None = None
) -> Axes:
    """Draw how much of itself each tensor changes in a step.

    Parameters
    ----------
    run, ax, scale, title
        As in `plot_gradients`.

    Returns
    -------
    Axes
        With one line a tensor, the norm of its update over its own, and a grey line at
        1e-3, near which training that goes well mostly runs.

    Raises
    ------
    InputError
        If the run has no trace.
    """
    trace = trace_of(run)
    values = drawable(trace.ratio)
    with axes_for(ax) as ax:
        apply_scale(ax, [values, [1e-3]], scale)
        keys = tensor_lines(ax, trace.steps, values, trace.names)
        ax.axhline(
            1e-3,
            color=MUTED,
            linewidth=1.2,
            linestyle=(0, (2, 2)),
            label="0.001, usual",
            zorder=1.5,
        )
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel("update norm / parameter norm")
        place_legend(ax, title, keys + 1)
    return ax


def plot_activations(
    run: Any,
    ax: Axes | None = None,
    *,
    statistic: str = "std",
    scale: str = "auto",
    title: str | None = None,
) -> Axes:
    """Draw a statistic of each layer's output, to see signals die or blow up.

    Parameters
    ----------
    run : Run
        Of `fit`, with activations in its trace.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    statistic : {"std", "mean", "zero"}
        Standard deviation or mean over the batch, or the share of exact zeros (dead or
        silent units of a relu).
    scale : {"auto", "linear", "log"}
        The y axis.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With one line a layer, dark to light from input to output.

    Raises
    ------
    InputError
        If the run has no trace with activations, or the statistic is unknown.
    """
    trace = trace_of(run)
    if statistic not in _ACTIVATIONS:
        raise unknown_name("statistic", statistic, _ACTIVATIONS)
    values = drawable(getattr(trace, f"activation_{statistic}"))
    if not trace.layers or values.shape[1] == 0:
        raise InputError(
            "This run's trace has no activations: record them in `fit` with "
            "`record=Record(every=10, activations=True)`."
        )
    with axes_for(ax) as ax:
        apply_scale(ax, [values], "linear" if statistic == "zero" else scale)
        palette = colours(len(trace.layers), ordered=len(trace.layers) > 4)
        for k, (layer, colour) in enumerate(zip(trace.layers, palette, strict=True)):
            ax.plot(trace.steps, values[:, k], color=colour, linewidth=1.5, label=layer)
        if statistic == "zero":
            ax.set_ylim(-0.03, 1.03)
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel(_ACTIVATIONS[statistic])
        place_legend(ax, title)
    return ax
