"""000-1: whether cutting the rate on a plateau rescues a softmax model."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, FINAL_VAL_LOSS
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.variant import Variant
from optlab.experiments import Experiment

_CUT = {"name": "reduce_lr_on_plateau", "monitor": "val_loss", "factor": 0.1}
_CUT |= {"patience": 5}
_CLOUDS = {"n_samples": 2000, "centers": 10, "n_features": 10, "cluster_std": 8.0}
_PLAIN = Experiment(
    data={"source": "blobs", "scale": "standard", "options": _CLOUDS},
    model={"layers": [{"units": 10, "activation": "softmax"}]},
    loss={"name": "sparse_categorical_crossentropy"},
    optimizer={"name": "adam", "learning_rate": 0.01},
    training={"epochs": 100},
)
_RATES = {"0.01": 0.01, "too high, 1": 1.0, "too low, 1e-5": 1e-5}


def _variants() -> dict[str, Variant]:
    found = {}
    for name, rate in _RATES.items():
        constant = _PLAIN.replace({"optimizer.learning_rate": rate})
        found[name] = Variant(constant)
        found[f"{name}, cut"] = Variant(
            constant.replace({"training.callbacks": [_CUT]})
        )
    return found


def judge(found: Findings) -> Verdict:
    """Hold where the cuts lower the loss whatever made it stand still."""
    high = found.compare(FINAL_LOSS, "too high, 1, cut", "too high, 1")
    low = found.compare(FINAL_LOSS, "too low, 1e-5, cut", "too low, 1e-5")
    found.compare(FINAL_VAL_LOSS, "0.01, cut", "0.01")
    found.compare(FINAL_ACCURACY, "0.01, cut", "0.01")
    stuck = found.median(FINAL_LOSS, "too high, 1")
    saved = found.median(FINAL_LOSS, "too high, 1, cut")
    slow = found.median(FINAL_LOSS, "too low, 1e-5, cut")
    plain, cut = found.median(FINAL_LOSS, "0.01"), found.median(FINAL_LOSS, "0.01, cut")
    if high == low == "better":
        return Verdict("holds", "Whether the rate was too high or too low.")
    if high == "better":
        return Verdict(
            "depends",
            "Only where the rate was too high: at 1 the cuts take the training loss "
            f"from {number(stuck)} to {number(saved)}. Where it was too low, at 1e-5, "
            f"they change nothing: {number(slow)} either way. With the article's own "
            f"rate "
            f"of 0.01 the model does not stand still, and they gain little: "
            f"{number(plain)} becomes {number(cut)}.",
        )
    return Verdict("fails", "The cuts lower the loss in neither kind of standstill.")


CASE = Case(
    id="000-1",
    articles=("000",),
    title="Cutting the rate on a plateau",
    claim="A softmax model whose cost stands still is rescued by ReduceLROnPlateau "
    "(Adam, factor 0.1, patience 5, 100 epochs).",
    variants=_variants(),
    figures=(FINAL_LOSS, FINAL_VAL_LOSS, FINAL_ACCURACY),
    judge=judge,
    why="The data are ten overlapping clouds, so that the loss has a floor well above "
    "zero. The callback knows one answer to every plateau: smaller steps. That is "
    "right when the steps are so large that they jump about in the valley: every cut "
    "shows as a stair in the curve. It is no answer when the steps are too small to "
    "get anywhere, because a rate once cut never grows again. There it mostly does "
    "nothing at all: the validation loss still improves by a hair each epoch, which "
    "the callback takes for progress as long as the hair is wider than min_delta, "
    "1e-4.",
    panels=(
        Curves("loss", title="Training loss"),
        Dots(FINAL_VAL_LOSS, title="Validation loss"),
    ),
)
