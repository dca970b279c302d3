"""Causes that lie in the program around the training."""

from __future__ import annotations

from optlab.diagnosis import edits, targets
from optlab.diagnosis.causes.base import Suspicion, cause
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.watch import Watch


@cause(
    "program.raises",
    definition="The program raises an error before or while it trains.",
    symptom="Python stops with a message.",
    cure="Outputs and loss that go with the targets; see what the message means.",
)
def raises(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look whether the original could be run at all."""
    if watch.outcome.status != "refused" or not watch.outcome.message:
        return None
    message = " ".join(watch.outcome.message.split())
    cure = edits.all_of(targets.repaired_output(facts), targets.repaired_loss(facts))
    return Suspicion(0.5, {"error": message[-300:]}, [cure])
