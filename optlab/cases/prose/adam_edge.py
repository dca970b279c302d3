"""Whether Adam on all rows ends at an edge of stability of its own."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.edges import RATIO, STEPS, curves, full_batch
from optlab.cases.figures import FINAL_LOSS
from optlab.cases.findings import Findings
from optlab.cases.panels import Curves

_SETTINGS = {
    "rate 0.003": {"learning_rate": 0.003},
    "rate 0.01": {"learning_rate": 0.01},
    "rate 0.01, beta_1 0.5": {"learning_rate": 0.01, "beta_1": 0.5},
}


def judge(found: Findings) -> Verdict:
    """Hold where the preconditioned sharpness ends within 15% of the threshold."""
    late = {name: found.spread(RATIO, name) for name in found.trials}
    text = "; ".join(f"{name}: {each}" for name, each in late.items())
    condition = (
        "Preconditioned sharpness over its threshold, which is 38 / rate for beta_1 = "
        f"0.9 and 6 / rate for 0.5, median of the second half of {STEPS} steps: {text}."
    )
    if all(0.85 <= each.low and each.high <= 1.15 for each in late.values()):
        return Verdict("holds", condition)
    return Verdict("depends", condition)


CASE = Case(
    id="prose-adam-edge",
    articles=(),
    title="Adam at its own edge of stability",
    claim="With all rows in one batch Adam drives the largest eigenvalue of the "
    "Hessian, scaled as Adam scales gradients, up to (2 + 2 beta_1) / ((1 - beta_1) "
    "rate), and it stays there (Cohen et al. 2022).",
    variants={
        name: full_batch(
            {"name": "adam", "beta_2": 0.99, **settings}, "preconditioned_sharpness"
        )
        for name, settings in _SETTINGS.items()
    },
    figures=(RATIO, FINAL_LOSS),
    judge=judge,
    why="Near a point Adam is gradient descent with momentum, in weights that are "
    "measured in units of the root of its second moment. Its steps swing where the "
    "curvature in those units is above the threshold of that momentum. Unlike plain "
    "gradient descent it is not shut out of narrow valleys: as gradients grow there, "
    "so does the second moment, and with it the units. With beta_2 = 0.999 the same is "
    "reached later.",
    panels=(
        curves("preconditioned sharpness", "Preconditioned sharpness"),
        Curves("loss", title="Training loss", scale="log"),
    ),
    twin_steps=30,
)
