"""Compare an experiment with its twin and judge the drift.

Training amplifies every difference, some experiments by powers of ten. How much is
measured: the experiment is run again from first weights of which each is one rounding
away. The twin may drift ten times as far as that copy does (measured: up to twice), or
as far as `FLOOR`, which is what is asked of experiments that amplify little.

The gradient of each watched step, from the same weights, may differ by `GRADIENT`
relative to the largest gradient so far: there nothing can have been amplified.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.callbacks import Callback
from optlab.experiments import Experiment
from optlab.training import fit
from optlab.validation.parity import Tolerance
from optlab.validation.results import Result
from optlab.validation.runs.comparison import RunComparison
from optlab.validation.runs.distances import relative_distance
from optlab.validation.runs.training import compare_built
from optlab.validation.runs.walking import compare_walk

#: Relative drift that passes in any case.
FLOOR = {"float64": 1e-10, "float32": 1e-6}
#: Times the drift of a copy whose first weights are one rounding away.
AMPLIFIED = 10.0
#: Largest distance of gradients taken at the same weights.
GRADIENT = {"float64": 1e-12, "float32": 1e-4}
#: Steps that are compared by default.
STEPS = 200


@dataclass(frozen=True)
class Verdict:
    """One experiment in one dtype.

    Attributes
    ----------
    name : str
        The experiment's.
    run : RunComparison
        The distances, step by step.
    copy : list of float
        The drift of the copy that starts one rounding away, by step; empty for a walk
        on a function, which must agree to the last bit.
    """

    name: str
    run: RunComparison
    copy: list[float]
    seconds: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether the weights never differed in a bit."""
        return bool(self.run.rows) and self.run.largest("drift") == 0.0

    def bound(self, step: int) -> float:
        """Return the drift that passes after a step."""
        if not self.copy:
            return 0.0
        grown = self.copy[min(step, len(self.copy)) - 1]
        return max(FLOOR[self.run.dtype], AMPLIFIED * grown)

    def result(self) -> Result:
        """Return the row of the report."""
        run = self.run
        last = run.rows[-1] if run.rows else None
        note = "no step was made"
        if last is not None:
            size = "identical bits" if self.exact else f"{last.drift:.1e}"
            note = f"{size} after {last.step} steps"
        reason = "same gradients at the same points: same bits"
        tolerance = Tolerance(reason=reason)
        if self.copy and last is not None:
            reason = (
                f"drift up to {self.bound(last.step):.1e}: {AMPLIFIED:g} times what "
                f"one rounding of the first weights grows to, or {FLOOR[run.dtype]:g}"
            )
            tolerance = Tolerance(absolute=self.bound(last.step), reason=reason)
        return Result(
            "runs",
            f"{self.name} ({run.optimizer.partition('(')[0]})",
            run.dtype,
            "training" if self.copy else "walk",
            "",
            tolerance,
            error=self._error(),
            note=note,
            drift=self,
            seconds=self.seconds,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: the curves, step by step."""
        rows = self.run.rows
        return {
            "experiment": self.name,
            "dtype": self.run.dtype,
            "optimizer": self.run.optimizer,
            "status": self.run.status,
            "steps": [row.step for row in rows],
            "loss": [row.loss for row in rows],
            "keras_loss": [row.twin_loss for row in rows],
            "drift": [row.drift for row in rows],
            "local": [row.local for row in rows],
            "local_gradient": [row.local_gradient for row in rows],
            "copy": self.copy,
            "allowed": [self.bound(row.step) for row in rows],
        }

    def _error(self) -> str:
        """Name the first step that is outside; empty where none is."""
        run = self.run
        for row in run.rows:
            if row.drift > self.bound(row.step):
                tensor, index, ours, theirs = row.worst
                return (
                    f"{self.name}, {run.optimizer}, {run.dtype}, training, step "
                    f"{row.step}: drift {row.drift:.2e} (allowed: "
                    f"{self.bound(row.step):.2e}); furthest at {tensor}, index "
                    f"{index}: got {ours!r}, expected {theirs!r}"
                )
            if (row.local_gradient or 0.0) > GRADIENT[run.dtype]:
                return (
                    f"{self.name}, {run.optimizer}, {run.dtype}, training, step "
                    f"{row.step}: gradients at the same weights are "
                    f"{row.local_gradient:.2e} apart (allowed: "
                    f"{GRADIENT[run.dtype]:g})"
                )
        return ""


def verify_experiment(
    experiment: Experiment,
    dtype: str | None = None,
    steps: int | None = STEPS,
    seed: int | None = None,
    progress: Callable[[int], Any] | None = None,
) -> Verdict:
    """Compare an experiment with its tf.keras twin.

    Parameters
    ----------
    experiment : Experiment
        With a model, or on a function.
    dtype : str, optional
        Used instead of the experiment's own.
    steps : int or None
        At most so many updates; None makes all of the experiment's.
    seed : int, optional
        Used instead of the experiment's own.
    progress : callable, optional
        Called with the number of steps done.
    """
    started = time.perf_counter()
    dtype = dtype or experiment.training.dtype
    name = experiment.name or "experiment"
    if experiment.function is not None:
        made = _shortened(experiment, steps).build()
        run = compare_walk(made, dtype, progress)
        return Verdict(name, run, [], time.perf_counter() - started)
    changed = _shortened(experiment.replace({"training.dtype": dtype}), steps)
    data = changed.load_data()
    run = compare_built(changed.build(data, seed), progress=progress)
    copy = _copy_drift(changed, data, seed)
    return Verdict(name, run, copy, time.perf_counter() - started)


def _shortened(experiment: Experiment, steps: int | None) -> Experiment:
    """Return the experiment with at most so many updates."""
    training = experiment.training
    if steps is None or (training.steps is not None and training.steps <= steps):
        return experiment
    if experiment.function is None and training.steps is None:
        rows = len(experiment.load_data().x)
        batches = -(-rows // training.batch_size)
        if (training.epochs or 20) * batches <= steps:
            return experiment
    return experiment.replace({"training.epochs": None, "training.steps": steps})


class _Weights(Callback):
    """Keeps the weights after every step."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def on_batch_end(self, step: int, logs: dict[str, float]) -> None:
        """Copy them."""
        self.seen.append(self.model.parameters.flat.copy())


def _copy_drift(experiment: Experiment, data: Any, seed: int | None) -> list[float]:
    """Return the drift between the run and its copy from one rounding away, by step."""
    paths = []
    for away in (False, True):
        built = experiment.build(data, seed)
        weights = built.model.parameters.flat
        if away:
            rng = np.random.default_rng(0)
            towards = rng.choice([-np.inf, np.inf], weights.size)
            weights[:] = np.nextafter(weights, towards.astype(weights.dtype))
        kept = _Weights()
        arguments = {
            **built.fit_arguments,
            "callbacks": [kept, *built.fit_arguments["callbacks"]],
        }
        fit(
            built.model,
            data.x,
            data.y,
            loss=built.loss,
            optimizer=built.optimizer,
            **arguments,
        )
        paths.append(kept.seen)
    return [relative_distance([a], [b]) for a, b in zip(*paths, strict=False)]
