"""Causes that lie in the first weights."""

from __future__ import annotations

import math

import numpy as np

from optlab.diagnosis import edits
from optlab.diagnosis.causes.base import Suspicion, cause, graded
from optlab.diagnosis.causes.model import initial_bias
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.watch import Watch


def _fresh(facts: Facts) -> list[edits.Edit]:
    """Return the initializers that suit the activations."""
    relu = "relu" in facts.hidden_activations
    kernel = "he_normal" if relu else "glorot_uniform"
    first = edits.initializers(kernel)
    other = edits.initializers("he_uniform")
    leaky = edits.all_of(edits.hidden_activation("leaky_relu", ["relu"]), first)
    normed = edits.all_of(first, edits.batch_normalized())
    return [first, other, leaky, normed] if relu else [first, other, normed]


@cause(
    "init.zero_or_constant",
    definition="All weights of a layer begin with one value.",
    symptom="The units of the layer get the same gradient and stay identical: the "
    "layer acts as one unit.",
    cure="Random initial weights.",
)
def zero_or_constant(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for constant kernels; harmless where there is no hidden layer."""
    constant = _is_constant(facts)
    if not any(constant):
        return None
    weight = 0.95 if facts.hidden and any(constant[:-1]) else 0.3
    if facts.hidden and constant[-1]:
        weight = max(weight, 0.6)
    return Suspicion(weight, {"constant_layers": sum(constant)}, _fresh(facts))


@cause(
    "init.too_large",
    definition="The first weights are many times larger than the fan-in allows.",
    symptom="Saturated units or a huge first loss; what training there is comes from "
    "the last layer.",
    cure="He or Glorot initialization.",
)
def too_large(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare the kernels with He's scale."""
    gains = [g for g, c in zip(facts.gains, _is_constant(facts), strict=True) if not c]
    largest = max(gains, default=0.0)
    weight = graded(largest, (2.5, 0.4), (5, 0.7), (12, 0.93))
    biases = [abs(b) for b in _biases(facts)]
    if max(biases, default=0.0) > 4:
        weight = max(weight, 0.55)
    if not weight:
        return None
    return Suspicion(weight, {"largest_gain": largest}, _fresh(facts))


@cause(
    "init.too_small",
    definition="The first weights are so small that the signal dies on its way.",
    symptom="Outputs and gradients shrink layer by layer, and the loss stays that of a "
    "constant.",
    cure="He or Glorot initialization.",
)
def too_small(facts: Facts, watch: Watch) -> Suspicion | None:
    """Multiply the kernels' gains, He's being 1, along the depth."""
    gains = facts.gains[:-1]
    if not gains or min(gains) == 0 or any(_is_constant(facts)):
        return None
    through = math.prod(min(g, 1.0) for g in gains)
    custom = any(e.get("kernel_initializer") for e in facts.hidden)
    if min(gains) > 0.34 or not custom:
        return None
    weight = graded(
        -math.log10(through), (0.8, 0.35), (1.7, 0.5), (2.7, 0.8), (4, 0.93)
    )
    if not weight:
        return None
    return Suspicion(weight, {"signal_at_the_end": through}, _fresh(facts))


def _is_constant(facts: Facts) -> list[bool]:
    return [bool(np.ptp(kernel) == 0) and kernel.size > 1 for kernel in facts.kernels]


def _biases(facts: Facts) -> list[float]:
    return [initial_bias(entry) for entry in facts.dense]
