"""The picture of Sohl-Dickstein, 2024: 512 x 512 trainings of a 16-16-1 tanh net."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from optlab import plots
from optlab.experiments import Experiment
from optlab.experiments.samples import Range
from optlab.experiments.trainability import trainability

_PATH = Path("docs") / "trainability.png"
_SIDE = 512
_X = ("optimizer.learning_rate", Range(0.1, 3.0, log=True))
_Y = ("optimizer.momentum", Range(0.01, 0.99))


def _problem(folder: Path) -> Experiment:
    """Return the paper's problem: as many random rows as weights, 500 full steps."""
    rng = np.random.default_rng(0)
    rows = 16 * 16 + 16
    x, y = rng.standard_normal((rows, 16)), rng.standard_normal((rows, 1))
    path = folder / "rows.npz"
    np.savez(path, x=x.astype("float32"), y=y.astype("float32"))
    normal = {"class_name": "RandomNormal", "config": {"stddev": 0.35}}
    layer = {"class": "Dense", "use_bias": False, "kernel_initializer": normal}
    return Experiment(
        data={"source": str(path), "validation": 0.0},
        model={
            "layers": [
                {**layer, "units": 16, "activation": "tanh"},
                {**layer, "units": 1},
            ]
        },
        loss={"name": "mean_squared_error"},
        optimizer={"name": "sgd", "learning_rate": 1.0, "momentum": 0.5},
        training={"epochs": 500, "batch_size": rows, "metrics": []},
    )


def measure(side: int) -> dict[str, Any]:
    """Return the seconds of a picture, after a small one that compiles."""
    with tempfile.TemporaryDirectory() as folder:
        problem = _problem(Path(folder))
        trainability(problem, _X, _Y, (8, 8), engine="lockstep", jobs=1)
        begin, processor = time.perf_counter(), time.process_time()
        found = trainability(problem, _X, _Y, (side, side), engine="lockstep", jobs=1)
        seconds = time.perf_counter() - begin
        processor = time.process_time() - processor
    plots.save(plots.plot_trainability(found), _PATH)
    return {
        "side": side,
        "seconds": seconds,
        "processor": processor,
        "converged": float(found.converged.mean()),
    }


def lines(found: dict[str, Any]) -> list[str]:
    """Return the figures as Markdown."""
    side, seconds = found["side"], found["seconds"]
    text = [
        f"{side} x {side} runs of the problem of Sohl-Dickstein (16-16-1, tanh, 272 "
        "random rows, 500 steps on all of them; SGD, momentum against rate) took "
        f"{seconds / 60:.1f} minutes, {found['processor'] / 60:.1f} of processor time; "
        f"{found['converged']:.0%} converged."
    ]
    if side < _SIDE:
        factor = (_SIDE / side) ** 2
        text.append(
            f"Extrapolated to {_SIDE} x {_SIDE}: {seconds * factor / 60:.1f} minutes, "
            f"{found['processor'] * factor / 60:.1f} of processor time."
        )
    return [*text, "", "![Where the trainings converge](trainability.png)"]
