"""Train an experiment and its tf.keras twin side by side, and measure how they drift.

The run is `optlab.fit` itself, watched from outside: every batch, weight and dropout
mask that it used is handed to the twin, which makes the same step. Two distances are
kept.

*Drift*: the twin goes its own way from the first weights on. Roundings accumulate, and
training amplifies them; how fast depends on the experiment.

*Local*: a second twin starts every watched step from our weights and state. Nothing can
accumulate, so what is left is the difference in one step's arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.callbacks import Callback
from optlab.experiments import Built, Experiment
from optlab.training import fit
from optlab.training.objective import Objective
from optlab.validation.runs.twin_step import (
    Batch,
    TwinStep,
    dropouts,
    relative_distance,
)

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class StepRow:
    """One step of both sides.

    Attributes
    ----------
    step : int
        From 1.
    loss, twin_loss : float
        On the step's batch, before its update; the twin's at its own weights.
    drift : float
        Distance of the weights after the step, relative to their size.
    local, local_gradient : float or None
        The same for the twin that started this step from our weights, and the relative
        distance of its gradients; None for steps that were not watched.
    worst : tuple
        Tensor, index, our value and the twin's, where drifting weights are furthest.
    """

    step: int
    loss: float
    twin_loss: float
    drift: float
    local: float | None
    local_gradient: float | None
    worst: tuple[str, tuple[int, ...], float, float]


@dataclass
class RunComparison:
    """An experiment and its twin, step by step."""

    dtype: str
    optimizer: str
    status: str = ""
    rows: list[StepRow] = field(default_factory=list)

    def drift_at(self, step: int) -> float:
        """Return the drift after a step, or after the last one before it."""
        drifts = [row.drift for row in self.rows if row.step <= step]
        return drifts[-1] if drifts else 0.0

    def largest(self, name: str, until: int | None = None) -> float:
        """Return the largest "drift", "local" or "local_gradient" up to a step."""
        found = [
            getattr(row, name)
            for row in self.rows
            if getattr(row, name) is not None and (until is None or row.step <= until)
        ]
        return max(found, default=0.0)


def compare_training(
    experiment: Experiment,
    dtype: str | None = None,
    steps: int | None = None,
    seed: int | None = None,
    watch: int = 20,
    progress: Callable[[int], Any] | None = None,
) -> RunComparison:
    """Train an experiment and its twin from the same weights on the same batches.

    Parameters
    ----------
    experiment : Experiment
        With a model.
    dtype : str, optional
        Used instead of the experiment's own.
    steps : int, optional
        Updates to make; what the experiment says where left out.
    seed : int, optional
        Used instead of the experiment's own.
    watch : int
        How many of the first steps get a local comparison; after them one in `watch`.
    progress : callable, optional
        Called with the number of steps done.
    """
    changes: dict[str, Any] = {}
    if dtype is not None and dtype != experiment.training.dtype:
        changes["training.dtype"] = dtype
    if steps is not None:
        changes |= {"training.epochs": None, "training.steps": steps}
    built = experiment.replace(changes).build(seed=seed)
    return compare_built(built, watch, progress)


def compare_built(
    built: Built, watch: int = 20, progress: Callable[[int], Any] | None = None
) -> RunComparison:
    """Do what `compare_training` does, for the parts of an experiment."""
    model, optimizer, data = built.model, built.optimizer, built.data
    arguments = dict(built.fit_arguments)
    plain = bool(arguments.get("plain", False))
    loss = Objective(model, built.loss, plain).loss
    model = built.model
    follower = Follower(built.loss, plain, watch, progress)
    arguments["callbacks"] = [follower, *arguments["callbacks"]]
    with _listening(model, loss, follower.batches):
        run = fit(model, data.x, data.y, loss=loss, optimizer=optimizer, **arguments)
    follower.found.status = run.status
    return follower.found


class Follower(Callback):
    """A callback that makes each step of ours again with the twins."""

    def __init__(
        self,
        loss: Any,
        plain: bool,
        watch: int,
        progress: Callable[[int], Any] | None,
    ) -> None:
        self._loss, self._plain, self._watch = loss, plain, watch
        self._progress = progress
        self.batches: list[Batch] = []
        self.found = RunComparison("", "")

    def on_train_begin(self) -> None:
        """Make the twins from the first weights."""
        model, optimizer = self.model, self.optimizer
        self.found.dtype = model.dtype.name
        self.found.optimizer = repr(optimizer)
        arguments = (model, self._loss, optimizer, self._plain)
        self._free, self._local = TwinStep(*arguments), TwinStep(*arguments)
        self._remember()

    def on_batch_end(self, step: int, logs: dict[str, float]) -> None:
        """Make the step with the twins and compare."""
        model, optimizer = self.model, self.optimizer
        batch = self.batches.pop()
        rate = None if optimizer.schedule is not None else optimizer.learning_rate
        value, _ = self._free(batch, rate)
        ours, theirs = list(model.parameters.arrays), self._free.weights()
        local = local_gradient = None
        if step < self._watch or step % self._watch == 0:
            self._local.take(self._weights, self._state)
            _, gradients = self._local(batch, rate)
            local = relative_distance(ours, self._local.weights())
            local_gradient = relative_distance(list(model.gradients.arrays), gradients)
        self.found.rows.append(
            StepRow(
                step + 1,
                self.run.step_losses[-1],
                value,
                relative_distance(ours, theirs),
                local,
                local_gradient,
                _worst(model.parameters.names, ours, theirs),
            )
        )
        self._remember(step + 1)
        if self._progress is not None:
            self._progress(step + 1)

    def _remember(self, step: int = 0) -> None:
        """Keep weights and state for a local comparison of the next step."""
        if step < self._watch or step % self._watch == 0:
            self._weights = self.model.get_weights()
            self._state = self.optimizer.save_state()


@contextmanager
def _listening(model: Any, loss: Any, batches: list[Batch]) -> Iterator[None]:
    """Write down what each training step passes to the model and to the loss."""
    forward, into = model.forward, loss.into
    seen: dict[str, Any] = {}

    def forward_heard(x: Array, training: bool = False, rng: Any = None) -> Array:
        output: Array = forward(x, training, rng)
        if training:
            seen["x"] = np.array(x)
            seen["masks"] = tuple(
                None if layer.mask is None else layer.mask.copy()
                for layer in dropouts(model)
            )
        return output

    def into_heard(y: Array, scores: Array, weights: Any, grad: Array) -> float:
        if "x" in seen:
            kept = None if weights is None else weights.copy()
            batches[:] = [Batch(seen.pop("x"), y.copy(), kept, seen.pop("masks"))]
        value: float = into(y, scores, weights, grad)
        return value

    model.forward, loss.into = forward_heard, into_heard
    try:
        yield
    finally:
        del model.forward, loss.into


def _worst(
    names: Any, ours: list[Array], theirs: list[Array]
) -> tuple[str, tuple[int, ...], float, float]:
    """Return where two lists of arrays differ most."""
    gaps = [np.abs(a - b) for a, b in zip(ours, theirs, strict=True)]
    k = int(np.argmax([gap.max(initial=0.0) for gap in gaps]))
    index = tuple(int(i) for i in np.unravel_index(gaps[k].argmax(), gaps[k].shape))
    return names[k], index, float(ours[k][index]), float(theirs[k][index])
