"""The path of a minimization: on the contours of f, on its curve, or by coordinate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.plots import labels as naming
from optlab.plots.contours import draw_contours
from optlab.plots.scale import drawable
from optlab.plots.theme import (
    INK,
    MUTED,
    PANEL,
    axes_for,
    colours,
    place_legend,
    whole_numbers,
)
from optlab.plots.view import checked_box, kept, picture_box

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Points along a curve.
_CURVE = 801
#: Inches of a figure for a square with a colour bar.
_SQUARE = (6.6, 5.8)
#: Boxes whose sides differ by less than this factor are drawn in equal aspect.
_STRETCHED = 3.0
#: Every step of a path of up to this length gets a dot.
_DOTTED = 120


def plot_trajectory(
    runs: naming.Runs,
    ax: Axes | None = None,
    *,
    labels: Sequence[str] | None = None,
    box: npt.ArrayLike | None = None,
    colorbar: bool = True,
    title: str | None = None,
) -> Axes:
    """Draw where runs of `minimize` went: on the curve in 1-D, on contours in 2-D.

    A ring marks the start, a filled dot the end, a star each known minimum. A path that
    leaves the picture is cut off there and its name in the legend says at which step.

    Parameters
    ----------
    runs : Run, sequence of Run, or dict of str to Run
        Runs on one and the same problem.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    labels : sequence of str, optional
        Names of the runs in the legend; else what tells their optimizers apart.
    box : array_like, shape (dimension, 2), optional
        The low and high end of each coordinate to show; else `picture_box` chooses.
    colorbar : bool
        Whether to show, in 2-D, which shade is which value of f.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With one line a run.

    Raises
    ------
    InputError
        If a run has no trajectory, or the problem has more than two dimensions: draw
        those with `plot_coordinates`.
    """
    named = _with_paths(runs, labels)
    problem = named[0][1].problem
    paths = [np.asarray(run.trajectory, float) for _, run in named]
    dimension = paths[0].shape[1]
    if dimension > 2:
        raise InputError(
            "A trajectory can be drawn in one or two dimensions; `plot_coordinates` "
            f"draws any number. Received: {dimension} dimensions"
        )
    if problem is None:
        problem = _Unknown(dimension)
    box = picture_box(problem, paths) if box is None else checked_box(box, problem)
    shown = [kept(path, box) for path in paths]
    names = [
        label
        if len(cut) == len(path)
        else f"{label} (out of view from step {len(cut) - 1})"
        for (label, _), path, cut in zip(named, paths, shown, strict=True)
    ]
    size = PANEL if problem.dimension == 1 else _SQUARE
    with axes_for(ax, size) as ax:
        if problem.dimension == 1:
            _draw_on_curve(ax, problem, shown, names, box)
        else:
            _draw_on_contours(ax, problem, shown, names, box, colorbar)
        place_legend(ax, title)
    return ax


def plot_coordinates(
    run: Any, ax: Axes | None = None, *, most: int = 10, title: str | None = None
) -> Axes:
    """Draw each coordinate of a run of `minimize` over the steps.

    Parameters
    ----------
    run : Run
        In any number of dimensions.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    most : int
        Of more coordinates than this an even selection is drawn.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With one line a coordinate.
    """
    ((_, run),) = _with_paths(run, None)
    path = np.asarray(run.trajectory, float)
    path = drawable(path)
    dimension = path.shape[1]
    shown = np.unique(np.linspace(0, dimension - 1, min(most, dimension)).astype(int))
    with axes_for(ax) as ax:
        palette = colours(len(shown), ordered=len(shown) > 2)
        for colour, i in zip(palette, shown, strict=True):
            ax.plot(
                np.arange(len(path)), path[:, i], color=colour, label=f"$x_{{{i}}}$"
            )
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel("coordinate of x")
        place_legend(ax, title)
    return ax


class _Unknown:
    """Stands for a user's own function, of which a loaded run has only the path."""

    bounds = None
    minimum = None
    minima: ClassVar[list[Any]] = []

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    def values(self, points: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return zeros: nothing to draw."""
        return np.zeros(points.shape[:-1])


def _with_paths(
    runs: naming.Runs, labels: Sequence[str] | None
) -> list[tuple[str, Any]]:
    named = naming.labelled(runs, labels)
    for label, run in named:
        if getattr(run, "trajectory", None) is None:
            raise InputError(
                f"The run {label!r} has no trajectory; only `minimize` records one."
            )
    problems = {repr(run.problem) for _, run in named}
    if len(problems) > 1:
        raise InputError(
            "All runs of one picture must be on the same problem. "
            f"Received: {', '.join(sorted(problems))}"
        )
    return named


def _draw_on_contours(
    ax: Axes,
    problem: Any,
    paths: Sequence[npt.NDArray[Any]],
    names: Sequence[str],
    box: npt.NDArray[Any],
    colorbar: bool,
) -> None:
    draw_contours(ax, problem, box, colorbar)
    for path, name, colour in zip(paths, names, colours(len(paths)), strict=True):
        ax.plot(
            path[:, 0],
            path[:, 1],
            color=colour,
            linewidth=1.7,
            marker="o" if len(path) <= _DOTTED else "",
            markersize=3.2,
            label=name,
            zorder=3,
        )
    _mark_ends(ax, paths, paths, box)
    for i, point in enumerate(problem.minima):
        _star(ax, point[0], point[1], "_minimum" if i else "minimum")
    ax.grid(False)
    ax.set_xlim(*box[0])
    ax.set_ylim(*box[1])
    wide, high = box[:, 1] - box[:, 0]
    if 1 / _STRETCHED <= wide / high <= _STRETCHED:
        ax.set_aspect("equal", anchor="NW")
    ax.set_xlabel("$x_0$")
    ax.set_ylabel("$x_1$")


def _draw_on_curve(
    ax: Axes,
    problem: Any,
    paths: Sequence[npt.NDArray[Any]],
    names: Sequence[str],
    box: npt.NDArray[Any],
) -> None:
    u = np.linspace(box[0, 0], box[0, 1], _CURVE)
    values = problem.values(u[:, None])
    ax.plot(u, values, color="#9AA7B2", linewidth=2.6, zorder=1, label="_f")
    shown = []
    for path, name, colour in zip(paths, names, colours(len(paths)), strict=True):
        at = path[:, 0]
        height = problem.values(at[:, None])
        shown.append(np.stack([at, height], axis=1))
        ax.plot(
            at,
            height,
            color=colour,
            linewidth=1.1,
            marker="o",
            markersize=4.5,
            label=name,
            zorder=3,
        )
    _mark_ends(ax, shown, paths, box)
    for i, point in enumerate(problem.minima):
        value = problem.value(point)
        _star(ax, point[0], value, "_minimum" if i else "minimum")
    if len(paths) == 1:
        _number_steps(ax, shown[0], box)
    spread = float(np.ptp(values)) or 1.0
    ax.set_xlim(*box[0])
    ax.set_ylim(values.min() - 0.08 * spread, values.max() + 0.08 * spread)
    ax.set_xlabel("x")
    ax.set_ylabel("f(x)")


def _mark_ends(
    ax: Axes,
    drawn: Sequence[npt.NDArray[Any]],
    paths: Sequence[npt.NDArray[Any]],
    box: npt.NDArray[Any],
) -> None:
    """Ring the starts, and dot the ends that can be seen."""
    alone = len(paths) == 1
    for points, path, colour in zip(drawn, paths, colours(len(paths)), strict=True):
        ring = {"markerfacecolor": "white", "markeredgecolor": colour}
        dot = {"markerfacecolor": colour, "markeredgecolor": "white"}
        marks = [(points[0], ring, 1.8, "start")]
        if ((path[-1] >= box[:, 0]) & (path[-1] <= box[:, 1])).all():
            marks.append((points[-1], dot, 1.2, "end"))
        for point, colouring, width, name in marks:
            ax.plot(
                *point,
                marker="o",
                markersize=8.5,
                markeredgewidth=width,
                linestyle="",
                label=name if alone else f"_{name}",
                zorder=5,
                **colouring,
            )


def _star(ax: Axes, x: float, y: float, label: str) -> None:
    ax.plot(
        x,
        y,
        marker="*",
        markersize=12,
        color=INK,
        markeredgecolor="white",
        markeredgewidth=0.8,
        linestyle="",
        label=label,
        zorder=6,
    )


def _number_steps(ax: Axes, path: npt.NDArray[Any], box: npt.NDArray[Any]) -> None:
    """Write the step beside the first few points, while they stay apart."""
    width = box[0, 1] - box[0, 0]
    written: list[float] = []
    for step, (x, y) in enumerate(path[:8]):
        if not np.isfinite([x, y]).all() or not box[0, 0] <= x <= box[0, 1]:
            break
        if any(abs(x - other) < 0.04 * width for other in written):
            continue
        written.append(float(x))
        ax.annotate(
            str(step),
            (x, y),
            xytext=(0, 9 if step else 11),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            color=MUTED,
        )
