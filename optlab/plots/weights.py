"""How the weights of a model are spread, a panel a tensor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError
from optlab.plots.theme import PALETTE, new_figure, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Tensors drawn at most, panels in a row, and inches of one.
_MOST, _COLUMNS, _SIZE = 24, 4, (2.7, 2.1)


def plot_weights(model: Any, title: str | None = None) -> Figure:
    """Draw a histogram of every trainable weight of a model.

    Parameters
    ----------
    model : Sequential
        Built or not; of more than 24 tensors the first 24 are drawn.
    title : str, optional
        Above the page; the model's name and its number of weights if left out.

    Returns
    -------
    Figure
        To be written by `save`. Under each tensor's name stands its standard deviation.

    Raises
    ------
    InputError
        If the model has no trainable weight.
    """
    parameters = model.parameters
    tensors = list(zip(parameters.names, parameters.arrays, strict=True))[:_MOST]
    if not tensors:
        raise InputError(f"The model {model.name!r} has no trainable weight to draw.")
    columns = min(_COLUMNS, len(tensors))
    rows = math.ceil(len(tensors) / columns)
    with style():
        size = (max(_SIZE[0] * columns, 5.0), _SIZE[1] * rows + 0.5)
        figure, axes = new_figure(rows, columns, figsize=size, squeeze=False)
        for ax, (name, values) in zip(axes.flat, tensors, strict=False):
            finite = np.ravel(values)[np.isfinite(np.ravel(values))]
            ax.hist(finite, bins=30, color=PALETTE[0])
            ax.set_title(f"{name}\nstd {np.std(finite):.2g}", fontsize=10)
            ax.locator_params(nbins=4)
        for ax in axes.flat[len(tensors) :]:
            ax.set_visible(False)
        more = len(parameters.names) - len(tensors)
        left_out = f", {more} tensors more" if more else ""
        said = f"{model.name}: {parameters.size:,} weights{left_out}"
        figure.suptitle(title or said, x=0.012, ha="left")
    return figure
