"""The numbers of a few explained steps, one small panel a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.plots.scale import drawable
from optlab.plots.theme import PALETTE, new_figure, style, whole_numbers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from optlab.explain import Explanation

_COLUMNS = 3
#: Inches of one small panel.
_SIZE = (3.6, 2.3)
#: Up to so many steps each gets a marker.
_MARKED = 30
#: A step response, and its reverse.
GRADIENTS = [1.0] * 12 + [-1.0] * 12


def plot_explanation(explanation: Explanation, title: str | None = None) -> Figure:
    """Draw every column of an explanation over the steps.

    Parameters
    ----------
    explanation : Explanation
        What `optlab.explain.explain` returned.
    title : str, optional
        Above the page; the optimizer and its learning rate if left out.

    Returns
    -------
    Figure
        To be written by `save`. A parameter of several elements has a line for each.
    """
    names = [name for name in explanation.columns if name != "t"]
    steps = np.asarray(explanation.column("t"), float)
    rows = -(-len(names) // _COLUMNS)
    with style():
        size = (_SIZE[0] * _COLUMNS, _SIZE[1] * rows + 0.5)
        figure, axes = new_figure(rows, _COLUMNS, figsize=size, squeeze=False)
        for ax, name in zip(axes.flat, names, strict=False):
            values = _values(explanation.column(name))
            marker = "o" if len(steps) <= _MARKED else None
            lines = ax.plot(steps, drawable(values), marker=marker, markersize=4)
            for k, line in enumerate(lines):
                line.set_color(PALETTE[k % len(PALETTE)])
            ax.set_title(name, fontsize=11)
            whole_numbers(ax.xaxis)
        for ax in axes.flat[len(names) :]:
            ax.set_visible(False)
        for ax in axes.flat[max(0, len(names) - _COLUMNS) : len(names)]:
            ax.set_xlabel("step t")
        figure.suptitle(title or _title(explanation), x=0.012, ha="left")
    return figure


def plot_optimizer(optimizer: Any, title: str | None = None) -> Figure:
    """Draw what an optimizer makes of a gradient of 1 that turns to -1 half-way.

    Parameters
    ----------
    optimizer : str, dict or Optimizer
        See `optlab.explain.explain`; an optimizer is not changed.
    title : str, optional
        Above the page; the optimizer and its learning rate if left out.

    Returns
    -------
    Figure
        Every number of 24 steps of one parameter that begins at 0.

    Raises
    ------
    InputError
        If the optimizer has no rule to be explained.
    """
    from optlab.explain import explain

    return plot_explanation(explain(optimizer, GRADIENTS), title)


def _values(cells: list[Any]) -> Any:
    """Return a column as an array, a row a step; NaN where a step has no number."""
    width = max(np.size(cell) for cell in cells if cell is not None)
    missing = np.full(width, np.nan)
    return np.stack([missing if c is None else np.ravel(c) for c in cells]).astype(
        float
    )


def _title(explanation: Explanation) -> str:
    rate = explanation.config.get("learning_rate")
    shown = f", learning rate {rate:g}" if isinstance(rate, (int, float)) else ""
    return f"{explanation.optimizer}{shown}: {len(explanation.rows)} steps"
