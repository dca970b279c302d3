"""How every picture looks: colours, sizes, grid, legends; and where axes come from.

The colours are those of Okabe and Ito, *Color universal design* (2008), which stay
apart under every common colour blindness; ordered sets of lines (layers by depth, a
sweep) take theirs from cividis, which is also uniform in lightness.

Matplotlib is imported inside the functions, figures are made without pyplot, and its
settings are changed only while a figure is being made: nothing outside is touched.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Blue, vermillion, green, purple, orange, sky blue, grey (Okabe and Ito).
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5F5F5F")
INK = "#222222"
MUTED = "#6B6B6B"
GRID = "#E3E3E3"
#: Width and height of one panel, inches.
PANEL = (7.2, 4.4)

#: Characters of legend text an inch; rows of legend above the axes; entries of any.
_CHARACTERS = 12.0
_MOST_ROWS = 3
_MOST_ENTRIES = 14

_STYLE: dict[str, Any] = {
    "font.size": 11.0,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "sans-serif"],
    "axes.titlesize": 13.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.labelsize": 11.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-4, 5),
    "axes.formatter.use_mathtext": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "lines.linewidth": 1.9,
    "lines.solid_capstyle": "round",
    "legend.fontsize": 10.0,
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "legend.columnspacing": 1.4,
    "legend.borderaxespad": 0.0,
    "figure.facecolor": "white",
    "figure.dpi": 100.0,
    "text.color": INK,
    "mathtext.fontset": "dejavusans",
}


@contextmanager
def style() -> Iterator[None]:
    """Use the house style for what is made inside the block, and only there."""
    import matplotlib

    settings: Any = _STYLE
    with matplotlib.rc_context(settings):
        yield


def new_figure(rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    """Return a figure and its axes: one, or an array of shape (rows, columns).

    Call it inside `style`. The figure belongs to no window and no global list.
    """
    from matplotlib.figure import Figure

    size = (PANEL[0] * columns, PANEL[1] * rows)
    figure = Figure(figsize=options.pop("figsize", size), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


@contextmanager
def axes_for(ax: Axes | None, size: tuple[float, float] = PANEL) -> Iterator[Axes]:
    """Give the axes to draw on: the caller's own, or one in the house style.

    Parameters
    ----------
    ax : Axes or None
        The caller's own.
    size : tuple of float
        Width and height, inches, of a figure that has to be made.
    """
    with style():
        yield new_figure(figsize=size)[1] if ax is None else ax


def colours(count: int, ordered: bool = False) -> list[Any]:
    """Return `count` colours that can be told apart, as RGB hex strings.

    Parameters
    ----------
    count : int
        How many.
    ordered : bool
        True for things in a natural order, such as layers by depth.
    """
    if not ordered and count <= len(PALETTE):
        return list(PALETTE[:count])
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    # The last tenth of cividis is too pale a yellow for a line on white.
    ramp = colormaps["cividis"]
    return [to_hex(ramp(0.9 * i / max(count - 1, 1))) for i in range(count)]


def place_legend(ax: Axes, title: str | None = None, keys: int = 0) -> None:
    """Put the legend where it covers no data: above the axes, or beside them.

    Parameters
    ----------
    ax : Axes
        Its labelled artists become the entries; with one or none there is no legend.
    title : str, optional
        The title of the axes, moved up to make room.
    keys : int
        So many of the last entries explain the drawing and are never left out.
    """
    handles, labels = ax.get_legend_handles_labels()
    if len(handles) < 2:
        if title:
            ax.set_title(title)
        return
    handles, labels, note = _thinned(handles, labels, keys)
    lengths = [_length(label) + 5 for label in labels]
    rows = _rows_above(lengths, _row_length(ax)) if note is None else None
    place: dict[str, Any] = {"handles": handles, "labels": labels}
    if rows is not None:
        place |= {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0)}
        place |= {"borderaxespad": 0.5}
        place |= {"ncols": -(-len(labels) // rows)}
    else:
        place |= {"loc": "upper left", "bbox_to_anchor": (1.02, 1.0)}
        place |= {"title": note, "alignment": "left"}
    ax.legend(**place)
    if title:
        ax.set_title(title, pad=_title_pad(rows or 0))


def _title_pad(rows: int) -> float:
    """Return the points between axes and title, with so many rows of legend there."""
    return 11.0 + 17.0 * rows if rows else float(_STYLE["axes.titlepad"])


def align_titles(axes: Sequence[Axes]) -> None:
    """Lift titles of axes side by side to the highest of them."""
    rows = 0
    for ax in axes:
        legend: Any = ax.get_legend()
        # Above the axes where it is anchored at their left edge.
        if legend is not None and legend.get_bbox_to_anchor().x0 <= ax.bbox.x0:
            rows = max(rows, -(-len(legend.get_texts()) // legend._ncols))
    for ax in axes:
        if title := ax.get_title(loc="left"):
            ax.set_title(title, pad=_title_pad(rows))


def _rows_above(lengths: Sequence[int], available: int) -> int | None:
    """Return how many rows a legend above the axes needs, or None for too many."""
    for rows in range(1, _MOST_ROWS + 1):
        columns = -(-len(lengths) // rows)
        # Matplotlib fills column after column, the first ones with one entry more.
        ends = list(
            itertools.accumulate(len(lengths[i::columns]) for i in range(columns))
        )
        widths = [max(lengths[a:b]) for a, b in itertools.pairwise([0, *ends])]
        if sum(widths) <= available:
            return rows
    return None


def _row_length(ax: Axes) -> int:
    """Return how many characters of legend text fit into the width of the axes."""
    figure: Any = ax.figure
    width = figure.get_figure(root=True).get_figwidth()
    spec = ax.get_subplotspec()
    if spec is None:
        return int(width * ax.get_position().width * _CHARACTERS)
    # The layout is not known before the drawing; of its cell an axes gets about 0.78.
    share = len(spec.colspan) / spec.get_gridspec().ncols
    return int(width * share * 0.78 * _CHARACTERS)


def _length(label: str) -> int:
    """Return the number of characters that a label shows, without TeX's own."""
    signs = sum(map(label.count, "${}_")) if "$" in label else 0
    return len(label) - signs


def _thinned(
    handles: Sequence[Any], labels: Sequence[str], keys: int
) -> tuple[list[Any], list[str], str | None]:
    """Keep every k-th entry, and the last, where a legend would grow too long."""
    count = len(labels) - keys
    if count <= _MOST_ENTRIES:
        return list(handles), list(labels), None
    kept = np.unique(np.linspace(0, count - 1, _MOST_ENTRIES).round().astype(int))
    shown = [*kept.tolist(), *range(count, count + keys)]
    note = f"{len(kept)} of {count} shown"
    return [handles[i] for i in shown], [labels[i] for i in shown], note


def mark_diverged(
    ax: Axes, lost: Mapping[str, Sequence[float]], size: float = 6.0
) -> None:
    """Draw crosses at the upper edge, where runs have no figure to be drawn by.

    Parameters
    ----------
    ax : Axes
    lost : mapping of str to sequence of float
        Colour -> places on the x axis; each colour has a height of its own.
    size : float
        Of the crosses, points.
    """
    shown = {colour: sorted(places) for colour, places in lost.items() if places}
    for k, (colour, places) in enumerate(shown.items()):
        ax.plot(
            places,
            [0.98 - 0.03 * k] * len(places),
            "x",
            color=colour,
            markersize=size,
            transform=ax.get_xaxis_transform(),
            label="_diverged" if k else "diverged",
        )


def whole_numbers(axis: Any) -> None:
    """Let an axis that counts epochs or steps have ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=8, integer=True, steps=[1, 2, 5, 10]))
