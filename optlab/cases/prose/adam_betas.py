"""Adam's beta_1 and beta_2, set well and badly."""

from __future__ import annotations

from typing import Any

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, RISES, Figure, last
from optlab.cases.findings import Findings, listed, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import digits
from optlab.cases.variant import Variant

# Half as much again counts as harm; less is a matter of taste.
EARLY = Figure(
    "loss_after_3",
    "training loss after 3 epochs",
    lambda t: t.curve("loss")[2],
    margin=0.5,
)
LATE = Figure("loss", "training loss at the end", last("loss"), margin=0.5)

_DEFAULT = "0.9, 0.999"
_PAIRS: tuple[tuple[float, float], ...] = (
    (0.9, 0.999),
    (0.0, 0.999),
    (0.99, 0.999),
    (0.999, 0.999),
    (0.9, 0.5),
)
_PAIRS += ((0.9, 0.99999), (0.999, 0.5))


def _variant(beta_1: float, beta_2: float) -> Variant:
    adam: dict[str, Any] = {"name": "adam", "learning_rate": 0.003}
    adam |= {"beta_1": beta_1, "beta_2": beta_2}
    return Variant(digits(optimizer=adam, training={"epochs": 40}))


def judge(found: Findings) -> Verdict:
    """Hold where every other pair ends clearly worse, or is slower at first."""
    others = [variant for variant in found.trials if variant != _DEFAULT]
    early = {variant: found.compare(EARLY, variant, _DEFAULT) for variant in others}
    late = {variant: found.compare(LATE, variant, _DEFAULT) for variant in others}
    right = {
        variant: found.compare(FINAL_ACCURACY, variant, _DEFAULT) for variant in others
    }
    bad = [
        variant
        for variant in others
        if "worse" in (early[variant], late[variant], right[variant])
    ]
    fine = [variant for variant in others if variant not in bad]
    ends = "; ".join(
        f"({variant}) {number(found.median(EARLY, variant))} and "
        f"{number(found.median(LATE, variant))}"
        for variant in found.trials
    )
    figures = f"Loss after 3 and after 40 epochs by (beta_1, beta_2): {ends}."
    if not fine:
        return Verdict("holds", figures)
    if bad:
        harmless = listed([f"({variant})" for variant in fine])
        return Verdict("depends", f"On which: {harmless} do no harm. {figures}")
    return Verdict("fails", figures)


CASE = Case(
    id="prose-adam-betas",
    articles=("004",),
    title="beta_1 and beta_2 set badly",
    claim="Setting Adam's beta_1 and beta_2 badly makes convergence slow or unstable.",
    variants={f"{b1:g}, {b2:g}": _variant(b1, b2) for b1, b2 in _PAIRS},
    figures=(EARLY, LATE, RISES, FINAL_ACCURACY),
    judge=judge,
    why="beta_1 says over how many steps the gradient is averaged, about 1 / (1 - "
    "beta_1), and beta_2 the same for its square. A beta_1 near 1 is a heavy ball: it "
    "starts late and overshoots. A beta_2 that is too small forgets how large "
    "gradients were, so that after a few small ones the next ordinary one makes a huge "
    "step; that is worst where beta_1 remembers longer than beta_2. Towards the other "
    "side both are forgiving: without momentum, or with a very long memory of the "
    "squares, the loss falls much as with the defaults, thanks to the bias correction.",
    panels=(
        Curves("loss", title="Training loss by (beta_1, beta_2)", scale="log"),
        Dots(EARLY, title="After 3 epochs", scale="log"),
    ),
)
