"""003-1: class weights for classes of very different size."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_VAL_LOSS, Figure, extra
from optlab.cases.findings import Findings
from optlab.cases.measures import recalls
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import MADE, tumours
from optlab.cases.variant import Variant
from optlab.data import Data, load

RECALL = Figure(
    "minority_recall",
    "share of the minority found",
    extra("recall_1"),
    "max",
    0.02,
    absolute=True,
)
ACCURACY = Figure(
    "accuracy",
    "validation accuracy",
    lambda trial: float(trial.curve("val_accuracy")[-1]),
    "max",
    0.005,
    absolute=True,
)


def eights(seed: int) -> Data:
    """Return two neighbouring columns of each digit's pixels, and whether it is an 8.

    Real data with one class in ten, hard enough that the classes overlap.
    """
    data = load("digits", scale="standard", seed=seed)
    kept: Any = data.x_val
    return data.replace(
        x=np.ascontiguousarray(data.x[:, 18:22]),
        x_val=np.ascontiguousarray(kept[:, 18:22]),
        y=(data.y == 8).astype(np.int64),
        y_val=(np.asarray(data.y_val) == 8).astype(np.int64),
        task="binary",
        feature_names=tuple(f"pixel {k}" for k in range(18, 22)),
        class_names=("another digit", "an 8"),
        source="digits",
    )


_EIGHTS = tumours((16,), training={"epochs": 30}, data={"source": MADE})
_CLOUDS = tumours(
    (16,),
    training={"epochs": 30},
    data={"source": "imbalanced", "scale": "standard", "options": {"n_samples": 2000}},
)
_BALANCED = {"training.class_weight": "balanced"}


def judge(found: Findings) -> Verdict:
    """Hold where more of the minority is found and nothing else gets worse."""
    kinds = ("eights", "5% clouds")
    recall = [found.compare(RECALL, f"{k}, weighted", k) for k in kinds]
    loss = [found.compare(FINAL_VAL_LOSS, f"{k}, weighted", k) for k in kinds]
    accuracy = [found.compare(ACCURACY, f"{k}, weighted", k) for k in kinds]

    def change(figure: Figure, kind: str) -> str:
        before, after = (
            found.median(figure, variant) for variant in (kind, f"{kind}, weighted")
        )
        return f"from {before:.2f} to {after:.2f}"

    text = "; ".join(
        f"{kind}: recall of the minority {change(RECALL, kind)}, accuracy "
        f"{change(ACCURACY, kind)}, validation loss {change(FINAL_VAL_LOSS, kind)}"
        for kind in kinds
    )
    if set(recall) == {"better"} and "worse" not in (*loss, *accuracy):
        return Verdict("holds", f"In every respect: {text}.")
    if "better" in recall:
        return Verdict(
            "depends",
            f"On what is wanted. The minority is found, the loss does not fall: "
            f"{text}.",
        )
    return Verdict("fails", f"The minority is found no more often: {text}.")


CASE = Case(
    id="003-1",
    articles=("003",),
    title="Class weights for a rare class",
    claim="Weights inverse to the classes' frequency improve the performance of a "
    "binary classifier on imbalanced data, and the reduction of its loss.",
    variants={
        "eights": Variant(_EIGHTS, eights, inspect=recalls),
        "eights, weighted": Variant(
            _EIGHTS.replace(_BALANCED), eights, inspect=recalls
        ),
        "5% clouds": Variant(_CLOUDS, inspect=recalls),
        "5% clouds, weighted": Variant(_CLOUDS.replace(_BALANCED), inspect=recalls),
    },
    figures=(RECALL, ACCURACY, FINAL_VAL_LOSS),
    judge=judge,
    why="Weights change the question. Unweighted, cross-entropy asks for the true "
    "probabilities, and where the classes overlap the probability of a rare class "
    "seldom exceeds one half, so it is seldom predicted. Weighted, the model answers "
    "as if both classes were equally common: it finds far more of the minority and "
    "raises more false alarms. As probabilities its outputs are then wrong, which the "
    "unweighted validation loss shows. And the training losses with and without "
    "weights are different quantities: a lower or higher one says nothing.",
    panels=(
        Dots(RECALL, title="Share of the minority found"),
        Curves("val_loss", title="Validation loss, unweighted"),
    ),
)
