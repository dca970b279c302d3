"""Too little and too much capacity."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import BEST_VAL_LOSS, FINAL_LOSS, FINAL_VAL_LOSS
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves
from optlab.cases.variant import Variant
from optlab.experiments import Experiment


def _variant(*hidden: int) -> Variant:
    layers = [{"units": units, "activation": "relu"} for units in hidden]
    return Variant(
        Experiment(
            data={
                "source": "moons",
                "scale": "standard",
                "options": {"n_samples": 300, "noise": 0.3},
                "validation": 0.5,
            },
            model={"layers": [*layers, {"units": 1, "activation": "sigmoid"}]},
            loss={"name": "binary_crossentropy"},
            optimizer={"name": "adam", "learning_rate": 0.01},
            training={"epochs": 200},
        )
    )


def judge(found: Findings) -> Verdict:
    """Too little must raise the training loss; too much, the validation loss."""
    little = found.compare(FINAL_LOSS, "none", "16")
    much = found.compare(FINAL_VAL_LOSS, "128-128-128", "16")
    training = found.compare(FINAL_LOSS, "128-128-128", "16")
    found.compare(BEST_VAL_LOSS, "128-128-128", "16")
    figures = "; ".join(
        f"{variant}: {number(found.median(FINAL_LOSS, variant))} and "
        f"{number(found.median(FINAL_VAL_LOSS, variant))}"
        for variant in found.trials
    )
    text = f"Training and validation loss by hidden units: {figures}."
    if little == much == "worse" and training == "worse":
        return Verdict("holds", text)
    if little == "worse" and much == "worse":
        return Verdict(
            "depends",
            "Too little keeps the loss up; too much does not, it lowers the training "
            f"loss and raises the validation loss. {text}",
        )
    return Verdict("fails", text)


CASE = Case(
    id="prose-capacity",
    articles=("002", "003"),
    title="Too little and too much capacity",
    claim="With too few units the loss stays high; with too many, overfitting makes it "
    "stagnate or behave erratically, too.",
    variants={
        "none": _variant(),
        "2": _variant(2),
        "16": _variant(16),
        "128-128-128": _variant(128, 128, 128),
    },
    figures=(FINAL_LOSS, FINAL_VAL_LOSS, BEST_VAL_LOSS),
    judge=judge,
    why="Two half moons overlap. Without hidden units a model "
    "draws a straight line and cannot do better than its floor. A network far larger "
    "than needed has no trouble with the training loss: it goes on falling, because "
    "every stray point can be given its own corner. What rises is the validation "
    "loss. So a training loss that stands still is a sign of too little capacity (or "
    "of something else), never of too much.",
    panels=(
        Curves("loss", title="Training loss", scale="log", ceiling=1.0),
        Curves("val_loss", title="Validation loss", scale="log"),
    ),
)
