"""Adam without its bias correction."""

from __future__ import annotations

import math

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, Figure
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import digits
from optlab.cases.variant import Variant
from optlab.experiments import Built
from optlab.optimizers import Adam

_BETA_1 = 0.9
FIRST = Figure(
    "loss_after_1", "training loss of the first epoch", lambda t: t.curve("loss")[0]
)


def uncorrected(rate: float, beta_2: float) -> Adam:
    """Return Adam with a rate that takes the bias correction back out, exactly.

    The correction multiplies the rate of step t by sqrt(1 - beta_2^t) / (1 - beta_1^t);
    here the rate is divided by that.
    """

    def divided(step: int) -> float:
        t = step + 1
        return rate * (1.0 - _BETA_1**t) / math.sqrt(1.0 - beta_2**t)

    return Adam(divided, beta_1=_BETA_1, beta_2=beta_2)


def _variant(rate: float, beta_2: float, corrected: bool) -> Variant:
    adam = {"name": "adam", "learning_rate": rate, "beta_2": beta_2}
    plain = digits(optimizer=adam, training={"epochs": 20})

    def change(built: Built) -> None:
        built.optimizer = uncorrected(rate, beta_2)

    return Variant(plain) if corrected else Variant(plain, change=change)


_SETTINGS = {"rate 0.001": (0.001, 0.999), "rate 0.03": (0.03, 0.999)}
_SETTINGS |= {"beta_2 0.99999": (0.001, 0.99999)}


def judge(found: Findings) -> Verdict:
    """Hold where the first epoch is worse without it in every setting."""
    first = {
        name: found.compare(FIRST, f"{name}, uncorrected", name) for name in _SETTINGS
    }
    last = {
        name: found.compare(FINAL_LOSS, f"{name}, uncorrected", name)
        for name in _SETTINGS
    }
    figures = "; ".join(
        f"{name} {number(found.median(FIRST, f'{name}, uncorrected'))} against "
        f"{number(found.median(FIRST, name))}"
        for name in _SETTINGS
    )
    text = f"Loss of the first epoch without and with it: {figures}."
    if set(first.values()) == {"worse"}:
        late = "also" if "worse" in last.values() else "no longer"
        return Verdict("holds", f"{text} After 20 epochs it shows {late}.")
    if "worse" in first.values():
        return Verdict("depends", f"On rate and beta_2. {text}")
    return Verdict("fails", text)


CASE = Case(
    id="prose-bias-correction",
    articles=("004",),
    title="Adam without bias correction",
    claim="Without its bias correction Adam is erratic early in training.",
    variants={
        f"{name}{ending}": _variant(rate, beta_2, not ending)
        for name, (rate, beta_2) in _SETTINGS.items()
        for ending in ("", ", uncorrected")
    },
    figures=(FIRST, FINAL_LOSS, FINAL_ACCURACY),
    judge=judge,
    why="Both averages start at zero, the gradient's catches up in ten steps and that "
    "of its square, with the default beta_2, in a thousand. In between the square is "
    "underestimated, the quotient too large: the first step is 3.2 times the rate, "
    "and about the tenth 6 times. With a small rate that merely makes a faster start, "
    "a warm-up the wrong way round that does no harm, on these digits not even with a "
    "beta_2 of 0.99999, where the factor exceeds 60. Where the rate is already at its "
    "limit, as at 0.03, the same factor throws the weights far off, and the first "
    "epochs are spent on coming back.",
    panels=(
        Curves("loss", title="Training loss of the first epochs", first=8, scale="log"),
        Dots(FIRST, title="First epoch", scale="log"),
    ),
    twins=tuple(_SETTINGS),
)
