"""Causes that lie in the layers."""

from __future__ import annotations

from optlab.diagnosis import edits
from optlab.diagnosis.causes.base import Suspicion, cause, graded
from optlab.diagnosis.facts import BENT, SATURATING, Facts
from optlab.diagnosis.watch import Watch

#: Hidden layers from which a stack is deep enough for signals to vanish.
DEEP = 4


@cause(
    "model.missing_nonlinearity",
    definition="The hidden layers have no activation, so all layers are one matrix.",
    symptom="The loss stops where a straight line stops.",
    cure="relu in the hidden layers.",
)
def missing_nonlinearity(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for hidden layers that are all linear."""
    names = facts.hidden_activations
    if not names or any(name in BENT for name in names):
        return None
    cures = [
        edits.hidden_activation("relu"),
        edits.all_of(edits.hidden_activation("relu"), edits.initializers("he_normal")),
    ]
    return Suspicion(0.9, {"hidden_layers": len(names)}, cures)


@cause(
    "model.capacity",
    definition="The model is too small for the pattern.",
    symptom="Training and validation loss are equally bad, whatever the rate.",
    cure="A hidden layer more, or more units.",
)
def capacity(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for no hidden layer, or a narrow one."""
    widths = [int(entry["units"]) for entry in facts.hidden]
    if is_bottleneck(facts):
        return None
    least = min(widths, default=0)
    deep = len(widths) >= DEEP
    weight = {0: 0.8, 1: 0.84, 2: 0.6, 3: 0.4}.get(least, 0.22 if least <= 8 else 0.0)
    if deep:
        weight = min(weight, 0.22)
    if facts.deep and not widths:
        weight = 0.22  # what is before the outputs is no dense layer
    if not weight:
        return None
    units = max(16, 2 * least)
    cures = [
        edits.hidden_layers([max(units, w) for w in widths] or [units]),
        edits.hidden_layers([32, 32]),
    ]
    return Suspicion(weight, {"hidden_layers": len(widths), "narrowest": least}, cures)


#: A hidden layer of at most so many units is a bottleneck ...
NARROW = 2
#: ... where another one, or the inputs, have so many times as many.
WIDER = 4


def is_bottleneck(facts: Facts) -> bool:
    """Whether one hidden layer is far narrower than what stands around it."""
    widths = [int(entry["units"]) for entry in facts.hidden]
    around = [entry.get("filters") or entry.get("units") for entry in facts.layers]
    others = [int(width) for width in around if isinstance(width, int)]
    if not widths or not (len(widths) > 1 or facts.deep) or not facts.fans:
        return False
    least, widest = min(widths), max(*widths, *others, facts.fans[0][0])
    return least <= NARROW and widest >= WIDER * least


@cause(
    "model.bottleneck",
    definition="One hidden layer is far narrower than the others: all that the model "
    "knows of a row has to pass a unit or two.",
    symptom="A loss that stops early, or one answer for every row when the unit dies.",
    cure="As many units there as in the layers around it.",
)
def bottleneck(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for a hidden layer of a unit or two beside wider ones."""
    if not is_bottleneck(facts):
        return None
    widths = [int(entry["units"]) for entry in facts.hidden]
    wide = max(16, *widths)
    cures = [
        _widened(wide),
        edits.hidden_layers([max(wide, w) for w in widths]),
        edits.hidden_layers([32, 32]),
    ]
    evidence = {"narrowest": min(widths), "widest": max(widths)}
    return Suspicion({1: 0.84}.get(min(widths), 0.6), evidence, cures)


def _widened(units: int) -> edits.Edit:
    """Give the narrow hidden layers so many units."""

    def change(layers: list[edits.Tree]) -> None:
        dense = edits.dense_entries(layers)
        for entry in dense[:-1] if edits.ends_dense(layers) else dense:
            if int(entry["units"]) <= NARROW:
                entry["units"] = units

    return edits.redrawn(edits.on_layers(change))


@cause(
    "model.vanishing_depth",
    definition="Many saturating layers: each shrinks the gradient that passes it.",
    symptom="The first layers' gradients are thousands of times smaller than the "
    "last's, and the loss is flat from the start.",
    cure="relu with He initialization, batch normalization, or fewer layers.",
)
def vanishing_depth(facts: Facts, watch: Watch) -> Suspicion | None:
    """Count saturating layers, and compare first and last gradient."""
    count = sum(name in SATURATING for name in facts.hidden_activations)
    sigmoid = sum(name == "sigmoid" for name in facts.hidden_activations)
    if count < 3 or (sigmoid < 3 and len(facts.hidden_activations) < 12):
        return None
    ratio = watch.gradient_ratio
    weight = graded(sigmoid + count / 3, (4, 0.5), (5, 0.75), (7, 0.88))
    if ratio < 1e-3:
        weight = max(weight, 0.93)
    if not weight:
        return None
    return Suspicion(
        weight, {"layers": count, "gradient_ratio": ratio}, _revived(facts)
    )


@cause(
    "model.exploding_activation",
    definition="An activation grows without bound from layer to layer.",
    symptom="inf or NaN within a few steps, or a loss of astronomical size.",
    cure="A bounded or piecewise linear activation.",
)
def exploding_activation(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for exponential hidden layers, and for outputs that grow with depth."""
    count = sum(name == "exponential" for name in facts.hidden_activations)
    spread = [v for v in watch.start_spread if v > 0]
    growth = max(spread) / min(spread) if len(spread) > 1 else 1.0
    if count:
        weight = 0.96
    elif growth > 1e4 and facts.gains and max(facts.gains) < 3:
        weight = 0.6
    else:
        return None
    evidence = {"exponential_layers": count, "growth": float(growth)}
    return Suspicion(weight, evidence, _revived(facts, ["exponential"]))


@cause(
    "model.dead_relu",
    definition="relu units that are 0 for every row, and so have no gradient.",
    symptom="The loss is flat, and one prediction is given for every row.",
    cure="Biases from 0, a lower rate, or leaky_relu.",
)
def dead_relu(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for biases far below 0, and for layers of zeros in a shallow model."""
    if "relu" not in facts.hidden_activations:
        return None
    low = min((initial_bias(e) for e in facts.hidden), default=0.0)
    shallow = len(facts.hidden) < DEEP
    dead = max(watch.zero_share, default=0.0)
    if low < -1:
        weight = graded(-low, (1, 0.6), (4, 0.95))
    elif shallow and dead > 0.98:
        weight = 0.5
    else:
        return None
    cures = [
        edits.initializers(None, "zeros"),
        edits.all_of(
            edits.hidden_activation("leaky_relu", ["relu"]),
            edits.initializers("he_normal"),
        ),
    ]
    return Suspicion(weight, {"lowest_bias": low, "share_of_zeros": dead}, cures)


@cause(
    "model.dead_relu_depth",
    definition="A deep, narrow relu network: sooner or later one whole layer is 0.",
    symptom="The output is a constant, often from the first step.",
    cure="leaky_relu, more units, batch normalization, or fewer layers.",
)
def dead_relu_depth(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for many narrow relu layers, and for layers of zeros in a deep model."""
    count = sum(name == "relu" for name in facts.hidden_activations)
    if count < DEEP:
        return None
    narrow = min((int(e["units"]) for e in facts.hidden), default=99) <= 8
    dead = max(watch.zero_share, default=0.0)
    weight = 0.0
    if narrow:
        weight = graded(count, (DEEP, 0.45), (6, 0.6), (8, 0.72))
    if dead > 0.98 or watch.constant:
        weight = max(weight, 0.78 if narrow else 0.55)
    if not weight:
        return None
    cures = [
        edits.hidden_activation("leaky_relu", ["relu"]),
        edits.all_of(
            edits.hidden_activation("leaky_relu", ["relu"]),
            edits.initializers("he_normal"),
        ),
        *_revived(facts),
    ]
    return Suspicion(weight, {"relu_layers": count, "share_of_zeros": dead}, cures)


@cause(
    "model.frozen",
    definition="Layers that must learn are frozen.",
    symptom="Their weights never change; the loss stops early or does not move.",
    cure="trainable=True.",
)
def frozen(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for layers that are not trainable, other than a trunk before others."""
    count = sum(entry.get("trainable") is False for entry in facts.layers)
    if not count or facts.frozen_trunk:
        return None
    evidence = {"frozen_layers": count, "layers": len(facts.dense)}
    return Suspicion(0.95, evidence, [edits.without("trainable")])


@cause(
    "trainable.frozen_trunk",
    definition="The trunk is frozen: what its layers give has to serve as it is.",
    symptom="Only the last layers learn, from features that were made for other "
    "pictures, or for none (weights=None).",
    cure="Let the trunk learn, all of it or its last layers, at a low rate; or load "
    "weights that were trained.",
)
def frozen_trunk(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for frozen layers in front of those that learn."""
    if not facts.frozen_trunk:
        return None
    fresh = facts.frozen_fresh
    evidence = {"frozen_layers": facts.frozen_trunk, "random_weights": fresh}
    thawed = edits.without("trainable")
    low = edits.all_of(thawed, edits.rate(min(1e-4, facts.rate or 1e-4)))
    return Suspicion(0.93 if fresh else 0.35, evidence, [thawed, low])


def initial_bias(entry: edits.Tree) -> float:
    """Return the value that a layer's biases begin with, about."""
    made = entry.get("bias_initializer")
    if isinstance(made, dict):
        for key in ("value", "mean"):
            if key in made:
                return float(made[key])
        if "maxval" in made:
            return (float(made["maxval"]) + float(made.get("minval", 0.0))) / 2
    return 0.0


def _revived(facts: Facts, only: list[str] | None = None) -> list[edits.Edit]:
    """Return the ways to let a deep stack learn, the smallest first."""
    widest = max((int(e["units"]) for e in facts.hidden), default=16)
    relu = edits.all_of(
        edits.hidden_activation("relu", only or ()), edits.initializers("he_normal")
    )
    return [
        relu,
        edits.all_of(edits.initializers("he_normal"), edits.batch_normalized()),
        edits.all_of(relu, edits.batch_normalized()),
        edits.hidden_layers([max(16, widest)] * 2),
    ]
