"""Outliers in the targets, with squared error and with Huber's loss."""

from __future__ import annotations

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import regression, table
from optlab.cases.variant import Variant
from optlab.data import Data
from optlab.experiments import Built
from optlab.run import Run

_COLUMNS = 5


def _rows(seed: int, share: float) -> Data:
    """Return a noisy linear function; a share of the targets is 20 to 40 too high."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((400, _COLUMNS))
    y = x @ np.arange(1.0, _COLUMNS + 1.0) + rng.standard_normal(400)
    hit = rng.random(400) < share
    hit[200:] = False
    y = y + np.where(hit, rng.uniform(20.0, 40.0, 400), 0.0)
    return table(x[:200], y[:200], x[200:], y[200:])


def spoiled(seed: int) -> Data:
    """Return rows with 5% outliers among the training targets."""
    return _rows(seed, 0.05)


def clean(seed: int) -> Data:
    """Return the same rows without them."""
    return _rows(seed, 0.0)


def _error(built: Built, run: Run) -> dict[str, float]:
    rows = built.data
    if rows is None or rows.x_val is None or rows.y_val is None:
        return {"mse": np.nan, "shift": np.nan}
    gap = built.model.predict(rows.x_val).ravel() - rows.y_val
    return {"mse": float(np.mean(gap**2)), "shift": float(np.mean(gap))}


ERROR = Figure("clean_mse", "mean square on clean validation rows", extra("mse"))
SHIFT = Figure(
    "shift", "mean of prediction minus target", lambda t: abs(t.extra["shift"])
)

_SQUARED = regression(
    [{"units": 1}], {"name": "adam", "learning_rate": 0.05}, epochs=100
)
_HUBER = _SQUARED.replace({"loss": {"name": "huber", "delta": 1.0}})


def judge(found: Findings) -> Verdict:
    """Hold where outliers hurt squared error clearly, and Huber's loss does not."""
    hurt = found.compare(ERROR, "MSE, 5% outliers", "MSE, clean")
    cured = found.compare(ERROR, "Huber, 5% outliers", "MSE, 5% outliers")
    found.compare(ERROR, "Huber, clean", "MSE, clean")
    found.compare(SHIFT, "Huber, 5% outliers", "MSE, 5% outliers")
    figures = "; ".join(
        f"{variant} {number(found.median(ERROR, variant))}" for variant in found.trials
    )
    if hurt == "worse" and cured == "better":
        return Verdict("holds", f"Mean square on clean rows: {figures}.")
    return Verdict("fails", f"Mean square on clean rows: {figures}.")


CASE = Case(
    id="prose-outliers",
    articles=("002", "004"),
    title="Outliers, squared error and Huber",
    claim="A few outliers spoil a fit by squared error, and Huber's loss withstands "
    "them.",
    variants={
        "MSE, clean": Variant(_SQUARED, clean, inspect=_error),
        "MSE, 5% outliers": Variant(_SQUARED, spoiled, inspect=_error),
        "Huber, clean": Variant(_HUBER, clean, inspect=_error),
        "Huber, 5% outliers": Variant(_HUBER, spoiled, inspect=_error),
    },
    figures=(ERROR, SHIFT),
    judge=judge,
    why="The gradient of a squared error is proportional to the error, so one target "
    "that is 30 off pulls as hard as thirty that are 1 off, and the fit is moved "
    "towards it. Huber's gradient stops growing at delta: an outlier pulls like any "
    "other row. Note what does not happen: descent converges just as well with "
    "outliers. The loss ends high because the outliers are in it, and the fit is "
    "wrong, not the optimizer. What the two losses end at cannot be compared; the "
    "error on clean rows can.",
    panels=(
        Curves("loss", title="Training loss (two kinds of loss)", scale="log"),
        Dots(ERROR, title="Error on clean rows", scale="log"),
    ),
)
