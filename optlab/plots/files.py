"""Writing a figure to a file: PNG or SVG by suffix, whole or not at all."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError
from optlab.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg")
#: Words stay words, which takes a tenth of the room; ids are the same in every run.
_SVG: Any = {"svg.hashsalt": "optlab", "svg.fonttype": "none"}


def checked_path(path: str | os.PathLike[str]) -> Path:
    """Return `path` if a picture can be written there; a check without a trace.

    Raises
    ------
    InputError
        If the suffix is neither .png nor .svg, or the folder is missing or cannot be
        written to, or the path is a folder.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise InputError(
            "A picture's file name must end in .png or .svg. "
            f"Received: {os.fspath(path)!r}"
        )
    folder = target.parent
    if not folder.is_dir():
        raise InputError(
            f"There is no folder {str(folder)!r} to write {target.name!r}."
        )
    if target.is_dir():
        raise InputError(f"{str(target)!r} is a folder, not a file.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"The folder {str(folder)!r} cannot be written to.")
    return target


def svg_text(figure: Figure) -> str:
    """Return a figure as an SVG element, to stand in a page."""
    import matplotlib

    with io.StringIO() as file, matplotlib.rc_context(_SVG):
        figure.savefig(file, format="svg", metadata={"Date": None})
        text = file.getvalue()
    return text[text.index("<svg") :]


def save(
    figure: Figure | Axes, path: str | os.PathLike[str], dpi: float = 150.0
) -> Path:
    """Write a figure as PNG or SVG, as the suffix says.

    It is written to a temporary file beside the target and renamed, so that a reader
    never sees half a picture, and an interrupted write leaves the old one. The same
    figure gives the same bytes.

    Parameters
    ----------
    figure : Figure or Axes
        What the `plot_...` functions return; of axes the whole figure is written.
    path : path-like
        The file; an existing one is replaced.
    dpi : float
        Dots an inch, for PNG.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the suffix is neither .png nor .svg, or the folder cannot be written to.
    """
    import matplotlib
    from matplotlib.figure import Figure

    target = checked_path(path)
    drawn: Any = figure if isinstance(figure, Figure) else figure.figure
    kind = target.suffix.lower()[1:]
    # Dates and random ids would make two pictures of one run differ.
    metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
    with write_atomically(target) as file, matplotlib.rc_context(_SVG):
        drawn.savefig(file, format=kind, dpi=dpi, metadata=metadata)
    return target
