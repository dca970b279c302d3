"""What a convolution has learned: its filters, and its maps of the latest picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError
from optlab.plots.theme import INK, axes_for
from optlab.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Tiles shown at most: more would be too small to read.
_MOST = 64


def plot_filters(
    run_or_model: Any,
    ax: Axes | None = None,
    *,
    layer: str | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the filters of a two-dimensional convolution, side by side.

    Parameters
    ----------
    run_or_model : Run or Sequential
        With a `Conv2D` layer.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    layer : str, optional
        The layer's name; the first `Conv2D` if left out.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        A tile for each filter, its mean over the input's channels: blue below 0, red
        above, white at 0.

    Raises
    ------
    InputError
        If there is no such layer.
    """
    found = _convolution(run_or_model, layer)
    tiles = np.moveaxis(found.kernel.mean(axis=2), -1, 0)[:_MOST]
    limit = float(np.abs(tiles).max()) or 1.0
    many = len(tiles) < found.filters
    with axes_for(ax) as ax:
        mosaic = _mosaic(tiles)
        image = ax.imshow(mosaic, cmap="RdBu_r", vmin=-limit, vmax=limit)
        _finish(ax, image, "weight", title)
        ax.set_xlabel(
            _caption(found.name, "filters", len(tiles), found.filters, many), loc="left"
        )
    return ax


def plot_feature_maps(
    run_or_model: Any,
    ax: Axes | None = None,
    *,
    layer: str | None = None,
    row: int = 0,
    title: str | None = None,
) -> Axes:
    """Draw what a convolution made of one picture of the latest batch.

    Parameters
    ----------
    run_or_model, ax, layer, title
        As in `plot_filters`.
    row : int
        Which picture of the batch that the model has seen last.

    Returns
    -------
    Axes
        A tile for each filter, its output: dark is small, light is large.

    Raises
    ------
    InputError
        If there is no such layer, or the model has seen no such picture.
    """
    found = _convolution(run_or_model, layer)
    seen = len(found.output) if found.output.ndim == 4 else 0
    if not 0 <= row < seen:
        raise InputError(
            f"`row` must be a picture of the latest batch, which has {seen}. "
            f"Received: row={row!r}"
        )
    tiles = np.moveaxis(found.output[row], -1, 0)[:_MOST]
    many = len(tiles) < found.filters
    with axes_for(ax) as ax:
        image = ax.imshow(_mosaic(tiles), cmap="cividis")
        _finish(ax, image, "output", title)
        ax.set_xlabel(
            _caption(found.name, "maps", len(tiles), found.filters, many), loc="left"
        )
    return ax


def has_filters(run_or_model: Any, seen: bool = False) -> bool:
    """Tell whether there is a two-dimensional convolution, which has `seen` a batch."""
    found = _candidates(run_or_model)
    return bool(found) and (not seen or found[0].output.ndim == 4)


def _candidates(run_or_model: Any) -> list[Any]:
    from optlab.layers import Conv2D

    model = getattr(run_or_model, "model", run_or_model)
    parts = [] if model is None else model.parts()
    return [layer for layer in parts if isinstance(layer, Conv2D)]


def _convolution(run_or_model: Any, name: str | None) -> Any:
    """Return the layer of that name, or the first."""
    found = _candidates(run_or_model)
    chosen = [layer for layer in found if name in (None, layer.name)]
    if not chosen:
        names = ", ".join(repr(layer.name) for layer in found) or "none"
        raise InputError(
            f"`layer` must be a Conv2D layer of the model: {names}. "
            f"Received: layer={name!r}"
        )
    return chosen[0]


def _mosaic(tiles: Array) -> Array:
    """Lay tiles (count, height, width) side by side, NaN between them."""
    count, height, width = tiles.shape
    columns = math.ceil(math.sqrt(count * 2 * height / width))
    rows = -(-count // columns)
    # A tenth of a tile, and a whole pixel at least.
    fine = max(1, -(-10 // min(height, width)))
    gap = max(1, fine * min(height, width) // 8)
    down, across = height * fine + gap, width * fine + gap
    whole = np.full((rows * down - gap, columns * across - gap), np.nan)
    for k, tile in enumerate(tiles):
        top, left = k // columns * down, k % columns * across
        whole[top : top + height * fine, left : left + width * fine] = np.kron(
            tile, np.ones((fine, fine))
        )
    return whole


def _caption(layer: str, what: str, shown: int, count: int, many: bool) -> str:
    number = f"{shown} of {count}" if many else str(count)
    return f"{number} {what} of {layer}"


def _finish(ax: Axes, image: Any, label: str, title: str | None) -> None:
    """Take away what pictures do not need, and say what the colours mean."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    beside = ax.inset_axes((0.62, -0.09, 0.38, 0.04))
    bar = ax.figure.colorbar(image, cax=beside, orientation="horizontal", label=label)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelcolor=INK)
    if title is not None:
        ax.set_title(title, loc="left")
