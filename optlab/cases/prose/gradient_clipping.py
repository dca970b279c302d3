"""Gradient clipping against exploding gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_LOSS, STEPS, Figure
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.variant import Variant
from optlab.experiments import Built, Experiment

_PLAIN = Experiment(
    data={"source": "diabetes", "scale": "standard"},
    model={
        "layers": [
            {"units": 64, "activation": "relu"},
            {"units": 64, "activation": "relu"},
            {"units": 1},
        ]
    },
    loss={"name": "mean_squared_error"},
    optimizer={"name": "sgd", "learning_rate": 0.01},
    training={"epochs": 100, "metrics": []},
)


def _variance(built: Built) -> dict[str, float]:
    return {"variance": np.nan if built.data is None else float(np.var(built.data.y))}


RELATIVE = Figure(
    "relative_loss",
    "training loss over the targets' variance",
    lambda t: float(t.curve("loss")[-1]) / t.extra["variance"],
)


def _variant(**changes: Any) -> Variant:
    dotted = {key.replace("__", "."): value for key, value in changes.items()}
    return Variant(_PLAIN.replace(dotted), before=_variance)


VARIANTS = {
    "none": _variant(),
    "clipnorm 1": _variant(optimizer__clipnorm=1.0),
    "global_clipnorm 1": _variant(optimizer__global_clipnorm=1.0),
    "clipvalue 0.5": _variant(optimizer__clipvalue=0.5),
    "no clipping, scaled targets": _variant(data__target_scale="standard"),
}


def judge(found: Findings) -> Verdict:
    """Hold where every clipping keeps all runs finite, and the model learns."""
    clipped = ("clipnorm 1", "global_clipnorm 1", "clipvalue 0.5")
    ways = [found.compare(RELATIVE, variant, "none") for variant in clipped]
    found.compare(RELATIVE, "no clipping, scaled targets", "clipnorm 1")
    lost = found.diverged("none")
    saved = sum(found.diverged(variant) for variant in clipped)
    figures = (
        f"Without clipping {lost} of {found.seeds} runs diverge, after "
        f"{found.median(STEPS, 'none'):.0f} steps in the median; with it {saved} of "
        f"{3 * found.seeds} do. In units of the targets' variance they end at "
        + ", ".join(
            f"{number(found.median(RELATIVE, variant))} ({variant})"
            for variant in clipped
        )
        + "; without clipping but with standardized targets it is "
        f"{number(found.median(RELATIVE, 'no clipping, scaled targets'))}."
    )
    learned = max(found.median(RELATIVE, variant) for variant in clipped) < 1.0
    if lost == found.seeds and saved == 0 and set(ways) == {"better"} and learned:
        return Verdict("holds", figures)
    if "better" in ways:
        return Verdict("depends", figures)
    return Verdict("fails", figures)


CASE = Case(
    id="prose-gradient-clipping",
    articles=("004",),
    title="Clipping exploding gradients",
    claim="Gradient clipping keeps training from exploding into NaN.",
    variants=VARIANTS,
    figures=(RELATIVE, FINAL_LOSS, STEPS),
    judge=judge,
    why="The targets lie around 150, so the first errors, and with them the gradients, "
    "are in the hundreds: a step of SGD at 0.01 throws the weights so far that the "
    "next gradient is larger still. A bound on the gradient bounds the step and cuts "
    "that loop. It treats the symptom, though. Once the targets are standardized the "
    "same rate needs no clipping. Note that in tf.keras clipnorm bounds each variable "
    "by itself, which turns the step's direction, and only global_clipnorm keeps it.",
    panels=(
        Curves("loss", variants=list(VARIANTS)[:4], title="Training loss", scale="log"),
        Dots(RELATIVE, title="Loss over the variance"),
    ),
)
