"""A sigmoid output for a target that is not between 0 and 1."""

from __future__ import annotations

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_LOSS, Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.variant import Variant
from optlab.experiments import Built, Experiment

_LINEAR = Experiment(
    data={"source": "diabetes", "scale": "standard"},
    model={"layers": [{"units": 32, "activation": "relu"}, {"units": 1}]},
    loss={"name": "mean_squared_error"},
    optimizer={"name": "adam", "learning_rate": 0.01},
    training={"epochs": 100, "metrics": []},
)


def _floor(built: Built) -> dict[str, float]:
    """Return the least mean square of anything between 0 and 1, and the variance."""
    if built.data is None:
        return {}
    y = built.data.y.astype(np.float64)
    return {
        "floor": float(np.mean((y - np.clip(y, 0.0, 1.0)) ** 2)),
        "variance": float(np.var(y)),
    }


RELATIVE = Figure(
    "relative_loss",
    "training loss over the targets' variance",
    lambda t: float(t.curve("loss")[-1]) / t.extra["variance"],
)
FLOOR = Figure("floor", "least loss that outputs in [0, 1] allow", extra("floor"))


def _variant(activation: str, scaled: bool) -> Variant:
    changes = {"model.layers.1.activation": activation}
    if scaled:
        changes["data.target_scale"] = "standard"
    return Variant(_LINEAR.replace(changes), before=_floor)


def judge(found: Findings) -> Verdict:
    """Hold where the sigmoid ends near its floor and far above a linear output."""
    raw = found.compare(FINAL_LOSS, "raw, sigmoid", "raw, linear")
    scaled = found.compare(FINAL_LOSS, "standardized, sigmoid", "standardized, linear")
    loss, floor = (found.median(f, "raw, sigmoid") for f in (FINAL_LOSS, FLOOR))
    figures = (
        f"With raw targets the sigmoid ends at {number(loss)}, where no output between "
        f"0 and 1 can get below {number(floor)}, and a linear output at "
        f"{number(found.median(FINAL_LOSS, 'raw, linear'))}; with standardized targets "
        f"{number(found.median(FINAL_LOSS, 'standardized, sigmoid'))} against "
        f"{number(found.median(FINAL_LOSS, 'standardized, linear'))}."
    )
    if raw == scaled == "worse" and loss < 1.05 * floor:
        return Verdict("holds", figures)
    if "worse" in (raw, scaled):
        return Verdict("depends", figures)
    return Verdict("fails", figures)


CASE = Case(
    id="prose-sigmoid-output",
    articles=("002",),
    title="A sigmoid in front of an unbounded target",
    claim="A sigmoid output is unsuitable for a regression whose target leaves the "
    "range from 0 to 1: the loss stays high.",
    variants={
        "raw, linear": _variant("linear", False),
        "raw, sigmoid": _variant("sigmoid", False),
        "standardized, linear": _variant("linear", True),
        "standardized, sigmoid": _variant("sigmoid", True),
    },
    figures=(FINAL_LOSS, RELATIVE, FLOOR),
    judge=judge,
    why="The best that outputs between 0 and 1 can do for a target above 1 is to be 1, "
    "and the loss that is left then can be computed before any training. The curve "
    "falls for a few steps, until all outputs saturate, and then is flat, exactly: the "
    "sigmoid's derivative has become zero and no gradient comes through. Standardizing "
    "the targets hides the fault, because some lie in the range; all below 0 are still "
    "out of reach.",
    panels=(
        Curves(
            "loss",
            variants=("raw, linear", "raw, sigmoid"),
            title="Training loss, raw targets",
            scale="log",
            floor=("the floor", lambda f: f.median(FLOOR, "raw, sigmoid")),
        ),
        Dots(RELATIVE, title="Loss over the variance", scale="log"),
    ),
)
