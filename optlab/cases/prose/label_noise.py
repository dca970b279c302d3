"""Whether wrong labels set a floor for the loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import BEST_VAL_LOSS, FINAL_ACCURACY, FINAL_LOSS
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves
from optlab.cases.settings import MADE, digits
from optlab.cases.variant import Variant
from optlab.data import Data, load

NOISE = 0.3
#: The entropy of a label that is kept with 70% and else any of nine others.
FLOOR = float(-(1 - NOISE) * np.log(1 - NOISE) - NOISE * np.log(NOISE / 9))


def noisy(share: float) -> Callable[[int], Data]:
    """Return digits with a share of wrong labels, in validation rows as well."""

    def rows(seed: int) -> Data:
        data = load("digits", scale="standard", seed=seed)
        rng = np.random.default_rng([seed, 1])

        def spoiled(y: np.ndarray) -> np.ndarray:
            wrong = rng.random(len(y)) < share
            shift = rng.integers(1, 10, len(y))
            return np.where(wrong, (y + shift) % 10, y).astype(y.dtype)

        return data.replace(y=spoiled(data.y), y_val=spoiled(np.asarray(data.y_val)))

    return rows


def _variant(hidden: tuple[int, ...], share: float) -> Variant:
    plain = digits(hidden, data={"source": MADE}, training={"epochs": 100})
    return Variant(plain, noisy(share))


def judge(found: Findings) -> Verdict:
    """Hold where neither training nor validation loss gets below the entropy."""
    found.compare(BEST_VAL_LOSS, "256-256, 30% wrong", "256-256, clean")
    found.compare(FINAL_LOSS, "256-256, 30% wrong", "no hidden, 30% wrong")
    large, small = "256-256, 30% wrong", "no hidden, 30% wrong"
    trained = found.median(FINAL_LOSS, large)
    lowest = min(
        min(found.values(BEST_VAL_LOSS, variant)) for variant in (large, small)
    )
    found.note(floor=FLOOR)
    figures = (
        f"The entropy of the labels is {number(FLOOR)}. No validation loss gets below "
        f"it (the lowest is {number(lowest)}). The training loss of 256-256 units ends "
        f"at {number(trained)}, that of a model without hidden units at "
        f"{number(found.median(FINAL_LOSS, small))}."
    )
    if lowest > 0.95 * FLOOR and trained > 0.95 * FLOOR:
        return Verdict("holds", figures)
    if lowest > 0.95 * FLOOR:
        return Verdict(
            "depends",
            "For the validation loss it does; a network large enough learns the wrong "
            f"labels by heart. {figures}",
        )
    return Verdict("fails", figures)


CASE = Case(
    id="prose-label-noise",
    articles=("003", "004"),
    title="Wrong labels and the floor of the loss",
    claim="Noise in the labels sets a floor below which the loss cannot fall.",
    variants={
        "256-256, clean": _variant((256, 256), 0.0),
        "256-256, 30% wrong": _variant((256, 256), NOISE),
        "no hidden, 30% wrong": _variant((), NOISE),
    },
    figures=(FINAL_LOSS, BEST_VAL_LOSS, FINAL_ACCURACY),
    judge=judge,
    why="A label that is wrong with a chance of 30% cannot be predicted better than "
    "with its probability; the mean of minus the logarithm of that is the entropy, "
    "and it bounds the loss on rows the model has not seen. The training rows it has "
    "seen: with enough weights it can remember each row's label, wrong or not, and "
    "the training loss goes to zero while the validation loss climbs far above the "
    "floor. A training loss that stops at the floor is a sign of health.",
    panels=(
        Curves("loss", title="Training loss", floor=("entropy", lambda _: FLOOR)),
        Curves(
            "val_loss",
            title="Validation loss",
            scale="log",
            floor=("entropy", lambda _: FLOOR),
        ),
    ),
)
