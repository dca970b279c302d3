"""Train what a script trains, once, in tf.keras, and print how well it does.

``python -m benchmarks.programs.rerun SCRIPT SEED SECONDS`` runs the script to its
first fit, which is made as it stands with this seed, for so many seconds at the most;
one JSON line says the scores.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from optlab.diagnosis.learnable import learnable
from optlab.diagnosis.thresholds import FEW_ROWS, FEW_TO_SCORE
from optlab.validation.programs.hooks import Captured, Hooks
from optlab.validation.programs.program import task_of
from optlab.validation.programs.rows import read_rows
from optlab.validation.programs.scores import score_of


def main() -> None:
    """Rerun one script."""
    import keras

    script, seed, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    seeding = keras.utils.set_random_seed
    seeding(seed)
    # A script that seeds itself would draw the same first weights for every seed.
    keras.utils.set_random_seed = lambda _: seeding(seed)
    results = os.dup(1)
    os.dup2(2, 1)
    sys.argv = [script]
    sys.path.insert(0, str(Path(script).resolve().parent))

    def reached(captured: Captured) -> None:
        os.write(results, (json.dumps(scores(captured, seconds)) + "\n").encode())
        os._exit(0)

    Hooks(script, 1, reached).install()
    runpy.run_path(script, run_name="__main__")


def scores(captured: Captured, seconds: float) -> dict[str, Any]:
    """Train, and score rows that were not trained on; few rows on themselves."""
    model, given = captured.model, dict(captured.arguments)
    rows = read_rows(given.get("x"), given.get("y"), None, model)
    held = given.get("validation_data")
    few = len(rows) < FEW_ROWS
    if held is not None:
        other = read_rows(held[0], held[1], None, model)
    else:
        order = np.random.default_rng(0).permutation(len(rows))
        kept = len(order) if few else int(0.8 * len(order))
        other = rows.take(order[kept:] if not few else order)
        rows = rows.take(order[:kept])
        given |= {"x": rows.inputs, "y": rows.targets, "validation_split": 0.0}
        given = {k: v for k, v in given.items() if k != "sample_weight"}
        if len(rows.inputs) == 1:
            given |= {"x": rows.inputs[0]}
        if len(rows.targets) == 1:
            given |= {"y": rows.targets[0]}
    if few or len(other) < FEW_TO_SCORE:
        other = rows
    y, y_val = rows.targets[0], other.targets[0]
    crossed = "crossentropy" in str(captured.compiled.get("loss")).lower()
    task = task_of(y, y_val, crossed)
    told = learnable(
        SimpleNamespace(
            x=rows.inputs[0], y=y, x_val=other.inputs[0], y_val=y_val, task=task
        ),
        few,
    )
    found: dict[str, Any] = {
        "score": None,
        "forest": 1.0 if few else told.forest,
        "nothing": told.nothing,
        "rows": len(rows),
    }
    original = type(model).fit.__wrapped__
    try:
        original(model, **given | {"verbose": 0, "callbacks": [_ending(seconds)]})
        inputs = other.inputs[0] if len(other.inputs) == 1 else other.inputs
        predicted = np.asarray(model.predict(inputs, verbose=0), float)
        logits = bool(getattr(captured.compiled.get("loss"), "from_logits", False))
        found["score"] = score_of(task, y_val, predicted, logits)
    except (ValueError, TypeError, RuntimeError) as error:
        found["error"] = str(error)[:300]
    return found


def _ending(seconds: float) -> Any:
    """Return a callback that ends a training after so many seconds."""
    import keras

    until = time.monotonic() + seconds

    class Ending(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if time.monotonic() > until:
                self.model.stop_training = True

    return Ending()


if __name__ == "__main__":
    main()
