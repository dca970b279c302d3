"""What class imbalance does to the loss itself."""

from __future__ import annotations

import math

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_LOSS, Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.measures import recalls
from optlab.cases.panels import Curves, Dots
from optlab.cases.variant import Variant
from optlab.experiments import Built, Experiment
from optlab.run import Run

_SHARES = (0.5, 0.2, 0.05, 0.01)


def _entropy(built: Built) -> dict[str, float]:
    """Return the loss of always predicting the minority's share."""
    if built.data is None:
        return {}
    share = float(np.mean(built.data.y))
    return {
        "entropy": -share * math.log(share) - (1 - share) * math.log(1 - share),
    }


def _recall(built: Built, run: Run) -> dict[str, float]:
    return recalls(built)


RECALL = Figure(
    "minority_recall",
    "share of the minority found",
    extra("recall_1"),
    "max",
    0.05,
    absolute=True,
)
GAIN = Figure(
    "gain",
    "part of the entropy explained",
    lambda t: 1 - float(t.curve("loss")[-1]) / t.extra["entropy"],
    "max",
)
FIRST = Figure("first_loss", "loss of the first epoch", lambda t: t.curve("loss")[0])


def _variant(share: float) -> Variant:
    return Variant(
        Experiment(
            data={
                "source": "imbalanced",
                "scale": "standard",
                "options": {"n_samples": 4000, "minority": share, "class_sep": 0.5},
            },
            model={
                "layers": [
                    {"units": 16, "activation": "relu"},
                    {"units": 1, "activation": "sigmoid"},
                ]
            },
            loss={"name": "binary_crossentropy"},
            optimizer={"name": "adam", "learning_rate": 0.003},
            training={"epochs": 30},
        ),
        before=_entropy,
        inspect=_recall,
    )


def judge(found: Findings) -> Verdict:
    """Hold where the rare class is found less often and the loss stops higher."""
    biased = found.compare(RECALL, "minority 1%", "minority 50%")
    found.compare(RECALL, "minority 5%", "minority 50%")
    lower = found.compare(FINAL_LOSS, "minority 1%", "minority 50%")
    gain = found.compare(GAIN, "minority 1%", "minority 50%")
    figures = "; ".join(
        f"{variant}: loss {number(found.median(FINAL_LOSS, variant))}, "
        f"{100 * found.median(GAIN, variant):.0f}% of the entropy explained, "
        f"{100 * found.median(RECALL, variant):.0f}% of the minority found"
        for variant in found.trials
    )
    if biased == "worse" and (gain == "worse" or lower == "worse"):
        return Verdict("holds", f"{figures}.")
    if biased == "worse":
        return Verdict(
            "depends", f"A biased model, yes; a loss that stagnates, no. {figures}."
        )
    return Verdict("fails", f"{figures}.")


CASE = Case(
    id="prose-imbalance-loss",
    articles=("002", "003"),
    title="A rare class and the loss",
    claim="Class imbalance leads to a biased model and a loss that stagnates.",
    variants={f"minority {100 * share:g}%": _variant(share) for share in _SHARES},
    figures=(FINAL_LOSS, FIRST, GAIN, RECALL),
    judge=judge,
    seeds=tuple(range(11)),
    why="A model that always answers with the classes' frequencies has the entropy of "
    "these as its loss: 0.69 for halves, 0.056 for one in a hundred. So with a rare "
    "class the loss is low from the start and has little room to fall, the curve looks "
    "flat, and an accuracy of 99% is reached by ignoring the class. Nothing is wrong "
    "with the descent. What tells the truth is the loss in units of that entropy, and "
    "the recall of the minority.",
    panels=(
        Curves("loss", title="Training loss", scale="log"),
        Dots(RECALL, title="Share of the minority found"),
    ),
)
