"""002-2: Adam at 0.1 and at 0.01 on a hundred random rows."""

from __future__ import annotations

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_LOSS, RISES, Figure
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import regression, table
from optlab.cases.variant import Variant
from optlab.data import Data
from optlab.experiments import Built


def rows(seed: int) -> Data:
    """Return 100 rows of 5 uniform features; twice their sum plus noise of size 1."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(100, 5))
    return table(x, 2.0 * x.sum(axis=1) + rng.standard_normal(100))


def _floor(built: Built) -> dict[str, float]:
    """Return the smallest mean square that any linear model has on these rows."""
    if built.data is None:
        return {"floor": np.nan}
    x = np.c_[built.data.x, np.ones(len(built.data.x))].astype(np.float64)
    y = built.data.y.astype(np.float64)
    return {
        "floor": float(np.mean((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2))
    }


EXCESS = Figure(
    "excess",
    "loss above least squares",
    lambda trial: float(trial.curve("loss")[-1]) - trial.extra["floor"],
)


def _variant(rate: float) -> Variant:
    adam = {"name": "adam", "learning_rate": rate}
    return Variant(regression([{"units": 1}], adam, epochs=100), rows, before=_floor)


def judge(found: Findings) -> Verdict:
    """Hold where 0.1 ends clearly higher."""
    loss = found.compare(FINAL_LOSS, "rate 0.1", "rate 0.01")
    restless = found.compare(RISES, "rate 0.1", "rate 0.01")
    high, low = (found.median(FINAL_LOSS, f"rate {rate}") for rate in ("0.1", "0.01"))
    excess = number(found.median(EXCESS, "rate 0.1"))
    figures = (
        f"The loss ends at {number(high)} with 0.1 and at {number(low)} with 0.01; "
        f"0.1 is {excess} above the least squares solution"
    )
    if loss == "worse":
        return Verdict("holds", figures + ".")
    if restless == "worse":
        rose = 100 * found.median(RISES, "rate 0.1")
        return Verdict(
            "fails",
            figures
            + f". It does go up and down more (it rises in {rose:.0f}% of the epochs), "
            "but around the best value there is.",
        )
    return Verdict("fails", figures + ".")


CASE = Case(
    id="002-2",
    articles=("002",),
    title="Adam at 0.1 against 0.01",
    claim="On a hundred random rows Adam at 0.1 moves about erratically and ends with "
    "a much higher loss than at 0.01.",
    variants={
        "rate 0.1": _variant(0.1),
        "rate 0.01": _variant(0.01),
        "rate 0.001": _variant(0.001),
    },
    figures=(FINAL_LOSS, EXCESS, RISES),
    judge=judge,
    why="With a linear model and squared error the loss is a bowl, whose lowest point "
    "is at weights of about 2. A hundred epochs are 400 steps: at 0.1 Adam is there "
    "after some fifteen epochs and then trembles a little, because the step size does "
    "not fall; at 0.01 it needs most of the hundred, and at 0.001 it is not even near. "
    "The floor, about 1, is the noise in the targets, and no rate gets below it. So on "
    "this problem 0.1 is the better rate of the two, not the worse.",
    panels=(
        Curves("loss", title="Training loss"),
        Dots(EXCESS, title="Above least squares at the end", scale="log"),
    ),
)
