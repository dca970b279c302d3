"""Run the variants of a case in tf.keras, on one seed, and compare step by step.

A variant agrees where no single step, begun from our weights, ends further away than
`LOCAL` (relative), and the twin that goes its own way has our loss after the last step
to within `LOSS` (relative). Roundings are amplified by training, so only the first
steps are repeated.
"""

from __future__ import annotations

import math
from typing import Any

from optlab.cases import Case, Descent, Variant
from optlab.validation.runs.comparison import RunComparison
from optlab.validation.runs.training import compare_built
from optlab.validation.runs.walking import compare_walk
from optlab.validation.runtime import load

LOCAL, LOSS = 1e-5, 1e-2


def compare_case(case: Case) -> dict[str, Any]:
    """Repeat the variants of a case in tf.keras.

    Parameters
    ----------
    case : Case
        Its first seed is used, `case.twins` and `case.twin_steps` say how much of it.

    Returns
    -------
    dict
        "status" ("agrees" or "differs"), "text", "seed", and "variants": for each
        "steps", "loss", "keras_loss", "drift" (relative distance of the weights at the
        end), "local" (the largest distance after a single step) and "agrees".
    """
    # Each variant compiles its own step; TensorFlow would warn of that.
    load().tf.get_logger().setLevel("ERROR")
    seed = case.seeds[0]
    variants: dict[str, dict[str, Any]] = {}
    for name in case.twins or tuple(case.variants):
        variant = case.variants[name]
        if isinstance(variant, Descent):
            variants[name] = _summary(_walking(variant, seed, case.twin_steps))
        elif isinstance(variant, Variant):
            variants[name] = _summary(_training(variant, seed, case.twin_steps))
    off = [name for name, found in variants.items() if not found["agrees"]]
    steps = max((found["steps"] for found in variants.values()), default=0)
    apart = max((_apart(found) for found in variants.values()), default=0.0)
    counted = "1 variant" if len(variants) == 1 else f"{len(variants)} variants"
    if off:
        text = f"tf.keras differs in {', '.join(off)} (of {counted}, seed {seed})."
    else:
        text = (
            f"tf.keras agrees in {counted} over the first {steps} steps (seed {seed}): "
            + (f"losses within {apart:.1g}, relative." if apart else "the same losses.")
        )
    return {
        "status": "differs" if off else "agrees",
        "text": text,
        "seed": seed,
        "variants": variants,
    }


def _training(variant: Variant, seed: int, most: int) -> RunComparison:
    """Train variant and twin for up to `most` steps."""
    built = variant.build(seed)
    arguments: Any = built.fit_arguments
    epochs = arguments.pop("epochs", None)
    total = arguments.get("steps", most) if epochs is None else epochs * built.batches
    arguments["steps"] = min(total, most)
    return compare_built(built, watch=5)


def _walking(variant: Descent, seed: int, most: int) -> RunComparison:
    """Walk with variant and twin for up to `most` steps."""
    built = variant.build(seed)
    arguments: Any = built.fit_arguments
    arguments["steps"] = min(variant.steps, most)
    return compare_walk(built, arguments.pop("dtype"))


def _summary(found: RunComparison) -> dict[str, Any]:
    """Return the last step at which all was finite, and the largest local distance."""
    rows = [
        row
        for row in found.rows
        if math.isfinite(row.loss) and math.isfinite(row.drift)
    ]
    if not rows:
        return _entry(len(found.rows), math.nan, math.nan, math.nan, math.nan)
    # A walk has no local comparison: there the whole paths must be the same.
    watched = [row.local for row in rows if row.local is not None]
    local = max(watched or [row.drift for row in rows])
    last = rows[-1]
    return _entry(last.step, last.loss, last.twin_loss, last.drift, local)


def _entry(
    steps: int, loss: float, twin_loss: float, drift: float, local: float
) -> dict[str, Any]:
    found = {
        "steps": steps,
        "loss": loss,
        "keras_loss": twin_loss,
        "drift": drift,
        "local": local,
    }
    found["agrees"] = local <= LOCAL and _apart(found) <= LOSS
    return found


def _apart(found: dict[str, Any]) -> float:
    """Return the relative difference of the losses; infinite where there is none."""
    ours, theirs = found["loss"], found["keras_loss"]
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        return math.inf
    size = max(abs(ours), abs(theirs))
    return abs(ours - theirs) / size if size > 1e-6 else 0.0
