"""Causes that lie in sequences, and in the layers that pass over them."""

from __future__ import annotations

import math

import numpy as np

from optlab.diagnosis import edits
from optlab.diagnosis.causes.base import Suspicion, cause
from optlab.diagnosis.facts import RECURRENT, Facts
from optlab.diagnosis.watch import Watch

#: First step's gradient over the last step's: below the first figure the beginning of a
#: sequence teaches nothing, above the second it drowns the rest.
VANISHES, EXPLODES = 1e-4, 1e3
#: Steps from which a recurrent layer has a past to remember.
LONG = 10


@cause(
    "data.sequence_of_length_one",
    definition="Each sequence has one step, so the recurrent layer has no past.",
    symptom="The model learns no better than a dense one: the state that a recurrent "
    "layer carries on is never used.",
    cure="Give the steps their own axis: rows, steps, features.",
)
def sequence_of_length_one(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for recurrent layers on sequences of one step."""
    shape = facts.row_shape
    if not facts.recurrent or len(shape) != 2 or shape[0] != 1:
        return None
    evidence = {"steps": shape[0], "features": shape[1]}
    return Suspicion(0.5, evidence, [])


@cause(
    "model.rnn_return_sequences",
    definition="A recurrent layer gives an output for every step, where the targets "
    "have one for the whole sequence.",
    symptom="An error about shapes, or targets that are silently repeated over the "
    "steps.",
    cure="return_sequences=False in the last recurrent layer.",
)
def rnn_return_sequences(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for a last recurrent layer that returns sequences to single targets."""
    layers = facts.recurrent
    if not layers or not layers[-1].get("return_sequences"):
        return None
    rank, wanted = len(facts.output_shape), max(1, len(facts.target_shape))
    at = facts.layers.index(layers[-1])
    pooled = any(
        str(e.get("class", "")).startswith(("Flatten", "Global", "Lambda"))
        for e in facts.layers[at:]
    )
    if pooled or rank <= wanted:
        return None
    evidence = {
        "output_shape": str(facts.output_shape),
        "target_shape": str(facts.target_shape),
    }
    return Suspicion(0.97, evidence, [_last_only()])


def _last_only() -> edits.Edit:
    def change(layers: list[edits.Tree]) -> None:
        last = [e for e in layers if e.get("class") in RECURRENT][-1]
        last.pop("return_sequences", None)

    return edits.on_layers(change)


@cause(
    "model.embedding_range",
    definition="The embedding is fed what are no numbers of its rows.",
    symptom="An error, rows of zeros, or one vector for all: numbers from `input_dim` "
    "on have no row, and fractions are cut off.",
    cure="input_dim of the largest number and 1; whole numbers, not scaled ones.",
)
def embedding_range(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the numbers with the rows of the first embedding."""
    first = facts.layers[0] if facts.layers else {}
    if first.get("class") != "Embedding" or not facts.x.size:
        return None
    rows = int(first.get("input_dim", 0))
    low, high = float(facts.x.min()), float(facts.x.max())
    broken = bool((facts.x != np.floor(facts.x)).any())
    evidence = {"lowest": low, "highest": high, "input_dim": rows}
    if broken:
        return Suspicion(0.97, evidence | {"fractions": True}, [])
    if low < 0:
        return Suspicion(1.0, evidence, [])
    if high < rows:
        return None

    def change(layers: list[edits.Tree]) -> None:
        layers[0]["input_dim"] = int(high) + 1

    return Suspicion(1.0, evidence, [edits.on_layers(change)])


@cause(
    "model.vanishing_through_time",
    definition="The gradient dies on its way back through the steps of a sequence.",
    symptom="What stands at the beginning of a sequence is never learned; the loss is "
    "that of the last steps alone.",
    cure="LSTM or GRU in place of a plain recurrent layer, or shorter sequences.",
)
def vanishing_through_time(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the gradients at the first and at the last step."""
    ratio = watch.through_time
    if not facts.recurrent or not ratio < VANISHES:
        return None
    weight = 0.75 if any(e["class"] == "SimpleRNN" for e in facts.recurrent) else 0.4
    return Suspicion(weight, _over_time(ratio), [_gated("LSTM"), _gated("GRU")])


@cause(
    "model.exploding_through_time",
    definition="The gradient grows on its way back through the steps of a sequence.",
    symptom="The loss jumps, or is NaN after a few batches of long sequences.",
    cure="clipnorm=1 in the optimizer, or LSTM in place of a plain recurrent layer.",
)
def exploding_through_time(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the gradients at the first and at the last step."""
    ratio = watch.through_time
    long = facts.row_shape and facts.row_shape[0] >= LONG
    diverged = bool(facts.recurrent and long and watch.diverged)
    if not facts.recurrent or not (ratio > EXPLODES or diverged):
        return None
    clipped = edits.setting("optimizer", clipnorm=1.0)
    return Suspicion(
        0.75 if ratio > EXPLODES else 0.5,
        _over_time(ratio),
        [clipped, edits.all_of(_gated("LSTM"), clipped)],
    )


def _over_time(ratio: float) -> dict[str, float | None]:
    return {"first_over_last_step": ratio if math.isfinite(ratio) else None}


def _gated(kind: str) -> edits.Edit:
    """Put gated layers in the place of plain ones, as wide."""

    def change(layers: list[edits.Tree]) -> None:
        for entry in layers:
            if entry.get("class") == "SimpleRNN":
                kept = [
                    (k, entry[k]) for k in ("units", "return_sequences") if k in entry
                ]
                entry.clear()
                entry["class"] = kind
                entry.update(kept)

    return edits.on_layers(change)
