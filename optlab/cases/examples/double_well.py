"""001-3: where descent on a quartic double well ends, from 0 and from everywhere."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_VALUE, Figure
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Drawing
from optlab.cases.variant import Descent
from optlab.plots.theme import INK, MUTED, PALETTE
from optlab.problems import DoubleWell

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATE, STEPS = 0.1, 100
LEFT, RIGHT = 2.0 - np.sqrt(2.0), 2.0 + np.sqrt(2.0)
_SEEDS = tuple(range(25))

END = Figure(
    "end",
    "x at the end",
    lambda trial: float(trial.points[-1, 0]) if trial.points is not None else np.nan,
)


def _anywhere(seed: int) -> list[float]:
    return [float(np.random.default_rng(seed).uniform(-0.6, 4.6))]


def _variant(start: Any, rate: float = RATE, steps: int = STEPS) -> Descent:
    optimizer = {"name": "sgd", "learning_rate": rate}
    return Descent(DoubleWell, optimizer, steps, start)


def ends(starts: npt.ArrayLike, rate: float, steps: int) -> npt.NDArray[np.float64]:
    """Return where descent ends from each start; NaN where it leaves the numbers.

    All starts at once, with the gradient of the problem: the map of the picture.
    """
    problem = DoubleWell()
    points = np.array(starts, np.float64)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            points = points - rate * problem._gradient(points)
    return np.where(np.abs(points) < 1e6, points, np.nan)


def judge(found: Findings) -> Verdict:
    """Hold where some start ends in a minimum that is not the lowest."""
    values = found.values(FINAL_VALUE, "from anywhere")
    where = np.array(found.values(END, "from anywhere"))
    trapped = float(np.mean(np.array(values) > 1.0 + 1e-3))
    left = float(np.mean(np.abs(where - LEFT) < 1e-2))
    right = float(np.mean(np.abs(where - RIGHT) < 1e-2))
    first = found.median(END, "from 0")
    grid = np.linspace(-1.0, 5.0, 6001)
    mapped = ends(grid, RATE, 1000)
    bounded = grid[np.isfinite(mapped)]
    borders = int(np.sum(np.abs(np.diff(mapped[np.isfinite(mapped)] > 2.0)) > 0))
    found.note(
        left=left,
        right=right,
        in_a_worse_minimum=trapped,
        borders_between_basins=borders,
        lowest_start_that_stays=float(bounded.min()),
        highest_start_that_stays=float(bounded.max()),
    )
    if trapped > 0.5:
        return Verdict("holds", "Most starts end above the lowest value.")
    outcome = (
        f"From 0 it ends at x = {number(first)}. Where it ends does depend on the "
        f"start "
        f"({100 * left:.0f}% left, {100 * right:.0f}% right of {len(values)} random "
        "starts), but both minima are equally deep, f = 1: "
    )
    if left > 0 and right > 0 and trapped == 0:
        return Verdict("depends", outcome + "no start is trapped in a worse one.")
    return Verdict("fails", outcome + f"{100 * trapped:.0f}% end higher.")


def _curve(ax: Axes, found: Findings) -> None:
    """Draw the path from 0 on the curve."""
    problem = DoubleWell()
    grid = np.linspace(-0.35, 4.35, 600)
    ax.plot(grid, problem.values(grid[:, np.newaxis]), color=MUTED, linewidth=1.4)
    path = found.trials["from 0"][0].points
    if path is not None:
        heights = problem.values(path.astype(np.float64))
        ax.plot(path[:, 0], heights, color=PALETTE[0], linewidth=1.1, alpha=0.7)
        ax.plot(path[:, 0], heights, "o", color=PALETTE[0], markersize=4.5)
        for k, place in enumerate([(7, 5), (-2, 9), (8, -9), (8, -7)]):
            ax.annotate(
                str(k),
                (path[k, 0], heights[k]),
                xytext=place,
                textcoords="offset points",
            )
    ax.plot([LEFT, RIGHT], [1.0, 1.0], "*", color=PALETTE[1], markersize=14)
    ax.plot(2.0, 5.0, "^", color=INK, markersize=7)
    ax.annotate("the hill", (2.0, 5.0), xytext=(8, 6), textcoords="offset points")
    ax.annotate("f = 1", (LEFT, 1.0), xytext=(-8, -17), textcoords="offset points")
    ax.annotate("f = 1", (RIGHT, 1.0), xytext=(-8, -17), textcoords="offset points")
    ax.set_ylim(0.0, 9.5)
    ax.set_xlabel("x")
    ax.set_ylabel("f(x)")
    ax.set_title("SGD at 0.1 from x = 0, step by step")


def _map(ax: Axes, found: Findings) -> None:
    """Draw where every start ends, a stripe for each of three rates."""
    from matplotlib.patches import Patch

    kinds = {"left": PALETTE[5], "right": PALETTE[4], "diverged": MUTED}
    edges = np.linspace(-1.0, 5.0, 3001)
    starts = (edges[1:] + edges[:-1]) / 2
    rates = (0.01, 0.08, 0.1)
    for row, rate in enumerate(rates):
        mapped = ends(starts, rate, int(100 / rate))
        kind = np.where(np.isnan(mapped), 2, np.where(mapped > 2.0, 1, 0))
        bounds = np.flatnonzero(np.diff(kind, prepend=-1, append=-1))
        for first, last in itertools.pairwise(bounds):
            ax.barh(
                row,
                edges[last] - edges[first],
                left=edges[first],
                height=0.74,
                color=list(kinds.values())[kind[first]],
                linewidth=0,
            )
    ax.axvline(2.0, color=INK, linewidth=1.2, linestyle=(0, (3, 3)))
    ax.annotate("the hill", (2.0, 2.62), xytext=(6, -3), textcoords="offset points")
    ax.plot([0.0], [2.0], "o", color=INK, markersize=5)
    ax.set_yticks(range(3), [f"rate {rate:g}" for rate in rates])
    ax.set_ylim(-0.55, 2.85)
    ax.set_xlim(-1.0, 5.0)
    ax.grid(False)
    ax.set_xlabel("start (the dot: x = 0 at rate 0.1)")
    patches = [Patch(color=c, label=f"ends {k}") for k, c in list(kinds.items())[:2]]
    patches.append(Patch(color=MUTED, label="diverges"))
    ax.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        borderaxespad=0.5,
    )
    ax.set_title("Where every start ends", pad=28.0)


CASE = Case(
    id="001-3",
    articles=("001",),
    title="The double well",
    claim="On the quartic (x-2)^4 - 4(x-2)^2 + 5, descent at rate 0.1 from x = 0 gets "
    "stuck in a local minimum, and the start decides in which.",
    variants={
        "from 0": _variant(lambda seed: [0.0]),
        "from anywhere": _variant(_anywhere),
    },
    figures=(FINAL_VALUE, END),
    judge=judge,
    why="The curve is symmetric about x = 2: its two minima, at 2 - sqrt(2) and "
    "2 + sqrt(2), have the same value 1, and the hill between them is no minimum. So "
    "there is no worse place to get stuck in, and the example shows two equal answers "
    "rather than a trap. At a rate of 0.1 the step from x = 0 is 1.6 long and the path "
    "swings about its minimum before it settles. From further out it leaps over the "
    "hill: the basins become interleaved stripes, and beyond sqrt(7) from the hill "
    "(x < -0.65 or x > 4.65) every step lands further away than the last. With a small "
    "rate the hill is the only border.",
    panels=(Drawing(_curve), Drawing(_map)),
    seeds=_SEEDS,
    twins=("from 0",),
)
