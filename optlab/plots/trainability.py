"""The picture of where trainings converge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.plots.theme import axes_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from optlab.experiments.trainability import Trainability


def plot_trainability(
    found: Trainability, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the border of convergence over two settings.

    Parameters
    ----------
    found : Trainability
        What `optlab.experiments.trainability.trainability` returned.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        A pixel a run: blue where it converged, the darker the faster; red where it did
        not, the darker the sooner it came to NaN or infinity; by rank, so that all
        shades come up.
    """
    from matplotlib.patches import Patch

    with axes_for(ax) as ax:
        ax.pcolormesh(
            _centred(found.x_values, found.x_log),
            _centred(found.y_values, found.y_log),
            _colours(found),
            rasterized=True,
        )
        if found.x_log:
            ax.set_xscale("log")
        if found.y_log:
            ax.set_yscale("log")
        ax.grid(False)
        ax.set_xlabel(found.x)
        ax.set_ylabel(found.y)
        from matplotlib import colormaps

        keys = [
            Patch(color=colormaps["Blues"](0.8), label="converged; darker: faster"),
            Patch(color=colormaps["Reds"](0.8), label="did not; darker: sooner"),
        ]
        ax.legend(handles=keys, loc="lower left", bbox_to_anchor=(0, 1.01), ncols=2)
        if title:
            ax.set_title(title, pad=28)
    return ax


def _centred(values: Any, log: bool) -> Any:
    """Return the edges of the pixels around values."""
    at = np.log(values) if log else np.asarray(values, float)
    step = at[1] - at[0]
    edges = np.append(at - step / 2, at[-1] + step / 2)
    return np.exp(edges) if log else edges


def _colours(found: Trainability) -> Any:
    from matplotlib import colormaps

    pixels = np.full((*found.score.shape, 4), 1.0)
    for kind, name in ((True, "Blues"), (False, "Reds")):
        here = (found.converged == kind) & np.isfinite(found.score)
        values, places = np.unique(found.score[here], return_inverse=True)
        if not len(values):
            continue
        shade = 1 - places / max(len(values) - 1, 1)
        pixels[here] = colormaps[name](0.25 + 0.7 * shade)
    return pixels
