"""001-1: three rates on the mean square of a scalar against three targets."""

from __future__ import annotations

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_VALUE, Figure
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.variant import Descent
from optlab.problems import Function

TARGETS = np.array([1.5, 2.5, 3.5])


def mean_square() -> Function:
    """Return the mean of (target - x)^2 over the three targets."""
    return Function(
        lambda x: (
            float(np.mean((TARGETS - x[0]) ** 2)),
            np.array([2.0 * np.mean(x[0] - TARGETS)]),
        ),
        start=[0.0],
        minima=[[2.5]],
        minimum=2.0 / 3.0,
        name="mean square",
    )


def _start(seed: int) -> list[float]:
    return [float(np.random.default_rng(seed).standard_normal())]


DISTANCE = Figure(
    "distance",
    "|x - 2.5| at the end",
    lambda trial: (
        abs(float(trial.points[-1, 0]) - 2.5) if trial.points is not None else np.nan
    ),
)
HALF = Figure(
    "steps_to_half",
    "steps until the distance is halved",
    lambda trial: _steps_to_half(trial.points),
)


def _steps_to_half(points: np.ndarray | None) -> float:
    if points is None:
        return np.nan
    gap = np.abs(points[:, 0].astype(float) - 2.5)
    below = np.flatnonzero(gap <= gap[0] / 2)
    return float(below[0]) if below.size else np.inf


def _variant(rate: float, steps: int = 1000) -> Descent:
    return Descent(mean_square, {"name": "sgd", "learning_rate": rate}, steps, _start)


def judge(found: Findings) -> Verdict:
    """Speed and end point are judged apart."""
    slower = found.compare(HALF, "rate 0.001", "rate 0.1")
    found.compare(DISTANCE, "rate 0.001", "rate 0.1")
    ends = {variant: found.median(DISTANCE, variant) for variant in found.trials}
    value = found.median(FINAL_VALUE, "rate 0.1")
    # Half the distance is gone after ln 2 / -ln(1 - 2 rate) steps.
    found.note(
        steps_to_half_by_theory={
            f"rate {rate:g}": float(np.ceil(np.log(0.5) / np.log(1 - 2 * rate)))
            for rate in (0.1, 0.01, 0.001)
        }
    )
    same = ends["0.001, 10,000 steps"] < 0.01 and ends["rate 0.1"] < 0.01
    late = ends["rate 0.001"]
    if slower != "worse":
        return Verdict("fails", "All three rates are equally fast.")
    if not same:
        return Verdict("holds", "The rate decides speed and end point.")
    return Verdict(
        "depends",
        "The speed does; the solution does not. After 1000 steps the rate 0.001 is "
        f"still {number(late)} away, after 10,000 it is where the others are, at 2.5. "
        f"And none reaches 0: the mean square cannot fall below {number(value)}.",
    )


CASE = Case(
    id="001-1",
    articles=("001",),
    title="Three rates on one parabola",
    claim="Among rates of 0.1, 0.01 and 0.001 on the mean square of a scalar against "
    "three targets, the rate decides both the speed and the final solution.",
    variants={
        "rate 0.1": _variant(0.1),
        "rate 0.01": _variant(0.01),
        "rate 0.001": _variant(0.001),
        "0.001, 10,000 steps": _variant(0.001, 10_000),
    },
    figures=(FINAL_VALUE, DISTANCE, HALF),
    judge=judge,
    why="The function is a parabola with its lowest point at the targets' mean, 2.5. "
    "Each step multiplies the distance to it by 1 - 2 rate, so half of it is gone "
    "after 4, 35 and 347 steps: ten times the rate, a tenth of the steps. Every rate "
    "below 1 ends in the same point. What is left there, 2/3, is the variance of the "
    "targets: a single number cannot equal three. Who expects a cost of zero sees a "
    "descent that fails, although it has arrived.",
    panels=(
        Curves(
            "losses",
            title="Mean square against the step",
            log_time=True,
            scale="linear",
            floor=("2/3, the targets' variance", lambda _: 2.0 / 3.0),
        ),
        Dots(DISTANCE, title="How far from 2.5 at the end", scale="log"),
    ),
)
