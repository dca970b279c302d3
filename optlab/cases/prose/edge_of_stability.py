"""Whether gradient descent on all rows ends at the edge of stability."""

from __future__ import annotations

from optlab.cases.case import Case, Verdict
from optlab.cases.edges import ALPHA, RATIO, STEPS, curves, full_batch
from optlab.cases.figures import FINAL_LOSS
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves

_RATES = (1.6, 2.0, 2.3)


def judge(found: Findings) -> Verdict:
    """Hold where the sharpness ends within 10% of 2 / rate at every rate."""
    names = list(found.trials)
    late = {name: found.spread(RATIO, name) for name in names}
    text = "; ".join(f"{name}: {late[name]}" for name in names)
    alpha = number(found.median(ALPHA, names[-1]))
    condition = (
        f"Sharpness over 2 / rate, median of the second half of {STEPS} steps: {text}. "
        f"Alpha at the highest rate is {alpha}: a step ends as far beyond the minimum "
        "along it as it began before it."
    )
    if all(0.9 <= each.low and each.high <= 1.1 for each in late.values()):
        return Verdict("holds", condition)
    return Verdict("depends", condition)


CASE = Case(
    id="prose-edge-of-stability",
    articles=(),
    title="Gradient descent at the edge of stability",
    claim="With all rows in one batch gradient descent drives the largest eigenvalue "
    "of the Hessian up to 2 / rate, and it stays there while the loss goes on falling "
    "(Cohen et al. 2021).",
    variants={
        f"rate {rate:g}": full_batch(
            {"name": "sgd", "learning_rate": rate}, "sharpness"
        )
        for rate in _RATES
    },
    figures=(RATIO, ALPHA, FINAL_LOSS),
    judge=judge,
    why="Above 2 / rate a step overshoots the valley's floor by more than it was away "
    "from it, and the swing across the valley grows; the higher walls it then meets "
    "push the weights to where the valley is wider. Below, training makes the valley "
    "narrower. The two balance at the threshold. So a rate is not too high because "
    "rate times sharpness touches 2 at some step: it is where such training lives. It "
    "is too high where the sharpness begins, and stays, well above.",
    panels=(
        curves("largest eigenvalue of the Hessian", "Sharpness"),
        Curves("loss", title="Training loss", scale="log"),
    ),
    twin_steps=30,
)
