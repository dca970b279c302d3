"""Causes that lie in too much regularization."""

from __future__ import annotations

from typing import Any

from optlab.diagnosis import edits
from optlab.diagnosis.causes.base import Suspicion, cause, graded
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.watch import Watch


@cause(
    "reg.dropout_high",
    definition="Dropout takes away more units than the layer can spare.",
    symptom="The training loss stays high, and is worse than the validation loss.",
    cure="A rate of 0.2 to 0.5 on wide layers, none on narrow ones.",
)
def dropout_high(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at the highest rate, and at the units that it leaves."""
    worst, left = 0.0, float("inf")
    width = facts.data.features
    for entry in facts.layers:
        width = int(entry.get("units") or width)
        if entry.get("dropout"):
            worst = max(worst, float(entry["dropout"]))
            left = min(left, width * (1 - float(entry["dropout"])))
    if not worst:
        return None
    weight = graded(worst, (0.3, 0.25), (0.55, 0.5), (0.65, 0.72), (0.79, 0.93))
    if left < 4:
        weight = max(weight, 0.5)
    if not weight:
        return None
    evidence = {"rate": worst, "units_left": left}
    return Suspicion(weight, evidence, [edits.without("dropout")])


@cause(
    "reg.l2_strong",
    definition="The penalty on the weights outweighs the loss.",
    symptom="The loss falls as the weights shrink to 0, and predictions become equal.",
    cure="A factor of 1e-4 to 1e-2, or none.",
)
def l2_strong(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at the largest factor of any penalty, and at the weight decay."""
    factors = [_strength(regularizer) for regularizer in facts.penalties]
    decay = facts.optimizer.get("weight_decay") or 0.0
    worst = max(max(factors, default=0.0), float(decay) / 10)
    weight = graded(worst, (5e-3, 0.3), (0.02, 0.55), (0.05, 0.75), (0.1, 0.93))
    if not weight:
        return None
    cures = [
        edits.all_of(
            edits.without_penalties(),
            edits.setting("optimizer", weight_decay=None),
        )
    ]
    return Suspicion(weight, {"factor": worst, "weight_decay": decay}, cures)


def _strength(regularizer: Any) -> float:
    """Return the largest factor of a regularizer."""
    from optlab import regularizers

    made = regularizers.get(regularizer)
    return max(float(getattr(made, "l1", 0.0)), float(getattr(made, "l2", 0.0)))
