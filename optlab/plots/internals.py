"""What an optimizer keeps and does inside: its slots, gradients and steps over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError, unknown_name
from optlab.plots.scale import apply_scale, drawable
from optlab.plots.theme import MUTED, axes_for, colours, place_legend, whole_numbers
from optlab.plots.traces import tensor_lines, trace_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Quantities besides the optimizer's own slots: name, and label of the axis.
_QUANTITIES = {
    "gradient": "gradient",
    "update": "update (new - old)",
    "step": "effective step |new - old|",
}


def plot_internals(
    run: Any,
    quantity: str = "step",
    ax: Axes | None = None,
    *,
    scale: str = "auto",
    most: int = 10,
    title: str | None = None,
) -> Axes:
    """Draw one thing inside an optimizer over the recorded steps.

    Parameters
    ----------
    run : Run
        With a trace: ``record=`` given to `fit`; `minimize` always has one.
    quantity : str
        A slot of the optimizer, such as "momentum" or "velocity"; or "gradient",
        "update", or "step", the size of the update, with the learning rate beside it.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    scale : {"auto", "linear", "log"}
        The y axis.
    most : int
        Of more coordinates than this an even selection is drawn.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With a line for each coordinate where the trace holds single values (as that of
        `minimize` does), else for each tensor's Euclidean norm.

    Raises
    ------
    InputError
        If the run has no trace, or no such quantity in it.
    """
    trace = trace_of(run)
    found, single = _recorded(trace, quantity)
    label = _QUANTITIES.get(quantity, quantity.replace("_", " "))
    with axes_for(ax) as ax:
        apply_scale(ax, [found], scale)
        keys = 0
        if single:
            _draw_coordinates(ax, trace.steps, found, most)
        else:
            label = f"norm of {label.replace('|', '')}"
            keys = tensor_lines(ax, trace.steps, found, trace.names)
        if quantity == "step" and single:
            ax.plot(
                trace.steps,
                trace.learning_rate,
                color=MUTED,
                linewidth=1.2,
                linestyle=(0, (2, 2)),
                label="learning rate",
                zorder=1.5,
            )
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel(label)
        place_legend(ax, title, keys)
    return ax


def quantities(run: Any) -> list[str]:
    """Return what `plot_internals` can draw of a run: its slots, then the rest."""
    return [*trace_of(run).slots, *_QUANTITIES]


def _recorded(trace: Any, quantity: str) -> tuple[npt.NDArray[Any], bool]:
    """Return a quantity's single values and True, or its norms and False."""
    if quantity in trace.slot_values:
        return drawable(trace.slot_values[quantity]), True
    if quantity in trace.slots:
        return drawable(trace.slots[quantity]), False
    if quantity not in _QUANTITIES:
        raise unknown_name(
            "quantity of this run,", quantity, [*trace.slots, *_QUANTITIES]
        )
    values = trace.gradients if quantity == "gradient" else trace.updates
    if values is not None:
        found = drawable(values)
        return (np.abs(found) if quantity == "step" else found), True
    norms = trace.gradient_norm if quantity == "gradient" else trace.update_norm
    return drawable(norms), False


def _draw_coordinates(
    ax: Axes, steps: npt.NDArray[Any], values: npt.NDArray[Any], most: int
) -> None:
    if most < 1:
        raise InputError(f"`most` must be at least 1. Received: most={most}")
    size = values.shape[1]
    shown = np.unique(np.linspace(0, size - 1, min(most, size)).astype(int))
    palette = colours(len(shown), ordered=len(shown) > 2)
    width = 1.5 if len(shown) <= 4 else 1.1
    for colour, i in zip(palette, shown, strict=True):
        name = f"$x_{{{i}}}$" if size > 1 else "x"
        ax.plot(steps, values[:, i], color=colour, linewidth=width, label=name)
