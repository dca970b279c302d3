"""004-1: whether Adam at a rate of 1 diverges."""

from __future__ import annotations

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_LOSS, Figure
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.variant import Variant
from optlab.experiments import Built, Experiment

_PLAIN = Experiment(
    data={"source": "diabetes", "scale": "standard"},
    model={"layers": [{"units": 10, "activation": "relu"}, {"units": 1}]},
    loss={"name": "mean_squared_error"},
    optimizer={"name": "adam", "learning_rate": 1.0},
    training={"epochs": 10, "metrics": []},
)
_SCALED = _PLAIN.replace({"data.target_scale": "standard"})


def _variance(built: Built) -> dict[str, float]:
    """Return the loss of predicting the mean target, what any model should beat."""
    rows = built.data
    return {"mean_predictor": np.nan if rows is None else float(np.var(rows.y))}


RELATIVE = Figure(
    "relative_loss",
    "training loss over that of the mean prediction",
    lambda trial: float(trial.curve("loss")[-1]) / trial.extra["mean_predictor"],
)
GROWTH = Figure(
    "growth",
    "last loss over first",
    lambda trial: float(trial.curve("loss")[-1] / trial.curve("loss")[0]),
)


def _variant(experiment: Experiment, rate: float, name: str = "adam") -> Variant:
    changes = {"optimizer.name": name, "optimizer.learning_rate": rate}
    return Variant(experiment.replace(changes), before=_variance)


def judge(found: Findings) -> Verdict:
    """Hold where most runs grow or leave the numbers, whatever the targets."""
    raw, scaled = "raw targets, rate 1", "scaled targets, rate 1"
    found.compare(RELATIVE, raw, "raw targets, 0.001")
    found.compare(RELATIVE, scaled, "scaled targets, 0.001")
    lost = found.diverged(raw) + found.diverged(scaled)
    growing = sum(
        growth > 1.0
        for variant in (raw, scaled)
        for growth in found.values(GROWTH, variant)
    )
    ends = {
        variant: number(found.median(RELATIVE, variant)) for variant in found.trials
    }
    figures = (
        f"Of {2 * found.seeds} runs {lost} diverge and {growing} end above their first "
        f"loss (SGD at 1: {found.diverged('raw targets, SGD at 1')} of {found.seeds} "
        "diverge). In units of the targets' variance Adam at 1 ends at "
        f"{ends[raw]} with raw and {ends[scaled]} with scaled targets, at 0.001 at "
        f"{ends['raw targets, 0.001']} and {ends['scaled targets, 0.001']}."
    )
    if growing > found.seeds:
        return Verdict("holds", figures)
    if growing > 0:
        return Verdict("depends", f"On the targets and the first weights. {figures}")
    return Verdict("fails", figures)


CASE = Case(
    id="004-1",
    articles=("004",),
    title="Adam at a rate of 1",
    claim="A small relu network on ten features diverges when Adam's rate is 1.",
    variants={
        "raw targets, rate 1": _variant(_PLAIN, 1.0),
        "raw targets, 0.001": _variant(_PLAIN, 0.001),
        "raw targets, SGD at 1": _variant(_PLAIN, 1.0, "sgd"),
        "scaled targets, rate 1": _variant(_SCALED, 1.0),
        "scaled targets, 0.001": _variant(_SCALED, 0.001),
    },
    figures=(FINAL_LOSS, RELATIVE, GROWTH),
    judge=judge,
    why="Divergence feeds on itself: a larger error makes a larger gradient makes a "
    "larger step. Adam divides by the gradient's own size, so its step stays near the "
    "rate however large the gradient is, and the loop is cut: weights wander, they do "
    "not explode. SGD at the same rate does. Whether 1 is a bad rate depends on how "
    "far the weights have to go: for raw targets around 150 it is far better than the "
    "default, which in ten epochs hardly leaves its place; for standardized ones it is "
    "coarse, and the default is the better choice.",
    panels=(
        Curves(
            "loss",
            variants=(
                "raw targets, rate 1",
                "raw targets, 0.001",
                "raw targets, SGD at 1",
            ),
            title="Training loss, raw targets",
            scale="log",
        ),
        Dots(
            RELATIVE,
            title="Loss over that of the mean prediction",
            scale="log",
        ),
    ),
)
