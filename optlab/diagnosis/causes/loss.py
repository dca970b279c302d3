"""Causes that lie between the last layer and the loss."""

from __future__ import annotations

from optlab.diagnosis import edits, targets
from optlab.diagnosis.causes.base import Suspicion, cause
from optlab.diagnosis.facts import CLASS_LOSSES, Facts
from optlab.diagnosis.thresholds import READABLE
from optlab.diagnosis.watch import Watch


@cause(
    "model.output_activation",
    definition="The last activation cannot produce what the targets ask for.",
    symptom="Predictions stop at the edge of the activation's range, or are all 1 "
    "(softmax over one unit).",
    cure="Linear for a regression, sigmoid for one class or labels, softmax for "
    "several classes.",
)
def output_activation(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the range of the last activation with the targets."""
    name, units = facts.final_activation, int(facts.output["units"])
    weight, why = 0.0, ""
    if name == "softmax" and units == 1:
        weight, why = 0.97, "softmax over one unit is always 1"
    elif facts.task == "regression":
        low, high = facts.y.min(initial=0.0), facts.y.max(initial=0.0)
        bottom, top = _RANGES.get(name, (-1e300, 1e300))
        outside = ((facts.y < bottom - 1e-6) | (facts.y > top + 1e-6)).mean()
        if facts.y.size and outside > 0:
            weight = 0.96 if outside > 0.25 else 0.9
            why = f"targets go from {low:g} to {high:g}, {name} from {bottom} to {top}"
    elif facts.task == "multilabel" and name == "softmax":
        weight, why = 0.93, "softmax lets only one label be true"
    elif name in ("tanh", "relu", "elu", "selu", "leaky_relu", "gelu", "exponential"):
        if not facts.from_logits:
            weight = READABLE if facts.loss in CLASS_LOSSES else 0.75
            why = f"{name} gives no probabilities"
    elif name == "linear" and facts.loss not in CLASS_LOSSES:
        weight, why = 0.4, "linear outputs for classes"
    elif facts.task == "multiclass" and name == "sigmoid":
        weight, why = 0.35, "sigmoids for classes that exclude each other"
    if not weight:
        return None
    cure = targets.repaired_output(facts)
    both = edits.all_of(cure, targets.repaired_loss(facts))
    return Suspicion(
        weight, {"activation": name, "units": units, "why": why}, [cure, both]
    )


_RANGES = {
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "relu": (0.0, 1e300),
    "softplus": (0.0, 1e300),
    "exponential": (0.0, 1e300),
}


@cause(
    "loss.mismatch",
    definition="The loss is not one for these targets.",
    symptom="Gradients vanish where the model is surely wrong, or the loss falls while "
    "the predictions get no better.",
    cure="Cross-entropy for classes, squared error or Huber for numbers.",
)
def mismatch(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the loss with the task and with the coding of the targets."""
    loss, fitting = facts.loss, targets.fitting_loss(facts)
    for_classes = loss in CLASS_LOSSES
    if facts.task == "regression":
        weight = 0.95 if for_classes else 0.0
    elif not for_classes:
        weight = 0.74 if facts.final_activation in ("sigmoid", "softmax") else 0.6
    elif facts.task == "multilabel" and loss != fitting:
        weight = 0.9
    elif facts.task == "multiclass" and loss == "binary_crossentropy":
        weight = 0.3 if facts.data.outputs > 1 else 0.93
    elif facts.final_activation == "sigmoid" and loss == "categorical_crossentropy":
        weight = 0.3
    elif int(facts.output["units"]) == 1 and loss == "categorical_crossentropy":
        weight = 0.9
    else:
        weight = 0.0
    if not weight:
        return None
    cure = targets.repaired_loss(facts)
    both = edits.all_of(targets.repaired_output(facts), cure)
    evidence = {"loss": loss, "task": facts.task, "fitting": fitting}
    return Suspicion(weight, evidence, [cure, both])


@cause(
    "loss.from_logits",
    definition="The last layer gives logits, and the loss reads them as probabilities.",
    symptom="Outputs below 0 or above 1 are clipped, where the gradient is 0.",
    cure="from_logits=True in the loss, or a sigmoid or softmax in the last layer.",
)
def from_logits(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for a cross-entropy of linear outputs."""
    if facts.loss not in CLASS_LOSSES or facts.task == "regression":
        return None
    if facts.final_activation != "linear" or facts.from_logits:
        return None
    if int(facts.output["units"]) == 1 and facts.loss != "binary_crossentropy":
        return None
    evidence = {"activation": "linear", "from_logits": False}
    cures = [edits.setting("loss", from_logits=True), targets.repaired_output(facts)]
    return Suspicion(0.97, evidence, cures)


@cause(
    "loss.double_softmax",
    definition="The outputs are squashed twice: by the last layer and by the loss.",
    symptom="The loss cannot fall below that of a softmax of probabilities (0.31 for "
    "one class of two), and gradients are small.",
    cure="A linear last layer with from_logits=True, or probabilities without it.",
)
def double_softmax(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for from_logits behind a squashing layer, and for two softmaxes."""
    names = [str(e.get("activation")) for e in facts.layers if e.get("activation")]
    squashed = facts.final_activation in ("softmax", "sigmoid")
    inner = "softmax" in facts.hidden_activations or names[-2:] == ["softmax"] * 2
    if not ((squashed and facts.from_logits) or inner):
        return None
    plain = bool(facts.tree["loss"].get("plain"))
    weight = 0.96 if inner or plain else 0.55
    evidence = {"activation": facts.final_activation, "from_logits": facts.from_logits}
    cures = [
        edits.setting("loss", from_logits=None),
        edits.all_of(
            edits.hidden_activation("relu", ["softmax"]),
            edits.setting("loss", from_logits=None),
            edits.output_activation(targets.fitting_activation(facts)),
        ),
    ]
    return Suspicion(weight, evidence, cures)


@cause(
    "loss.reduction",
    definition="The loss is the sum over the rows of a batch, not their mean.",
    symptom="Gradients are as many times larger as the batch has rows; the loss jumps, "
    "or is NaN.",
    cure="The default reduction, or a rate divided by the batch size.",
)
def reduction(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at the loss's reduction."""
    if facts.tree["loss"].get("reduction") not in ("sum", "SUM"):
        return None
    weight = 0.8 if watch.diverged or watch.restless or watch.constant else 0.6
    evidence = {"reduction": "sum", "batch_size": facts.batch_size}
    cures = [
        edits.setting("loss", reduction=None),
        edits.rate(facts.rate / facts.batch_size),
    ]
    return Suspicion(weight, evidence, cures)


@cause(
    "loss.shape_broadcast",
    definition="Targets and outputs have different shapes, and one is repeated.",
    symptom="The model learns the mean of the targets: each output is compared with "
    "every target.",
    cure="As many units in the last layer as the targets have columns.",
)
def shape_broadcast(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the units of the last layer with the columns of the targets."""
    if facts.loss == "sparse_categorical_crossentropy":
        return None
    units, columns = int(facts.output["units"]), int(facts.data.outputs)
    if units == columns:
        return None
    if facts.loss in CLASS_LOSSES and facts.loss != "binary_crossentropy":
        weight = 0.6
    else:
        weight = 0.97
    evidence = {"units": units, "target_columns": columns}
    cures = [
        edits.output_activation(facts.final_activation, columns),
        edits.all_of(targets.repaired_output(facts), targets.repaired_loss(facts)),
    ]
    return Suspicion(weight, evidence, cures)
