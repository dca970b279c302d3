"""002-1: five rows, scaled and unscaled, with Adam for 200 epochs."""

from __future__ import annotations

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_LOSS
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import regression, standardized, table
from optlab.cases.variant import Variant
from optlab.data import Data

ROWS = np.array([[1000, 2], [1200, 3], [1500, 4], [1300, 2.5], [1600, 4.5]])
TARGETS = np.array([5, 6, 7, 6.5, 7.5])
FLOOR = float(
    np.mean(
        (
            TARGETS
            - np.c_[ROWS, np.ones(5)]
            @ np.linalg.lstsq(np.c_[ROWS, np.ones(5)], TARGETS, rcond=None)[0]
        )
        ** 2
    )
)


def unscaled(seed: int) -> Data:
    """Return the rows as they are."""
    return table(ROWS, TARGETS)


def scaled(seed: int) -> Data:
    """Return the rows with columns of mean 0 and deviation 1."""
    return table(standardized(ROWS), TARGETS)


_ARTICLE = regression(
    [{"units": 1}], {"name": "adam", "learning_rate": 0.001}, epochs=200
)
_LONG = _ARTICLE.replace({"training.epochs": 10_000})
_FAST = _ARTICLE.replace({"optimizer.learning_rate": 0.1})


def judge(found: Findings) -> Verdict:
    """Hold where scaling lowers the loss in 200 epochs, to near the best there is."""
    short = found.compare(FINAL_LOSS, "scaled", "unscaled")
    found.compare(FINAL_LOSS, "scaled, rate 0.1", "unscaled, rate 0.1")
    found.note(least_squares_floor=FLOOR)
    ends = {variant: found.spread(FINAL_LOSS, variant) for variant in found.trials}
    figures = (
        f"After 200 epochs scaled rows end at {ends['scaled']}, unscaled ones at "
        f"{ends['unscaled']}. The best line has {number(FLOOR)}"
    )
    if short != "better":
        return Verdict("fails", figures + ".")
    if ends["scaled"].median < 10 * FLOOR:
        return Verdict("holds", figures + ".")
    return Verdict(
        "depends",
        f"Lower, yes; converged, no. {figures}: for that the scaled model needs a rate "
        f"of 0.1 ({number(ends['scaled, rate 0.1'].median)}) or 10,000 epochs "
        f"({number(ends['scaled, 10,000 epochs'].median)}).",
    )


CASE = Case(
    id="002-1",
    articles=("002",),
    title="Five rows, scaled and not",
    claim="With Adam's default rate, 200 epochs and five rows, standardizing the "
    "features lowers the loss of a linear model drastically and lets it converge.",
    variants={
        "unscaled": Variant(_ARTICLE, unscaled),
        "scaled": Variant(_ARTICLE, scaled),
        "unscaled, rate 0.1": Variant(_FAST, unscaled),
        "scaled, rate 0.1": Variant(_FAST, scaled),
        "scaled, 10,000 epochs": Variant(_LONG, scaled),
    },
    figures=(FINAL_LOSS,),
    judge=judge,
    why="Adam moves each weight by about its rate a step, whatever the gradient: 200 "
    "steps of 0.001 are 0.2 at most. Unscaled, the random first weight of the large "
    "feature is wrong by up to 1.4, which in the prediction is a thousand and more; "
    "0.2 repairs a part of it. Scaled, the predictions begin near zero, so the loss "
    "begins near the mean square of the targets, 41, and there it stays, because the "
    "intercept has to travel to 6.4 and may go 0.2. Both curves fall and neither model "
    "has learned anything yet: what is missing is rate or time. Given either, the "
    "scaled rows reach the best line exactly.",
    panels=(
        Curves("loss", title="Loss by epoch", scale="log", log_time=True),
        Dots(FINAL_LOSS, title="Loss at the end", scale="log"),
    ),
    seeds=tuple(range(7)),
)
