"""First weights of zero, or all equal."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import digits
from optlab.cases.variant import Variant
from optlab.experiments import Built
from optlab.run import Run

UNITS = Figure(
    "different_units", "hidden units that differ", extra("different"), "max", 0.0
)


def _different(built: Built, run: Run) -> dict[str, float]:
    """Count hidden units whose weights differ, to six digits."""
    kernel = np.asarray(built.model.get_weights()[0], np.float64)
    scale = np.abs(kernel).max() or 1.0
    return {"different": len(np.unique(np.round(kernel.T / scale, 6), axis=0))}


def _variant(initializer: Any, activation: str) -> Variant:
    changes: dict[str, Any] = {"model.layers.0.activation": activation}
    if initializer is not None:
        changes |= {
            f"model.layers.{layer}.kernel_initializer": initializer for layer in (0, 1)
        }
    plain = digits(training={"epochs": 30}).replace(changes)
    return Variant(plain, inspect=_different)


_CONSTANT = {"name": "constant", "value": 0.1}


def judge(found: Findings) -> Verdict:
    """Hold where zero and constant weights stop learning with relu and tanh."""
    ways = [
        found.compare(FINAL_LOSS, f"{kind}, {f}", f"glorot, {f}")
        for f in ("relu", "tanh")
        for kind in ("zeros", "constant")
    ]
    figures = "; ".join(
        f"{variant} {number(found.median(FINAL_LOSS, variant))} "
        f"(different units: {found.median(UNITS, variant):.0f})"
        for variant in found.trials
    )
    if ways == ["worse"] * 4:
        return Verdict("holds", f"Training loss after 30 epochs: {figures}.")
    if "worse" in ways:
        return Verdict("depends", f"On the kind: {figures}.")
    return Verdict("fails", figures)


CASE = Case(
    id="prose-initialization",
    articles=("003",),
    title="First weights: zero or all equal",
    claim="Improper first weights, all zero or all equal, put training on a path on "
    "which the loss hardly falls.",
    variants={
        f"{name}, {activation}": _variant(initializer, activation)
        for activation in ("relu", "tanh")
        for name, initializer in (
            ("glorot", None),
            ("zeros", "zeros"),
            ("constant", _CONSTANT),
        )
    },
    figures=(FINAL_LOSS, FINAL_ACCURACY, UNITS),
    judge=judge,
    why="Units that start equal get equal gradients and stay equal: sixty-four hidden "
    "units do the work of one. With zeros it is worse still: the signal through the "
    "hidden layer is zero and so is the gradient that comes back through zero output "
    "weights, so nothing but the output's biases learns, and the loss settles at the "
    "entropy of the classes, ln 10 = 2.303. Constant weights let the copies of that "
    "one unit learn, which gets a little further. Random weights exist to make units "
    "different.",
    panels=(
        Curves("loss", title="Training loss"),
        Dots(FINAL_ACCURACY, title="Validation accuracy"),
    ),
)
