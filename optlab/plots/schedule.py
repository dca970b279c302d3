"""The learning rate that a schedule gives, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError
from optlab.plots.scale import apply_scale
from optlab.plots.theme import axes_for, colours, place_legend, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Schedule = Callable[[int], float]

#: More points than this cannot be told apart in a picture.
_MOST_POINTS = 4000


def plot_schedule(
    schedules: Schedule | Sequence[Schedule] | Mapping[str, Schedule],
    steps: int,
    ax: Axes | None = None,
    *,
    scale: str = "linear",
    title: str | None = None,
) -> Axes:
    """Draw the learning rate of one schedule or of several over the steps.

    Parameters
    ----------
    schedules : callable, sequence of callables, or dict of str to callable
        Each takes a step, from 0, and returns the rate.
    steps : int
        How many steps to draw; of more than 4000 an even selection is.
    ax : Axes, optional
        Where to draw; a new figure in the house style if left out.
    scale : {"auto", "linear", "log"}
        The y axis.
    title : str, optional
        Above the axes.

    Returns
    -------
    Axes
        With one line a schedule.

    Raises
    ------
    InputError
        If `steps` is not a positive integer, or something is not callable.
    """
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 1:
        raise InputError(
            f"`steps` must be an integer of at least 1. Received: steps={steps!r}"
        )
    named = _named(schedules)
    points = np.unique(np.linspace(0, steps - 1, min(steps, _MOST_POINTS)).astype(int))
    rates = [
        np.array([float(schedule(int(step))) for step in points])
        for _, schedule in named
    ]
    with axes_for(ax) as ax:
        apply_scale(ax, rates, scale)
        palette = colours(len(named))
        for (label, _), rate, colour in zip(named, rates, palette, strict=True):
            ax.plot(points, rate, color=colour, label=label)
        whole_numbers(ax.xaxis)
        ax.set_xlabel("step")
        ax.set_ylabel("learning rate")
        if ax.get_yscale() == "linear" and min(rate.min() for rate in rates) >= 0:
            ax.set_ylim(bottom=0.0)
        place_legend(ax, title)
    return ax


def _named(schedules: Any) -> list[tuple[str, Schedule]]:
    if isinstance(schedules, Mapping):
        named = [(str(label), schedule) for label, schedule in schedules.items()]
    elif isinstance(schedules, Sequence):
        named = [(_name(schedule), schedule) for schedule in schedules]
    else:
        named = [(_name(schedules), schedules)]
    if not named:
        raise InputError("There must be at least one schedule to draw. Received none.")
    for label, schedule in named:
        if not callable(schedule):
            raise InputError(
                "A schedule must be a callable of the step. "
                f"Received: {schedule!r} for {label!r}"
            )
    return named


def _name(schedule: Any) -> str:
    return str(
        getattr(schedule, "name", None)
        or getattr(schedule, "__name__", None)
        or type(schedule).__name__
    )
