"""A diagnosis as one picture: the losses before and after the cure, and the scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.plots.scale import apply_scale, drawable, focus
from optlab.plots.theme import INK, MUTED, PALETTE, style, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from optlab.diagnosis import Diagnosis

#: Vermillion for the original, blue for the cured one.
_BEFORE, _AFTER = PALETTE[1], PALETTE[0]
#: Scores below this are drawn at the edge of the axes, as arrows.
_LOWEST = -0.5


def plot_diagnosis(
    answer: Diagnosis, title: str | None = None, *, stacked: bool = False
) -> Figure:
    """Draw what the proof rests on: every seed's loss, and its score.

    Parameters
    ----------
    answer : Diagnosis
        What `optlab.diagnose` returned.
    title : str, optional
        Above the picture; the verdict where left out, nothing where empty.
    stacked : bool
        Whether the panels stand above each other, for a narrow page.

    Returns
    -------
    Figure
        A panel with the losses of the original, one with those of the cured set-up
        where there is one, and one with the scores on rows that were not trained on.
    """
    from matplotlib.figure import Figure

    from optlab.diagnosis.text import verdict

    cured = answer.cured is not None and bool(answer.losses_after)
    panels = 3 if cured else 2
    with style():
        size = (5.2, 3.9 * panels) if stacked else (4.6 * panels, 4.4)
        shape = (panels, 1) if stacked else (1, panels)
        widths = None if stacked else [1.0] * (panels - 1) + [0.8]
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(*shape, width_ratios=widths)
        first = axes[0]
        name = "Loss before" if cured else "Loss"
        both = [*answer.losses_before, *answer.losses_after]
        together = both if cured and _comparable(answer) else ()
        plot_seed_losses(
            answer.losses_before, first, colour=_BEFORE, title=name, among=together
        )
        first.set_ylabel(_loss_name(answer.experiment))
        if cured:
            second = axes[1]
            plot_seed_losses(
                answer.losses_after,
                second,
                colour=_AFTER,
                title="Loss after the cure",
                among=together,
            )
            second.set_ylabel(_loss_name(answer.cured))
            if together:
                _share_limits(first, second)
        plot_scores(answer, axes[-1], title="Score on other rows")
        if title is None:
            title = verdict(answer).partition(". ")[0].rstrip(".")
        if title:
            figure.suptitle(title, x=0.012, ha="left", fontsize=14, fontweight="bold")
    return figure


def plot_seed_losses(
    losses: Sequence[Sequence[float]],
    ax: Axes,
    *,
    colour: str = _BEFORE,
    title: str | None = None,
    among: Sequence[Sequence[float]] = (),
) -> Axes:
    """Draw the loss by epoch, one line a seed; a cross marks where it diverged.

    Parameters
    ----------
    losses : sequence of sequence of float
        One a seed; may be empty, or hold NaN.
    ax : Axes
        Where to draw.
    colour : str
        Of all lines.
    title : str, optional
        Above the axes.
    among : sequence of sequence of float
        The losses that the scale has to suit, where it is not these alone.
    """
    ax.set_title(title or "")
    ax.set_xlabel("epoch")
    found = [np.asarray(values, float) for values in losses if len(values)]
    finite = [values for values in found if np.isfinite(values).any()]
    if not finite:
        text = "not finite from the first epoch" if found else "no epoch was finished"
        ax.text(0.5, 0.5, text, ha="center", color=MUTED, transform=ax.transAxes)
        ax.set_xticks([])
        ax.set_yticks([])
        return ax
    shown = [drawable(values) for values in finite]
    apply_scale(ax, [drawable(values) for values in among or finite], "auto")
    for seed, values in enumerate(shown):
        epochs = np.arange(1, len(values) + 1)
        alone = int(np.isfinite(values).sum()) == 1
        ax.plot(
            epochs,
            values,
            color=colour,
            alpha=1.0 if seed == 0 else 0.55,
            linewidth=1.7,
            marker="o" if alone else "",
            label=f"seed {seed}",
        )
        if not np.isfinite(finite[seed][-1]):
            last = int(np.flatnonzero(np.isfinite(values))[-1])
            ax.plot(last + 1, values[last], "X", color=colour, markersize=9)
    focus(ax, shown)
    whole_numbers(ax.xaxis)
    return ax


def plot_scores(answer: Diagnosis, ax: Axes, *, title: str | None = None) -> Axes:
    """Draw one dot a seed, before and after, and what these data allow as a line.

    Parameters
    ----------
    answer : Diagnosis
        What `optlab.diagnose` returned.
    ax : Axes
        Where to draw.
    title : str, optional
        Above the axes.
    """
    columns = [("before", answer.before, _BEFORE)]
    if answer.after:
        columns.append(("after", answer.after, _AFTER))
    if answer.healthy:
        columns = [("this set-up", answer.before, _BEFORE)]
    for place, (_, scores, colour) in enumerate(columns):
        _plot_column(ax, place, np.asarray(scores, float), colour)
    if answer.possible is not None and answer.possible >= _LOWEST:
        ax.axhline(answer.possible, color=MUTED, linestyle=(0, (4, 2)), linewidth=1.2)
        ax.annotate(
            f"these data allow {answer.possible:.2f}",
            (0.01, answer.possible),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
            color=MUTED,
            fontsize=9.5,
        )
    ax.set_xticks(range(len(columns)), [name for name, _, _ in columns])
    ax.set_xlim(-0.9, len(columns) - 0.3)
    lowest = min([0.0, *answer.before, *answer.after])
    ax.set_ylim(max(lowest, _LOWEST) - 0.06, 1.12)
    ax.set_ylabel("0 a constant guess, 1 perfect")
    ax.grid(visible=False, axis="x")
    ax.set_title(title or "")
    return ax


def _plot_column(ax: Axes, place: float, scores: Any, colour: str) -> None:
    """Draw the scores of one set-up, and their median with its value."""
    if not len(scores):
        return
    spread = np.linspace(-0.14, 0.14, max(len(scores), 2))[: len(scores)]
    drawn, low = np.maximum(scores, _LOWEST), scores < _LOWEST
    ax.plot(place + spread[~low], drawn[~low], "o", color=colour, markersize=8)
    ax.plot(place + spread[low], drawn[low], "v", color=colour, markersize=8)
    middle = float(np.median(scores))
    height = max(middle, _LOWEST)
    ax.plot([place - 0.25, place + 0.25], [height] * 2, color=colour)
    ax.annotate(
        f"{middle:.2f}" if middle >= _LOWEST else f"below {_LOWEST}",
        (place + 0.28, height),
        va="center",
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def _loss_name(experiment: Any) -> str:
    name: str = experiment.loss.name
    return name.replace("_", " ")


def _comparable(answer: Diagnosis) -> bool:
    """Whether both losses are the same function of targets in the same units."""
    changed = answer.fix
    apart = ("loss.", "data.target_scale", "data.source", "training.class_weight")
    return not any(path.startswith(apart) or "regularizer" in path for path in changed)


def _share_limits(first: Axes, second: Axes) -> None:
    """Give two panels one y axis, where both have something drawn."""
    if not (first.lines and second.lines):
        return
    low = min(first.get_ylim()[0], second.get_ylim()[0])
    high = max(first.get_ylim()[1], second.get_ylim()[1])
    first.set_ylim(low, high)
    second.set_ylim(low, high)
