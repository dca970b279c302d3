"""001-2: three rows, scaled and unscaled, with SGD at 0.01."""

from __future__ import annotations

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_LOSS, STEPS
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import regression, standardized, table
from optlab.cases.variant import Variant
from optlab.data import Data

ROWS = np.array([[1000.0, 2.0], [2000.0, 3.0], [3000.0, 4.0]])
TARGETS = np.array([12.0, 23.0, 34.0])


def unscaled(seed: int) -> Data:
    """Return the rows as they are; the seed decides the first weights only."""
    return table(ROWS, TARGETS)


def scaled(seed: int) -> Data:
    """Return the rows with columns of mean 0 and deviation 1."""
    return table(standardized(ROWS), TARGETS)


_ARTICLE = regression(
    [{"units": 1}], {"name": "sgd", "learning_rate": 0.01}, epochs=100
)


def judge(found: Findings) -> Verdict:
    """Hold where the scaled rows end with the lower loss."""
    better = found.compare(FINAL_LOSS, "scaled", "unscaled")
    found.compare(FINAL_LOSS, "scaled, 1000 epochs", "scaled")
    found.compare(FINAL_LOSS, "scaled", "unscaled, rate 1e-7")
    lost = found.diverged("unscaled")
    steps = found.median(STEPS, "unscaled")
    end = found.median(FINAL_LOSS, "scaled")
    long = found.median(FINAL_LOSS, "scaled, 1000 epochs")
    slow = found.median(FINAL_LOSS, "unscaled, rate 1e-7")
    if better != "better":
        return Verdict("fails", "The scaled rows end no lower.")
    return Verdict(
        "holds",
        f"Unscaled, {lost} of {found.seeds} runs overflow, after {steps:.0f} steps in "
        f"the median; scaled, the loss falls to {number(end)}. That is not yet the "
        f"end: the rows lie on a line, and 1000 epochs reach {number(long)}. A rate of "
        f"1e-7 saves the unscaled rows, too ({number(slow)}).",
    )


CASE = Case(
    id="001-2",
    articles=("001",),
    title="Three rows, scaled and not",
    claim="With SGD at 0.01 a linear model on three rows, one feature in the "
    "thousands, ends with a much lower loss when the features are standardized.",
    variants={
        "unscaled": Variant(_ARTICLE, unscaled),
        "unscaled, rate 1e-7": Variant(
            _ARTICLE.replace({"optimizer.learning_rate": 1e-7}), unscaled
        ),
        "scaled": Variant(_ARTICLE, scaled),
        "scaled, 1000 epochs": Variant(
            _ARTICLE.replace({"training.epochs": 1000}), scaled
        ),
    },
    figures=(FINAL_LOSS, STEPS),
    judge=judge,
    why="The steepest curvature of the squared error is about twice the mean square of "
    "the largest feature, here some nine million; descent is stable only for rates "
    "below 2 over that, about 2e-7. At 0.01 every step multiplies the error by some "
    "ninety thousand, until the numbers overflow. After standardizing, a rate of 0.01 "
    "is stable, if slow: the intercept has to travel to 23 and comes nearer by 2% a "
    "step. A rate small enough for the raw rows, 1e-7, is a cure as well in this "
    "example, and after 100 epochs even the better one, only because the large "
    "feature alone explains the targets nearly.",
    panels=(
        Curves("loss", title="Loss by epoch", scale="log", log_time=True, ceiling=1e15),
        Dots(FINAL_LOSS, title="Loss at the end"),
    ),
    twin_steps=40,
)
