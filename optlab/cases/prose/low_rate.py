"""Whether a rate that is too low looks like a plateau."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, Figure
from optlab.cases.findings import Findings, number
from optlab.cases.measures import gradient_norms
from optlab.cases.panels import Curves
from optlab.cases.settings import digits
from optlab.cases.variant import Variant

_RATES = (0.1, 1e-3, 1e-5)

FALL = Figure(
    "fall_per_epoch",
    "fall of the loss in an epoch, %",
    lambda t: (
        100
        * (1 - (t.curve("loss")[-1] / t.curve("loss")[0]) ** (1 / len(t.curve("loss"))))
    ),
    "max",
)
GRADIENT = Figure(
    "gradient",
    "rms gradient of the first layer",
    lambda t: t.extra["gradient_rms"][0],
    "max",
)


def _variant(rate: float) -> Variant:
    sgd = {"name": "sgd", "learning_rate": rate}
    plain = digits(optimizer=sgd, training={"epochs": 30})
    return Variant(plain, inspect=lambda built, run: gradient_norms(built))


def judge(found: Findings) -> Verdict:
    """Hold where the curve is flat although the gradient is not small."""
    slow, fast = "rate 1e-05", "rate 0.1"
    found.compare(FINAL_LOSS, slow, fast)
    fall = found.median(FALL, slow)
    steep = found.compare(GRADIENT, slow, fast)
    figures = (
        f"At 1e-5 the loss falls by {number(fall)}% an epoch, while the first layer's "
        f"gradient is still {number(found.median(GRADIENT, slow))} (at 0.1 it has come "
        f"down to {number(found.median(GRADIENT, fast))}). At 0.1 the same network "
        f"reaches {number(found.median(FINAL_LOSS, fast))} in 30 epochs."
    )
    if fall < 0.5 and steep == "better":
        return Verdict("holds", figures)
    return Verdict("fails", figures)


CASE = Case(
    id="prose-low-rate",
    articles=("000", "001", "002", "004"),
    title="A rate too low looks like a plateau",
    claim="A learning rate that is too low makes the loss look as if it stood still.",
    variants={f"rate {rate:g}": _variant(rate) for rate in _RATES},
    figures=(FINAL_LOSS, FALL, GRADIENT, FINAL_ACCURACY),
    judge=judge,
    why="A true plateau has a small gradient; this one has a large gradient and steps "
    "too small to use it. That is also how to tell the two apart: look at the "
    "gradient's size and at the ratio of update to weight, or multiply the rate by ten "
    "and see whether the curve bends. On an axis that starts at the first loss the "
    "slow curve is not to be told from a flat line.",
    panels=(
        Curves("loss", title="Training loss", scale="linear"),
        Curves(
            "loss",
            variants=("rate 1e-05",),
            title="The lowest rate alone, enlarged",
            label="loss over that of the first epoch",
            relative=True,
        ),
    ),
)
