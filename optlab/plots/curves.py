"""Loss and metric curves, of one run or of several laid over each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError, unknown_name
from optlab.plots import labels as naming
from optlab.plots.scale import apply_scale, drawable, focus
from optlab.plots.theme import (
    MUTED,
    PALETTE,
    axes_for,
    colours,
    place_legend,
    whole_numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Up to so many points and runs each point gets a marker.
_MARKED = 30
_MARKED_RUNS = 3
_DASHES = (0, (4, 2))


def plot_loss(
    runs: naming.Runs,
    ax: Axes | None = None,
    *,
    labels: Sequence[str] | None = None,
    scale: str = "auto",
    gap: bool = False,
    title: str | None = None,
) -> Axes:
    """Draw how the loss went: training solid, validation dashed, a colour a run.

    Parameters
    ----------
    runs : Run, sequence of Run, or dict of str to Run
        From `fit` (loss by epoch; by step where no epoch was completed) or `minimize`
        (value by step), not mixed.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    labels : sequence of str, optional
        Names of the runs in the legend; else what tells their optimizers apart.
    scale : {"auto", "linear", "log"}
        The y axis; "auto" is logarithmic where the values spread over a factor of 30.
    gap : bool
        Draw the distance to the known minimum, f(x) - min f, instead of f(x). For
        problems that have one; on a logarithmic axis its slope is the rate of
        convergence.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With one line a curve; a cross marks where a run diverged.

    Raises
    ------
    InputError
        If there is nothing to draw, runs of both kinds are mixed, or the minimum that
        `gap` needs is not known.
    """
    named = naming.labelled(runs, labels)
    on_problem = {is_minimization(run) for _, run in named}
    if len(on_problem) > 1:
        raise InputError(
            "Runs of `fit` and of `minimize` cannot share one picture: one counts "
            "epochs, the other steps."
        )
    of_problem = on_problem.pop()
    if not of_problem:
        if gap:
            raise InputError("`gap` is for runs of `minimize`, which have a problem.")
        if any(has_finite(run.history.get("loss", ())) for _, run in named):
            return plot_metric(
                runs, "loss", ax, labels=labels, scale=scale, title=title
            )
    curves = [_step_curve(k, *pair, gap) for k, pair in enumerate(named)]
    with axes_for(ax) as ax:
        keys = _draw(ax, curves, scale)
        ax.set_xlabel("step")
        whole_numbers(ax.xaxis)
        if of_problem:
            ax.set_ylabel("f(x) - minimum" if gap else "f(x)")
        else:
            ax.set_ylabel(naming.loss_label([run for _, run in named]))
        place_legend(ax, title, keys)
    return ax


def plot_metric(
    runs: naming.Runs,
    metric: str = "accuracy",
    ax: Axes | None = None,
    *,
    labels: Sequence[str] | None = None,
    scale: str = "auto",
    title: str | None = None,
) -> Axes:
    """Draw one column of the history by epoch, with its validation counterpart.

    Parameters
    ----------
    runs : Run, sequence of Run, or dict of str to Run
        Runs of `fit`.
    metric : str
        A key of `run.history`, such as "accuracy", "mae" or "learning_rate".
    ax, labels, scale, title
        As in `plot_loss`.

    Returns
    -------
    Axes
        With one line a curve.

    Raises
    ------
    InputError
        If a run has no such metric.
    """
    named = naming.labelled(runs, labels)
    curves = []
    for position, (label, run) in enumerate(named):
        history = run.history
        if metric not in history:
            raise unknown_name("metric of this run,", metric, history)
        diverged = getattr(run, "status", "") == "diverged"
        for key, part in ((metric, "training"), (f"val_{metric}", "validation")):
            if key in history:
                values = np.asarray(history[key], float)
                epochs = np.arange(1, len(values) + 1)
                curves.append(Curve(position, label, part, epochs, values, diverged))
    with axes_for(ax) as ax:
        keys = _draw(ax, curves, scale)
        ax.set_xlabel("epoch")
        whole_numbers(ax.xaxis)
        if metric == "loss":
            ax.set_ylabel(naming.loss_label([run for _, run in named]))
        else:
            ax.set_ylabel(naming.metric_label(metric))
        place_legend(ax, title, keys)
    return ax


@dataclass
class Curve:
    """One line: whose it is, what to call it, and its points."""

    position: int
    label: str
    part: str
    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    diverged: bool


def has_finite(values: Any) -> bool:
    """Whether there is anything to draw."""
    return bool(np.isfinite(np.asarray(values, float)).any())


def is_minimization(run: Any) -> bool:
    """Whether the run went down a problem, and so has a trajectory."""
    return getattr(run, "trajectory", None) is not None


def _step_curve(position: int, label: str, run: Any, gap: bool) -> Curve:
    values = np.asarray(run.losses, float)
    if gap:
        minimum = getattr(run.problem, "minimum", None)
        if minimum is None:
            raise InputError(
                "`gap` needs a problem whose minimum is known. "
                f"Received: problem={run.problem!r}"
            )
        values = values - minimum
        # Within rounding of the minimum the difference is noise, of either sign.
        noise = 8 * np.finfo(float).eps * max(1.0, abs(minimum))
        values = np.where(np.abs(values) < noise, 0.0, values)
    diverged = getattr(run, "status", "") == "diverged"
    return Curve(position, label, "", np.arange(len(values)), values, diverged)


def _draw(ax: Axes, curves: Sequence[Curve], scale: str) -> int:
    """Draw the lines; return how many legend entries explain colours and dashes."""
    if not any(has_finite(curve.y) for curve in curves):
        raise InputError("There is nothing to draw: no finite value was recorded.")
    count = 1 + max(curve.position for curve in curves)
    palette = colours(count)
    both_parts = len({curve.part for curve in curves}) > 1
    for curve in curves:
        curve.y = drawable(curve.y)
    apply_scale(ax, [curve.y for curve in curves], scale)
    for curve in curves:
        colour = palette[curve.position]
        dashed = curve.part == "validation"
        points = int(np.isfinite(curve.y).sum())
        marked = points == 1 or (points <= _MARKED and count <= _MARKED_RUNS)
        ax.plot(
            curve.x,
            curve.y,
            color=colour,
            linestyle=_DASHES if dashed else "-",
            linewidth=1.9 if count <= len(PALETTE) else 1.2,
            marker="o" if marked else "",
            markersize=3.5,
            markerfacecolor="white" if dashed else colour,
            label=_entry(curve, count),
            zorder=3 if dashed else 2.5,
        )
    keys = (("training", "-"), ("validation", _DASHES)) if both_parts else ()
    for part, line in keys if count > 1 else ():
        ax.plot([], [], color=MUTED, linestyle=line, label=part)
    focus(ax, [curve.y for curve in curves])
    for curve in curves:
        if curve.diverged and curve.part != "validation" and has_finite(curve.y):
            _cross(ax, curve, palette[curve.position], alone=count == 1)
    return len(keys) if count > 1 else 0


def _cross(ax: Axes, curve: Curve, colour: Any, alone: bool) -> None:
    """Mark where a run diverged, at the edge of the axes if it is beyond them."""
    last = int(np.flatnonzero(np.isfinite(curve.y))[-1])
    ax.plot(
        curve.x[last],
        np.clip(curve.y[last], *ax.get_ylim()),
        color=colour,
        marker="X",
        markersize=11,
        markeredgecolor="white",
        linestyle="",
        label="diverged" if alone else "_diverged",
        clip_on=False,
        zorder=4,
    )


def _entry(curve: Curve, count: int) -> str:
    """Return a curve's legend entry: one run needs no name, validation no second."""
    if count == 1:
        return curve.part or curve.label
    if curve.part == "validation":
        return "_validation"
    return f"{curve.label} (diverged)" if curve.diverged else curve.label
