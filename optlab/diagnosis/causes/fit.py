"""Causes that lie in the call of fit."""

from __future__ import annotations

from optlab.diagnosis import edits
from optlab.diagnosis.causes.base import Suspicion, cause, graded
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.watch import Watch

#: A batch that most trainings do well with.
USUAL = 32


@cause(
    "fit.batch_larger_than_data",
    definition="The batch holds all rows, so an epoch is one update.",
    symptom="The loss hardly moves from epoch to epoch, and the training is over.",
    cure="batch_size=32, or many more epochs.",
)
def batch_larger_than_data(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the batch with the rows."""
    if facts.given_batch_size < facts.rows or facts.rows <= USUAL:
        return None
    weight = graded(1 / facts.updates, (1 / 2000, 0.4), (1 / 600, 0.6), (1 / 120, 0.84))
    if not weight:
        return None
    small = edits.setting("training", batch_size=USUAL)
    steps = -(-facts.rows // USUAL)
    cures = [
        small,
        edits.all_of(small, edits.length(steps, max(600, steps * facts.updates))),
    ]
    evidence = {
        "batch_size": facts.given_batch_size,
        "rows": facts.rows,
        "updates": facts.updates,
    }
    return Suspicion(weight, evidence, cures)
