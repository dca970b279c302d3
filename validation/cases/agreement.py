"""Run the arms of a case in tf.keras, on one seed, and compare step by step.

An arm agrees where no single step, begun from our weights, ends further away than
`LOCAL` (relative), and the twin that goes its own way has our loss after the last step
to within `LOSS` (relative). Roundings are amplified by training, so only the first
steps are repeated.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.cases import Arm, Case, Descent
from optlab.experiments import Built
from optlab.validation.runs.training import compare_built
from optlab.validation.runtime import load
from optlab.validation.twins.optimizers import optimizer_to_keras

LOCAL, LOSS = 1e-5, 1e-2


def compare_case(case: Case) -> dict[str, Any]:
    """Repeat the arms of a case in tf.keras.

    Parameters
    ----------
    case : Case
        Its first seed is used, `case.twins` and `case.twin_steps` say how much of it.

    Returns
    -------
    dict
        "status" ("agrees" or "differs"), "text", "seed", and "arms": for each arm
        "steps", "loss", "keras_loss", "drift" (relative distance of the weights at the
        end), "local" (the largest distance after a single step) and "agrees".
    """
    # Each arm compiles its own step; TensorFlow would warn of that.
    load().tf.get_logger().setLevel("ERROR")
    seed = case.seeds[0]
    arms: dict[str, dict[str, Any]] = {}
    for name in case.twins or tuple(case.arms):
        arm = case.arms[name]
        if isinstance(arm, Descent):
            arms[name] = _descent(arm, seed, case.twin_steps)
        elif isinstance(arm, Arm):
            arms[name] = _training(arm, seed, case.twin_steps)
    off = [name for name, found in arms.items() if not found["agrees"]]
    steps = max((found["steps"] for found in arms.values()), default=0)
    apart = max((_apart(found) for found in arms.values()), default=0.0)
    counted = "1 arm" if len(arms) == 1 else f"{len(arms)} arms"
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
        "arms": arms,
    }


def _training(arm: Arm, seed: int, most: int) -> dict[str, Any]:
    """Train arm and twin for up to `most` steps."""
    built = _shortened(arm.build(seed), most)
    found = compare_built(built, watch=5)
    rows = [
        row
        for row in found.rows
        if math.isfinite(row.loss) and math.isfinite(row.drift)
    ]
    if not rows:
        return _entry(len(found.rows), math.nan, math.nan, math.nan, math.nan)
    local = max((row.local for row in rows if row.local is not None), default=0.0)
    last = rows[-1]
    return _entry(last.step, last.loss, last.twin_loss, last.drift, local)


def _shortened(built: Built, most: int) -> Built:
    """Limit a run to `most` steps."""
    arguments = built.fit_arguments
    rows: Any = built.data
    batches = -(-len(rows.x) // arguments["batch_size"])
    epochs = arguments.pop("epochs", None)
    total = arguments.get("steps", most) if epochs is None else epochs * batches
    arguments["steps"] = min(total, most)
    return built


def _descent(arm: Descent, seed: int, most: int) -> dict[str, Any]:
    """Walk with our optimizer and tf.keras's, each along its own path."""
    tf = load().tf
    built = arm.build(seed)
    problem, dtype = built.problem, np.dtype(arm.dtype)
    point = np.array(built.fit_arguments["start"], dtype)
    twin = tf.Variable(point)
    theirs = optimizer_to_keras(built.optimizer, [twin])
    ours = built.optimizer
    ours.build([point])
    steps = min(arm.steps, most)
    local = 0.0
    for _ in range(steps):
        before = point.copy()
        ours.apply([problem.gradient(point).astype(dtype)])
        gradient = problem.gradient(twin.numpy()).astype(dtype)
        same = np.array_equal(before, twin.numpy())
        theirs.apply_gradients([(tf.constant(gradient), twin)])
        if same:
            local = max(local, _distance(point, twin.numpy()))
        if not np.isfinite(point).all():
            break
    drift = _distance(point, twin.numpy())
    value, twin_value = problem.value(point), problem.value(twin.numpy())
    return _entry(steps, value, twin_value, drift, local)


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


def _distance(ours: Any, theirs: Any) -> float:
    size = float(np.linalg.norm(ours))
    gap = float(np.linalg.norm(np.asarray(ours, np.float64) - theirs))
    return gap / size if size else gap
