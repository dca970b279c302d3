"""000-3: whether L2 on a hidden layer makes the loss fall more stably."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, RISES, Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.measures import data_losses
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import digits
from optlab.cases.variant import Variant

DATA_LOSS = Figure("data_loss", "training loss, penalty left out", extra("data_loss"))
VAL_LOSS = Figure(
    "data_val_loss", "validation loss, penalty left out", extra("data_val_loss")
)

_L2 = {"name": "l2", "l2": 0.01}


def _variants() -> dict[str, Variant]:
    found = {}
    for rate in (0.001, 0.01):
        plain = digits(
            optimizer={"name": "adam", "learning_rate": rate}, training={"epochs": 60}
        )
        penalized = plain.replace({"model.layers.0.kernel_regularizer": _L2})
        found[f"Adam {rate:g}"] = Variant(plain, inspect=data_losses)
        found[f"Adam {rate:g}, L2"] = Variant(penalized, inspect=data_losses)
    return found


def judge(found: Findings) -> Verdict:
    """Hold where the loss rises in fewer epochs at both rates."""
    pairs = [(f"Adam {rate}, L2", f"Adam {rate}") for rate in ("0.001", "0.01")]
    slow, fast = (found.compare(RISES, *pair) for pair in pairs)
    for pair in pairs:
        found.compare(VAL_LOSS, *pair)
        found.compare(DATA_LOSS, *pair)
    figures = "; ".join(
        f"at {pair[1].split()[1]} the loss rises in "
        f"{100 * found.median(RISES, pair[0]):.0f}% of the epochs with L2 and in "
        f"{100 * found.median(RISES, pair[1]):.0f}% without"
        for pair in pairs
    )
    cost = number(found.median(DATA_LOSS, "Adam 0.001, L2"))
    free = number(found.median(DATA_LOSS, "Adam 0.001"))
    end = f" The data part of the loss ends at {cost} instead of {free}."
    if slow == fast == "better":
        return Verdict("holds", f"On the digits, {figures}.{end}")
    if "better" in (slow, fast) and "worse" not in (slow, fast):
        return Verdict("depends", f"On the rate: {figures}.{end}")
    return Verdict("fails", f"On the digits, {figures}.{end}")


CASE = Case(
    id="000-3",
    articles=("000",),
    title="L2 and a steadier loss",
    claim="An L2 penalty of 0.01 on the hidden layer makes the training loss decrease "
    "more stably.",
    variants=_variants(),
    figures=(RISES, DATA_LOSS, VAL_LOSS, FINAL_ACCURACY),
    judge=judge,
    why="The penalty keeps pulling the weights towards zero while the data push them "
    "away, so the loss settles on a floor above zero where the two balance. Near that "
    "floor Adam's steps do not become small: its update is about the rate whatever the "
    "size of the gradient, and the balance is disturbed by every batch. Without the "
    "penalty the loss of a network that can fit its data goes on falling towards zero. "
    "The penalty is a means against overfitting, not against a restless loss; that is "
    "what a smaller rate or larger batches are for.",
    panels=(
        Curves("loss", title="Training loss, penalty included"),
        Dots(RISES, title="Epochs in which it rose"),
    ),
)
