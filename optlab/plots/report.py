"""One page about a run: what `optlab run --plot` draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from optlab.plots.curves import has_finite, is_minimization, plot_loss, plot_metric
from optlab.plots.filters import has_filters, plot_feature_maps, plot_filters
from optlab.plots.internals import plot_internals
from optlab.plots.labels import heading, optimizer_name
from optlab.plots.layers import plot_activations, plot_gradients, plot_update_ratios
from optlab.plots.theme import PANEL, align_titles, style
from optlab.plots.trajectory import plot_coordinates, plot_trajectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Panel = Callable[["Axes"], Any]

#: Slots shown of an optimizer that has more.
_MOST_SLOTS = 4


def plot_report(run: Any, title: str | None = None, data: str = "") -> Figure:
    """Draw one page about a run, with as many panels as there is something to show.

    For `fit`: loss and metrics by epoch; where a trace was recorded also the gradient
    norms, the update ratios and the activations by layer; of a convolution its filters
    and feature maps. For `minimize`: the trajectory, f by step, the steps' size and the
    optimizer's slots.

    Parameters
    ----------
    run : Run
        What `fit` or `minimize` returned.
    title : str, optional
        Above the page; made from the run if left out.
    data : str
        What it was trained on, for the title that is made.

    Returns
    -------
    Figure
        To be written by `save`.
    """
    with style():
        if is_minimization(run):
            figure = _problem_page(run)
        else:
            figure = _training_page(run)
        figure.suptitle(
            _title(run, data) if title is None else title,
            x=0.012,
            ha="left",
            fontsize=15,
            fontweight="bold",
        )
    return figure


def _training_page(run: Any) -> Figure:
    panels: list[Panel] = [lambda ax: plot_loss(run, ax, title="Loss")]
    for name in _metrics(run):
        panels.append(_metric_panel(run, name))
    if getattr(run, "trace", None) is not None and len(run.trace):
        panels += [
            lambda ax: plot_gradients(run, ax, title="Gradients"),
            lambda ax: plot_update_ratios(run, ax, title="Updates"),
        ]
        if run.trace.layers:
            panels.append(
                lambda ax: plot_activations(run, ax, title="Activations: spread")
            )
            if run.trace.activation_zero.any():
                panels.append(
                    lambda ax: plot_activations(
                        run, ax, statistic="zero", title="Activations: zeros"
                    )
                )
    if has_filters(run):
        panels.append(lambda ax: plot_filters(run, ax, title="Filters"))
    if has_filters(run, seen=True):
        panels.append(lambda ax: plot_feature_maps(run, ax, title="Feature maps"))
    columns = 1 if len(panels) == 1 else 2
    rows = -(-len(panels) // columns)
    places = [str(k) for k in range(rows * columns)]
    grid = [places[k : k + columns] for k in range(0, len(places), columns)]
    if len(panels) < rows * columns:
        grid[-1] = [grid[-1][0]] * columns
    return _page(grid, {str(k): panel for k, panel in enumerate(panels)})


def _metrics(run: Any) -> list[str]:
    """Return the history's metrics, and a learning rate that was not constant."""
    names = [
        key
        for key, values in run.history.items()
        if key != "loss" and not key.startswith("val_") and has_finite(values)
    ]
    rate = "learning_rate"
    if rate in names and len(set(run.history[rate])) == 1:
        names.remove(rate)
    return names


def _metric_panel(run: Any, name: str) -> Panel:
    return lambda ax: plot_metric(run, name, ax, title=heading(name))


def _problem_page(run: Any) -> Figure:
    panels: dict[str, Panel] = {}
    if run.trajectory.shape[1] <= 2:
        panels["path"] = lambda ax: plot_trajectory(run, ax, title="Path")
    else:
        panels["path"] = lambda ax: plot_coordinates(run, ax, title="Coordinates")
    known = getattr(run.problem, "minimum", None) is not None
    name = "Value above the minimum" if known else "Value"
    panels["loss"] = lambda ax: plot_loss(run, ax, gap=known, title=name)
    if getattr(run, "trace", None) is not None and len(run.trace):
        panels["step"] = _internals_panel(run, "step", "Effective step")
        for slot in list(run.trace.slots)[:_MOST_SLOTS]:
            panels[slot] = _internals_panel(run, slot, _slot_heading(run, slot))
    # The path takes the left of all rows; of an odd number the first is doubly wide.
    beside = [key for key in panels if key != "path"]
    columns = 1 if len(beside) <= 2 else 2
    if columns == 2 and len(beside) % 2:
        beside.insert(0, beside[0])
    rows = [beside[k : k + columns] for k in range(0, len(beside), columns)]
    # About square, so that units of both coordinates can be as long.
    return _page([["path", *row] for row in rows], panels, first=0.75 * len(rows))


def _slot_heading(run: Any, slot: str) -> str:
    """Return what a slot is, with tf.keras's name for it."""
    # Only Nesterov's rule keeps a velocity; elsewhere it is a mean of squares.
    if slot == "velocity" and optimizer_name(run) != "Nesterov":
        return "Second moment (velocity)"
    if slot == "momentum" and "velocity" in run.trace.slots:
        return "First moment (momentum)"
    return heading(slot)


def _internals_panel(run: Any, quantity: str, title: str) -> Panel:
    return lambda ax: plot_internals(run, quantity, ax, title=title)


def _page(
    grid: Sequence[Sequence[str]], panels: dict[str, Panel], first: float = 1.0
) -> Figure:
    """Draw the panels in a grid, its first column `first` times as wide as others."""
    from matplotlib.figure import Figure

    ratios = [max(first, 1.0), *[1.0] * (len(grid[0]) - 1)]
    size = (PANEL[0] * 0.92 * sum(ratios), PANEL[1] * len(grid) + 0.5)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplot_mosaic([list(row) for row in grid], width_ratios=ratios)
    for name, panel in panels.items():
        panel(axes[name])
    for row in grid:
        align_titles([axes[name] for name in dict.fromkeys(row)])
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0.12, h_pad=0.12)
    return figure


def _title(run: Any, data: str) -> str:
    name = "Run" if run.optimizer is None else optimizer_name(run)
    name += _rate(run)
    if is_minimization(run):
        name += f", on {getattr(run.problem, 'name', 'a function')}"
    elif data:
        name += f", on {data}"
    status = str(getattr(run, "status", "finished"))
    done = [_count(run.epochs, "epoch")] if run.epochs else []
    done.append(_count(run.steps, "step"))
    if status != "finished":
        done.append(status.replace("_", " "))
    return f"{name}: {', '.join(done)}"


def _rate(run: Any) -> str:
    """Say the learning rate, from the first to the last where it changed."""
    rates = list(run.history.get("learning_rate", ()))
    if not rates and getattr(run, "trace", None) is not None:
        rates = list(run.trace.learning_rate)
    rate = getattr(run.optimizer, "learning_rate", None)
    if not rates and isinstance(rate, float):
        rates = [rate]
    if not rates:
        return ""
    first, last = f"{rates[0]:.4g}", f"{rates[-1]:.4g}"
    return f", learning rate {first}" + (f" to {last}" if last != first else "")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"
