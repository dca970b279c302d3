"""L1 and dropout against overfitting."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.measures import data_losses
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import digits
from optlab.cases.variant import Variant
from optlab.data import Data, load

VAL_LOSS = Figure(
    "data_val_loss", "validation loss, penalty left out", extra("data_val_loss")
)
GAP = Figure("gap", "validation minus training loss", extra("gap"))


def few(seed: int) -> Data:
    """Return 200 digits to train on, the others to validate: easily overfitted."""
    data = load("digits", scale="none", seed=seed, validation=0.0)
    order = np.random.default_rng([seed, 2]).permutation(len(data.x))
    x, y = np.ascontiguousarray(data.x[order] / 16.0, np.float32), data.y[order]
    return data.replace(x=x[:200], y=y[:200], x_val=x[200:], y_val=y[200:])


_PLAIN = digits((256,), data={"source": "made.npz"}, training={"epochs": 150})


def _variant(changes: dict[str, Any]) -> Variant:
    return Variant(_PLAIN.replace(changes), few, inspect=data_losses)


def _l1(size: float) -> dict[str, Any]:
    return {"model.layers.0.kernel_regularizer": {"name": "l1", "l1": size}}


def judge(found: Findings) -> Verdict:
    """Hold where both lower the validation loss and the gap at every strength."""
    variants = [variant for variant in found.trials if variant != "neither"]
    loss = {
        variant: found.compare(VAL_LOSS, variant, "neither") for variant in variants
    }
    gap = {variant: found.compare(GAP, variant, "neither") for variant in variants}
    for variant in variants:
        found.compare(FINAL_ACCURACY, variant, "neither")
    figures = ", ".join(
        f"{number(found.median(VAL_LOSS, variant))} ({variant})"
        for variant in found.trials
    )
    text = f"Validation loss after 150 epochs on 200 rows: {figures}."
    helped = [variant for variant in variants if loss[variant] == "better"]
    if len(helped) == len(variants) and set(gap.values()) == {"better"}:
        return Verdict("holds", text)
    if helped or "better" in gap.values():
        worse = [variant for variant in variants if loss[variant] == "worse"]
        hint = f"too much of it does harm ({', '.join(worse)}). " if worse else ""
        return Verdict("depends", f"On the strength: {hint}{text}")
    return Verdict("fails", text)


CASE = Case(
    id="prose-l1-dropout",
    articles=("000", "001"),
    title="L1 and dropout against overfitting",
    claim="An L1 penalty and dropout prevent overfitting.",
    variants={
        "neither": _variant({}),
        "dropout 0.5": _variant({"model.layers.0.dropout": 0.5}),
        "L1 1e-4": _variant(_l1(1e-4)),
        "L1 1e-3": _variant(_l1(1e-3)),
        "L1 1e-2": _variant(_l1(1e-2)),
    },
    figures=(VAL_LOSS, GAP, FINAL_ACCURACY),
    judge=judge,
    why="Both hinder a network from fitting every row exactly: dropout by taking away, "
    "at random, half of what it relies on, L1 by a price on every weight that drives "
    "those of little use to exactly zero. The strength of L1 has to be found: its "
    "price is summed over all weights, sixteen thousand here, so that 0.01, which "
    "reads small, outweighs the data, and the network no longer fits them. What "
    "neither does is to make the training loss fall better; both raise it.",
    panels=(
        Curves("accuracy", title="Training accuracy", scale="linear"),
        Dots(VAL_LOSS, title="Validation loss, penalty left out"),
    ),
)
