"""003-2: L2 against overfitting in a binary classifier."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.measures import data_losses
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import tumours
from optlab.cases.variant import Variant

VAL_LOSS = Figure(
    "data_val_loss", "validation loss, penalty left out", extra("data_val_loss")
)
GAP = Figure("gap", "validation minus training loss", extra("gap"))

_L2 = {"name": "l2", "l2": 0.01}


def _variants() -> dict[str, Variant]:
    found = {}
    for epochs in (10, 300):
        plain = tumours((64, 64), training={"epochs": epochs})
        changes = {f"model.layers.{k}.kernel_regularizer": _L2 for k in (0, 1)}
        found[f"{epochs} epochs"] = Variant(plain, inspect=data_losses)
        found[f"{epochs} epochs, L2"] = Variant(
            plain.replace(changes), inspect=data_losses
        )
    return found


def judge(found: Findings) -> Verdict:
    """Hold where L2 lowers validation loss and gap after 10 and 300 epochs."""
    short = found.compare(VAL_LOSS, "10 epochs, L2", "10 epochs")
    found.compare(GAP, "10 epochs, L2", "10 epochs")
    long = found.compare(VAL_LOSS, "300 epochs, L2", "300 epochs")
    gap = found.compare(GAP, "300 epochs, L2", "300 epochs")
    ends = {
        variant: number(found.median(VAL_LOSS, variant)) for variant in found.trials
    }
    after_10 = f"{ends['10 epochs, L2']} with and {ends['10 epochs']} without"
    after_300 = f"{ends['300 epochs, L2']} with and {ends['300 epochs']} without"
    if short == long == gap == "better":
        return Verdict("holds", f"After 10 epochs {after_10}, after 300 {after_300}.")
    if "better" in (long, gap):
        return Verdict(
            "depends",
            f"On the length of training. After the article's 10 epochs nothing is "
            f"overfitted yet (validation loss {after_10}); after 300 the penalty "
            f"prevents it ({after_300}).",
        )
    return Verdict(
        "fails", f"Validation loss after 10 epochs {after_10}; after 300 {after_300}."
    )


CASE = Case(
    id="003-2",
    articles=("003",),
    title="L2 against overfitting",
    claim="An L2 penalty of 0.01 on the hidden layers keeps a binary classifier from "
    "overfitting (10 epochs).",
    variants=_variants(),
    figures=(VAL_LOSS, GAP, FINAL_ACCURACY),
    judge=judge,
    why="Overfitting takes time: a network first finds what rows have in common and "
    "only then what sets each of them apart, with weights that grow so that it becomes "
    "ever surer of itself. After ten epochs it has not got there, and the penalty has "
    "nothing to prevent. After three hundred the unpenalized network is certain also "
    "where it is wrong, which cross-entropy punishes without limit; the penalty keeps "
    "the weights, and with them the certainty, small. Losses are compared without the "
    "penalty: the reported one includes it and is always higher.",
    panels=(
        Curves(
            "val_loss",
            variants=("300 epochs", "300 epochs, L2"),
            title="Validation loss (with L2: and penalty)",
            scale="log",
        ),
        Dots(VAL_LOSS, title="Validation loss, penalty left out"),
    ),
)
