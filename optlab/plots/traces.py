"""What plots of a trace share: finding it, and one line for each tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from optlab.errors import InputError
from optlab.plots.theme import MUTED, colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINES: tuple[Any, ...] = ("-", (0, (4, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)))


def trace_of(run: Any) -> Any:
    """Return the trace of a run.

    Raises
    ------
    InputError
        If nothing was recorded.
    """
    trace = getattr(run, "trace", None)
    if trace is None or len(trace) == 0:
        raise InputError(
            "This run has no trace. Record one with `record=1` (every step) or "
            "`record=10` (every tenth)."
        )
    return trace


def tensor_lines(
    ax: Axes, steps: npt.NDArray[Any], values: npt.NDArray[Any], names: Sequence[str]
) -> int:
    """Draw a line for each tensor: colour by layer, dashes for all but its first.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    steps : ndarray, shape (rows,)
        The x axis.
    values : ndarray, shape (rows, tensors)
        The y axis.
    names : sequence of str
        The tensors' names, "layer/tensor", in the model's order.

    Returns
    -------
    int
        How many entries of the legend explain the dashes.
    """
    owners = [name.rsplit("/", 1)[0] for name in names]
    layers = list(dict.fromkeys(owners))
    palette = colours(len(layers), ordered=len(layers) > 4)
    places = [owners[:k].count(owner) for k, owner in enumerate(owners)]
    keyed = len(layers) > 1 and max(places) > 0
    for k, (name, owner, place) in enumerate(zip(names, owners, places, strict=True)):
        entry = owner if place == 0 else "_tensor"
        ax.plot(
            steps,
            values[:, k],
            color=palette[layers.index(owner)],
            linestyle=_LINES[place % len(_LINES)],
            linewidth=1.5 if place == 0 else 1.1,
            label=entry if keyed else name,
        )
    if not keyed:
        return 0
    kinds: dict[int, dict[str, None]] = {}
    for name, place in zip(names, places, strict=True):
        kinds.setdefault(place % len(_LINES), {})[name.rsplit("/", 1)[-1]] = None
    for place, kind in kinds.items():
        ax.plot(
            [], [], color=MUTED, linestyle=_LINES[place], label=", ".join(kind), lw=1.3
        )
    return len(kinds)
