"""Causes that lie in the program around the model."""

from __future__ import annotations

from optlab.diagnosis import edits, targets
from optlab.diagnosis.causes.base import Suspicion, cause
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.watch import Watch

#: Metrics that count right classes.
_COUNTING = {
    "accuracy",
    "acc",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "top_k_categorical_accuracy",
    "precision",
    "recall",
    "auc",
}


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
    cures, nearest = [cure], facts.tree["loss"].get("nearest")
    if nearest:  # the loss has a name that Keras does not know
        named = edits.setting("loss", name=nearest, given=None, nearest=None)
        cures = [named, edits.all_of(targets.repaired_output(facts), named), cure]
    weight = 0.95 if nearest else 0.5
    return Suspicion(weight, {"error": message[-300:]}, cures)


@cause(
    "opt.not_applied",
    definition="The program's own train_step computes gradients, and never applies "
    "them.",
    symptom="A loss is printed, and no weight changes.",
    cure="self.optimizer.apply_gradients(zip(gradients, self.trainable_variables)), or "
    "Keras's own train_step.",
)
def not_applied(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for a train_step of one's own after which no weight has moved."""
    if facts.kind != "opaque" or facts.rate <= 0 or not watch.moved == 0:
        return None
    evidence = {"updates": watch.outcome.steps, "moved": watch.moved}
    return Suspicion(0.97, evidence, [edits.setting("model", train_step="keras")])


@cause(
    "metric.meaningless",
    definition="The metric that is watched says nothing about these targets.",
    symptom="It stays at 0 or at chance while the model learns.",
    cure="mae for numbers; accuracy for classes, with the threshold of the outputs.",
)
def meaningless(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the metrics with the task and with the outputs."""
    why = meaningless_metric(facts)
    return None if why is None else Suspicion(0.5, why, [])


def meaningless_metric(facts: Facts) -> dict[str, str] | None:
    """Return which metric says nothing, why, and what would; None where all say it."""
    for name in facts.metrics:
        if name in _COUNTING and facts.task == "regression":
            return {
                "metric": name,
                "why": "numbers are never exactly equal",
                "instead": "mae",
            }
        exact = name == "exact_accuracy"
        if exact and facts.final_activation in ("linear", "sigmoid", "softmax"):
            return {
                "metric": "Accuracy",
                "why": "keras.metrics.Accuracy counts outputs that equal the target "
                "exactly, and outputs are probabilities",
                "instead": "accuracy",
            }
        cut = name in ("accuracy", "acc", "binary_accuracy")
        if cut and facts.from_logits and int(facts.output["units"]) == 1:
            return {
                "metric": name,
                "why": "logits are cut at 0.5, where 0 is meant",
                "instead": "keras.metrics.BinaryAccuracy(threshold=0)",
            }
    return None
