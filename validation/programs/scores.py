"""How well a trained program does on its rows and on others."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from optlab.diagnosis.scoring import score
from optlab.diagnosis.trials import MOST_SCORED
from optlab.errors import InputError
from optlab.typing import Array
from optlab.validation.programs.program import Program, task_of
from optlab.validation.programs.steps import fed


def scores_of(
    program: Program, outputs: Any, data: Any, status: str, seconds: float
) -> tuple[float | None, float | None]:
    """Return the scores on validation and on training rows.

    Each takes so many seconds at the most; then the rows so far are scored.
    """
    if status == "diverged":
        return None, None
    found = None
    if data.x_val is not None and len(data.x_val):
        found = _score(program, outputs, data.task, data.x_val, data.y_val, seconds)
        if data.x_val is data.x or np.array_equal(data.x_val, data.x):
            return found, found
    x, y = data.x[:MOST_SCORED], data.y[:MOST_SCORED]
    return found, _score(program, outputs, data.task, x, y, seconds)


def _score(
    program: Program, outputs: Any, task: str, x: Array, y: Array, seconds: float
) -> float | None:
    template = program.template
    inputs = [fed(part) for part in program.inputs(x)]
    predicted = outputs(inputs, time.time() + seconds)
    targets = template.split_targets(y)
    found = []
    for part, truth in zip(predicted, targets, strict=False):
        truth, kind = truth[: len(part)], task
        if task == "several":
            kind = task_of(truth, None, False)
        value = score_of(kind, truth, np.asarray(part, float), is_logits(program))
        if value is None:
            return None
        found.append(value)
    return float(np.mean(found)) if found else None


def is_logits(program: Program) -> bool:
    """Whether the outputs are logits, by loss and last activation."""
    if not program.tree["loss"].get("from_logits"):
        return False
    last = [e for e in program.tree["model"]["layers"] if "dropout" not in e][-1]
    return last.get("activation", "linear") not in ("softmax", "sigmoid")


def score_of(task: str, y: Array, predicted: Array, logits: bool) -> float | None:
    """Score outputs of any rank: those of sequences and pictures place by place."""
    if predicted.ndim > 2:
        predicted = predicted.reshape(-1, predicted.shape[-1])
        size = predicted.shape[0]
        y = y.reshape(size, -1) if y.size % size == 0 else y
        y = y.reshape(-1) if y.ndim > 1 and y.shape[1] == 1 else y
        if len(y) != size:
            raise InputError(
                f"Outputs and targets do not fit: {predicted.shape} and {y.shape}."
            )
    return score(task, y, predicted, logits)
