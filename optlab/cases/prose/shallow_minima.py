"""Whether momentum and Adam escape shallow minima."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_VALUE, Figure
from optlab.cases.findings import Findings
from optlab.cases.panels import Drawing
from optlab.cases.variant import Descent
from optlab.plots.theme import INK, MUTED, PALETTE
from optlab.problems import Function

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SEEDS = tuple(range(15))


def ripples() -> Function:
    """Return a wide bowl with ripples: x^2 / 20 + 0.08 (1 - cos 4x)."""
    return Function(
        lambda x: (
            float(x[0] ** 2 / 20 + 0.08 * (1 - np.cos(4 * x[0]))),
            np.array([x[0] / 10 + 0.32 * np.sin(4 * x[0])]),
        ),
        start=[5.0],
        minima=[[0.0]],
        minimum=0.0,
        name="ripples",
    )


def _start(seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    return [float(rng.uniform(3.0, 6.0) * rng.choice([-1.0, 1.0]))]


REACHED = Figure(
    "reached",
    "reached the lowest minimum (1) or not (0)",
    lambda t: float(t.points is not None and abs(t.points[-1, 0]) < 0.3),
    "max",
    0.1,
    absolute=True,
)


def _variant(**optimizer: Any) -> Descent:
    return Descent(ripples, optimizer, 3000, _start)


VARIANTS = {
    "SGD 0.02": _variant(name="sgd", learning_rate=0.02),
    "momentum 0.9": _variant(name="sgd", learning_rate=0.02, momentum=0.9),
    "momentum 0.99": _variant(name="sgd", learning_rate=0.02, momentum=0.99),
    "Adam 0.02": _variant(name="adam", learning_rate=0.02),
    "Adam 0.5": _variant(name="adam", learning_rate=0.5),
}


def judge(found: Findings) -> Verdict:
    """Hold where both reach the lowest minimum from most starts, SGD from few."""
    share = {
        variant: float(np.mean(found.values(REACHED, variant))) for variant in VARIANTS
    }
    found.note(share_reached=share)
    for variant in ("momentum 0.9", "momentum 0.99", "Adam 0.02", "Adam 0.5"):
        found.compare(FINAL_VALUE, variant, "SGD 0.02")
    figures = ", ".join(
        f"{variant} from {100 * part:.0f}%" for variant, part in share.items()
    )
    text = f"The lowest minimum is reached by {figures} of {len(_SEEDS)} starts."
    gain = {variant: share[variant] - share["SGD 0.02"] for variant in share}
    if gain["momentum 0.9"] >= 0.5 and gain["Adam 0.02"] >= 0.5:
        return Verdict("holds", text)
    if max(gain.values()) >= 0.5:
        return Verdict(
            "depends",
            "On how much speed they carry, that is on momentum and rate. " + text,
        )
    return Verdict("fails", text)


def _landscape(ax: Axes, found: Findings) -> None:
    """Draw the function, and where each method's runs end."""
    problem = ripples()
    grid = np.linspace(-6.5, 6.5, 900)
    ax.plot(grid, problem.values(grid[:, np.newaxis]), color=MUTED, linewidth=1.3)
    starts = [t.points[0, 0] for t in found.trials["SGD 0.02"] if t.points is not None]
    heights = problem.values(np.array(starts, float)[:, np.newaxis])
    ax.plot(starts, heights, "o", mfc="white", mec=INK, markersize=5)
    ax.set_xlabel("x (rings: the starts)")
    ax.set_ylabel("f(x)")
    ax.set_title("A bowl with ripples")


def _ends(ax: Axes, found: Findings) -> None:
    """Draw where the runs of each method end."""
    for row, trials in enumerate(found.trials.values()):
        points = [t.points[-1, 0] for t in trials if t.points is not None]
        ax.plot(points, [row] * len(points), "o", color=PALETTE[row], alpha=0.5, ms=8)
    ax.axvline(0.0, color=INK, linewidth=1.0, linestyle=(0, (3, 3)))
    ax.set_yticks(range(len(found.trials)), list(found.trials))
    ax.set_ylim(len(found.trials) - 0.5, -0.5)
    ax.set_xlim(-6.5, 6.5)
    ax.grid(False, axis="y")
    ax.set_xlabel("x at the end (dashed: the lowest minimum)")
    ax.set_title("Where each method ends")


CASE = Case(
    id="prose-shallow-minima",
    articles=("001",),
    title="Momentum, Adam and shallow minima",
    claim="Momentum and Adam escape shallow local minima in which plain gradient "
    "descent gets stuck.",
    variants=VARIANTS,
    figures=(FINAL_VALUE, REACHED),
    judge=judge,
    why="A ball with momentum crosses a ripple when the speed it brings exceeds the "
    "ripple's height; starting at rest in front of the first ripple it has little "
    "speed, and the usual 0.9 forgets it within ten steps. With 0.99 it rolls on for a "
    "hundred. Adam normalizes the gradient, so near a minimum, where gradients are "
    "small, its steps do not shrink at once; but what carries it over a ripple is a "
    "rate comparable with the width of a ripple, not adaptivity as such. With a small "
    "rate it settles in the nearest dip like plain descent.",
    panels=(Drawing(_landscape), Drawing(_ends)),
    seeds=_SEEDS,
)
