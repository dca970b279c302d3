"""The pictures of a case: curves over time, one dot a run, or a drawing of its own.

A panel is one axes. On a page each panel is a picture of its own, so that a phone shows
them one under the other; in a file they stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.cases.case import Case
from optlab.cases.figures import Figure
from optlab.cases.findings import Findings
from optlab.plots.scale import apply_scale, drawable, suggested_scale
from optlab.plots.theme import (
    INK,
    MUTED,
    colours,
    new_figure,
    place_legend,
    style,
    whole_numbers,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

#: Width and height of a panel, inches: narrow enough to be read on a phone.
SIZE = (5.4, 3.9)

#: Points of a curve that are drawn; more would only make the page heavy.
_MOST = 300

_LABELS = {
    "loss": "training loss",
    "val_loss": "validation loss",
    "val_accuracy": "validation accuracy",
    "accuracy": "training accuracy",
    "losses": "loss",
    "learning_rate": "learning rate",
}


@dataclass(frozen=True)
class Curves:
    """A column of the history over time: the median of the seeds, their range shaded.

    Parameters
    ----------
    key : str
        A key of the history, or "losses" for the loss by step.
    variants : sequence of str, optional
        Which variants; all where left out.
    title, label : str, optional
        Above the axes, and of its y axis.
    scale : {"auto", "linear", "log"}
        The y axis.
    first : int, optional
        Only so many epochs or steps.
    ceiling : float, optional
        Nothing above it is shown.
    floor : (str, callable), optional
        A dashed line with its name, at the height ``floor(findings)``.
    log_time : bool
        Whether the x axis is logarithmic.
    relative : bool
        Whether each run is shown in units of its own first value.
    """

    key: str
    variants: Sequence[str] | None = None
    title: str = ""
    label: str = ""
    scale: str = "auto"
    first: int | None = None
    ceiling: float | None = None
    floor: tuple[str, Callable[[Findings], float]] | None = None
    log_time: bool = False
    relative: bool = False

    def draw(self, ax: Axes, found: Findings) -> None:
        """Draw on axes."""
        variants = list(found.trials) if self.variants is None else list(self.variants)
        bands = {variant: self._band(found, variant) for variant in variants}
        bands = {variant: band for variant, band in bands.items() if band.shape[1]}
        for variant, colour in zip(bands, colours(len(bands)), strict=True):
            low, middle, high = bands[variant]
            kept = self._kept(len(middle))
            time = (np.arange(len(middle)) + (self.key != "losses"))[kept]
            low, middle, high = low[kept], middle[kept], high[kept]
            ax.fill_between(time, low, high, color=colour, alpha=0.16, linewidth=0)
            few = np.isfinite(middle).sum() <= 12
            ax.plot(
                time,
                middle,
                color=colour,
                label=variant,
                marker="o" if few else "",
                markersize=3.5,
            )
            lost = found.diverged(variant)
            if 2 * lost > len(found.trials[variant]) and np.isfinite(middle).any():
                end = int(np.flatnonzero(np.isfinite(middle))[-1])
                ax.plot(
                    time[end], middle[end], "x", color=colour, markersize=9, mew=2.2
                )
        if self.floor is not None:
            name, height = self.floor
            ax.axhline(
                height(found), color=MUTED, linestyle=(0, (4, 3)), lw=1.3, label=name
            )
        scale = apply_scale(ax, [band[1] for band in bands.values()], self.scale)
        self._limit(ax, list(bands.values()), scale)
        if self.log_time:
            ax.set_xscale("log")
        else:
            whole_numbers(ax.xaxis)
        ax.set_xlabel("step" if self.key == "losses" else "epoch")
        ax.set_ylabel(self.label or _LABELS.get(self.key, self.key.replace("_", " ")))
        place_legend(ax, self.title or None)

    def _kept(self, length: int) -> Any:
        """Return the places of up to `_MOST` points, evenly spaced on the axis."""
        if length <= _MOST:
            return np.arange(length)
        spaced = np.geomspace if self.log_time else np.linspace
        return np.unique(np.round(spaced(1, length, _MOST)).astype(int) - 1)

    def _band(self, found: Findings, variant: str) -> Any:
        """Return lowest, median and highest by time; what diverged is infinite."""
        curves = [
            trial.curve(self.key)[: self.first] for trial in found.trials[variant]
        ]
        if self.relative:
            curves = [curve / curve[0] for curve in curves]
        length = max(len(curve) for curve in curves)
        table = np.full((len(curves), length), np.nan)
        for row, (curve, trial) in enumerate(
            zip(curves, found.trials[variant], strict=True)
        ):
            table[row, : len(curve)] = curve
            if trial.diverged:
                table[row][np.isnan(table[row])] = np.inf
        # Runs that stopped early drop out; the curve ends when half of them have.
        running = (~np.isnan(table)).sum(axis=0)
        table = table[:, running * 2 >= len(curves)]
        if not table.size:
            return np.empty((3, 0))
        ordered = np.nanquantile(
            np.clip(table, None, 1e300), [0.0, 0.5, 1.0], axis=0, method="nearest"
        )
        ordered[ordered >= 1e300] = np.nan
        return np.array([drawable(line) for line in ordered])

    def _limit(self, ax: Axes, bands: Sequence[Any], scale: str) -> None:
        """Cut off what would press everything else into a line."""
        if self.ceiling is not None:
            finite = np.concatenate([band[0][np.isfinite(band[0])] for band in bands])
            low = float(finite.min()) if finite.size else 0.0
            if scale == "log":
                ax.set_ylim(low * 0.7, self.ceiling)
            else:
                ax.set_ylim(low - 0.04 * (self.ceiling - low), self.ceiling)
        elif scale == "log":
            middles = np.concatenate([band[1] for band in bands])
            middles = middles[np.isfinite(middles) & (middles > 0)]
            if middles.size and middles.max() / middles.min() < 1e12:
                ax.set_ylim(middles.min() * 0.6, middles.max() * 1.7)


@dataclass(frozen=True)
class Dots:
    """A figure of every run: one row a variant, one dot a seed, a bar at the median.

    Parameters
    ----------
    figure : Figure
    variants : sequence of str, optional
        Which variants; all where left out.
    title : str, optional
        Above the axes.
    scale : {"auto", "linear", "log"}
        The x axis.
    """

    figure: Figure
    variants: Sequence[str] | None = None
    title: str = ""
    scale: str = "auto"

    def draw(self, ax: Axes, found: Findings) -> None:
        """Draw on axes."""
        variants = list(found.trials) if self.variants is None else list(self.variants)
        values = {
            variant: np.array(found.values(self.figure, variant))
            for variant in variants
        }
        shown = np.concatenate(list(values.values()))
        shown = shown[np.isfinite(shown)]
        logarithmic = self.scale == "log" or (
            self.scale == "auto" and suggested_scale(shown) == "log"
        )
        if logarithmic:
            ax.set_xscale("log")
            _number_log_axis(ax, shown)
        for row, (variant, colour) in enumerate(
            zip(variants, colours(len(variants)), strict=True)
        ):
            finite = values[variant][np.isfinite(values[variant])]
            jitter = np.linspace(-0.16, 0.16, len(finite)) if len(finite) > 1 else 0
            height = np.full(len(finite), float(row)) + jitter
            ax.plot(finite, height, "o", color=colour, alpha=0.65, markersize=6)
            middle = found.median(self.figure, variant)
            if np.isfinite(middle):
                ax.plot([middle] * 2, [row - 0.3, row + 0.3], color=INK, linewidth=2.2)
            lost = len(values[variant]) - len(finite)
            if lost:
                ax.text(
                    0.985,
                    row,
                    f"{lost} of {len(values[variant])} diverged ×",
                    transform=ax.get_yaxis_transform(),
                    ha="right",
                    va="center",
                    color=colour,
                )
        ax.set_yticks(range(len(variants)), variants)
        ax.set_ylim(len(variants) - 0.5, -0.5)
        ax.grid(False, axis="y")
        if not shown.size:
            ax.set_xticks([])
        ax.set_xlabel(self.figure.label)
        if self.title:
            ax.set_title(self.title)


@dataclass(frozen=True)
class Drawing:
    """A panel of its own kind.

    Parameters
    ----------
    function : callable
        ``function(ax, findings)``.
    """

    function: Callable[[Axes, Findings], None]

    def draw(self, ax: Axes, found: Findings) -> None:
        """Draw on axes."""
        self.function(ax, found)


def _number_log_axis(ax: Axes, shown: Any) -> None:
    """Write plain numbers, at few places, on a logarithmic x axis of few decades."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    decades = np.log10(shown.max() / shown.min())
    if decades < 3:
        marks = (1.0, 2.0, 5.0) if decades < 1.7 else (1.0,)
        ax.xaxis.set_major_locator(LogLocator(subs=marks, numticks=20))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


def pictures(case: Case, found: Findings) -> list[Picture]:
    """Return each panel of a case as a figure of its own."""
    drawn = []
    for panel in case.panels:
        with style():
            picture, ax = new_figure(figsize=SIZE)
            panel.draw(ax, found)
        drawn.append(picture)
    return drawn


def picture(case: Case, found: Findings) -> Picture:
    """Return all panels of a case side by side, under its title."""
    count = len(case.panels)
    with style():
        drawn, axes = new_figure(
            1, count, figsize=(SIZE[0] * count, SIZE[1] + 0.4), squeeze=False
        )
        for panel, ax in zip(case.panels, axes[0], strict=True):
            panel.draw(ax, found)
        drawn.suptitle(
            f"{case.id}  {case.title}", x=0.01, ha="left", fontsize=14, weight="bold"
        )
    return drawn
