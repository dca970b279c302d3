"""002-3: a line against ten relu units on a noisy sine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_LOSS
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import regression, standardized, table
from optlab.cases.variant import Variant
from optlab.data import Data

NOISE = 0.2**2


def rows(seed: int) -> Data:
    """Return 100 points of 5 sin(2 pi x) on [0, 1] with noise of deviation 0.2."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(100, 1))
    noise = 0.2 * rng.standard_normal(100)
    return table(x, 5.0 * np.sin(2.0 * np.pi * x[:, 0]) + noise)


def centred(seed: int) -> Data:
    """Return the same points with x standardized."""
    data = rows(seed)
    return table(standardized(data.x), data.y)


def _variant(
    units: int, rate: float = 0.001, data: Callable[[int], Data] = rows
) -> Variant:
    hidden = [{"units": units, "activation": "relu"}] if units else []
    adam = {"name": "adam", "learning_rate": rate}
    return Variant(regression([*hidden, {"units": 1}], adam, epochs=1000), data)


def judge(found: Findings) -> Verdict:
    """Hold where the relu units beat the best line and come near to the noise."""
    article = found.compare(FINAL_LOSS, "10 relu", "line")
    capacity = found.compare(FINAL_LOSS, "10 relu", "line, rate 0.1")
    found.compare(FINAL_LOSS, "10 relu, centred x", "10 relu")
    found.note(noise=NOISE)
    ends = {
        variant: number(found.median(FINAL_LOSS, variant)) for variant in found.trials
    }
    figures = (
        f"Ten units end at {ends['10 relu']}, the line at {ends['line']} (the best "
        f"line "
        f"at {ends['line, rate 0.1']}); the noise alone would be {number(NOISE)}"
    )
    if "better" not in (article, capacity):
        return Verdict("fails", figures + ".")
    if capacity == "better" and found.median(FINAL_LOSS, "10 relu") < 3 * NOISE:
        return Verdict("holds", figures + ".")
    return Verdict(
        "depends",
        f"Lower, yes; converged, no. {figures}. The same ten units with x standardized "
        f"reach {ends['10 relu, centred x']}, and {ends['centred x, rate 0.01']} at a "
        "rate of 0.01.",
    )


CASE = Case(
    id="002-3",
    articles=("002",),
    title="A line or ten relu units",
    claim="On a noisy sine a line stays at a high loss, and a hidden layer of ten relu "
    "units converges to a much better one (Adam's default rate, 1000 epochs).",
    variants={
        "line": _variant(0),
        "line, rate 0.1": _variant(0, 0.1),
        "10 relu": _variant(10),
        "10 relu, rate 0.01": _variant(10, 0.01),
        "10 relu, centred x": _variant(10, data=centred),
        "centred x, rate 0.01": _variant(10, 0.01, centred),
    },
    figures=(FINAL_LOSS,),
    judge=judge,
    why="No line follows a sine: the best one leaves two fifths of its variance. Ten "
    "relu units can bend at ten places, but they do not begin like that. Biases start "
    "at zero and x is never negative, so every unit with a negative weight is silent "
    "for all rows and stays so, and all others bend at 0, the edge of the data: the "
    "network begins as a line and has to push its bends inwards. With x standardized "
    "the same bends lie in the middle of the data, on both sides. Half of what looks "
    "like missing capacity is a matter of scaling and of training time.",
    panels=(
        Curves(
            "loss",
            title="Training loss",
            scale="log",
            floor=("the noise", lambda _: NOISE),
        ),
        Dots(FINAL_LOSS, title="Loss at the end", scale="log"),
    ),
    seeds=tuple(range(5)),
)
