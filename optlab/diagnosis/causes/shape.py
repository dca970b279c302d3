"""Causes that lie in how many outputs there are, and of what shape."""

from __future__ import annotations

import numpy as np

from optlab.diagnosis import edits, targets
from optlab.diagnosis.causes.base import Suspicion, cause
from optlab.diagnosis.facts import RECURRENT, Facts
from optlab.diagnosis.watch import Watch


@cause(
    "model.output_units",
    definition="The last layer has fewer units than there are classes.",
    symptom="An error or NaN for class numbers that have no unit; one unit can tell "
    "two classes apart, not more.",
    cure="One unit a class, softmax, and sparse_categorical_crossentropy.",
)
def output_units(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the units of the last layer with the classes of the labels."""
    if facts.task != "multiclass" or facts.data.outputs > 1 or not facts.labels.size:
        return None
    units, labels = int(facts.output["units"]), facts.labels
    low, high = float(labels.min()), float(labels.max())
    classes = len(np.unique(labels))
    if low < 0 or classes <= 2 or units > high or (units > 1 and classes <= units):
        return None
    both = edits.all_of(targets.repaired_output(facts), targets.repaired_loss(facts))
    return Suspicion(1.0, {"units": units, "classes": classes, "highest": high}, [both])


@cause(
    "model.rank_mismatch",
    definition="The outputs have more axes than the targets.",
    symptom="An error about shapes, or every place of an output is compared with the "
    "one target of its row.",
    cure="Flatten, or pooling over the places, before the last layer.",
)
def rank_mismatch(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the axes of outputs and targets."""
    outputs, wanted = facts.output_shape, facts.target_shape
    if len(outputs) <= max(1, len(wanted)) or facts.task == "several":
        return None
    places = outputs[:-1]
    if wanted and tuple(wanted[: len(places)]) == tuple(places):
        return None  # a class number for every place
    sequences = facts.recurrent and facts.recurrent[-1].get("return_sequences")
    if sequences and len(outputs) == 2:
        return None  # rnn_return_sequences says it more exactly
    evidence = {"output_shape": str(outputs), "target_shape": str(wanted)}
    both = edits.all_of(_flattened(), targets.repaired_output(facts))
    return Suspicion(0.97, evidence, [_flattened(), both])


def _flattened() -> edits.Edit:
    """Put a Flatten in front of the first dense layer after the others."""

    def change(layers: list[edits.Tree]) -> None:
        kinds = [e.get("class") for e in layers]
        others = [k for k, kind in enumerate(kinds) if kind and kind not in RECURRENT]
        place = others[-1] + 1 if others else 0
        layers.insert(place, {"class": "Flatten"})

    return edits.redrawn(edits.on_layers(change))
