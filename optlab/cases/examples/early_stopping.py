"""003-3: Adam's rate, and early stopping against training for too long."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import BEST_VAL_LOSS, Figure, extra
from optlab.cases.findings import Findings, listed, number
from optlab.cases.measures import data_losses
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import tumours
from optlab.cases.variant import Variant

KEPT = Figure(
    "kept_val_loss", "validation loss of the weights kept", extra("data_val_loss")
)
EPOCHS = Figure(
    "epochs", "epochs made", lambda t: float(len(t.curve("loss"))), "min", 0.0
)

_STOP = {"name": "early_stopping", "monitor": "val_loss", "patience": 5}
_STOP |= {"restore_best_weights": True}
_RATES = (0.0001, 0.001, 0.01, 0.1)


def _variants() -> dict[str, Variant]:
    found = {}
    for rate in _RATES:
        plain = tumours(
            optimizer={"name": "adam", "learning_rate": rate}, training={"epochs": 100}
        )
        stopped = plain.replace({"training.callbacks": [_STOP]})
        found[f"{rate:g}"] = Variant(plain, inspect=data_losses)
        found[f"{rate:g}, stopped"] = Variant(stopped, inspect=data_losses)
    return found


def judge(found: Findings) -> Verdict:
    """Hold where stopping lowers the validation loss at every rate."""
    relation = {
        f"{rate:g}": found.compare(KEPT, f"{rate:g}, stopped", f"{rate:g}")
        for rate in _RATES
    }
    for rate in relation:
        found.compare(EPOCHS, f"{rate}, stopped", rate)
    figures = ", ".join(
        f"{number(found.median(KEPT, f'{rate}, stopped'))} against "
        f"{number(found.median(KEPT, rate))} at {rate}"
        for rate in relation
    )
    better = [rate for rate, way in relation.items() if way == "better"]
    if len(better) == len(relation):
        return Verdict("holds", f"At every rate: {figures}.")
    if better:
        return Verdict(
            "depends",
            f"On the rate: it lowers the validation loss at {listed(better)}, "
            f"where 100 epochs are too many ({figures}).",
        )
    return Verdict("fails", f"At no rate does it lower the validation loss: {figures}.")


CASE = Case(
    id="003-3",
    articles=("003",),
    title="Adam's rate with early stopping",
    claim="Early stopping on the validation loss (patience 5, best weights restored, "
    "at most 100 epochs) prevents overtraining, whatever rate Adam is tuned to.",
    variants=_variants(),
    figures=(KEPT, BEST_VAL_LOSS, EPOCHS),
    judge=judge,
    why="How long training should last depends on the rate: what takes a dozen epochs "
    "at 0.01 is not done in a hundred at 0.0001. At a small rate they are too few to "
    "overfit, and stopping has nothing to do; at a large one the best epoch comes "
    "early, and whoever trains on pays for it. Where it acts, most of the gain is in "
    "restoring the best weights, and a part of it is optimism: the epoch was chosen by "
    "the very rows on which it is then judged.",
    panels=(
        Curves(
            "val_loss",
            variants=[f"{rate:g}" for rate in _RATES],
            title="Validation loss without stopping",
            scale="log",
        ),
        Dots(KEPT, title="Validation loss of the weights kept", scale="log"),
    ),
)
