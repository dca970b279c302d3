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
from typing import Any

import numpy as np

from optlab.callbacks import Callback
from optlab.experiments import Built
from optlab.training import fit
from optlab.training.objective import Objective
from optlab.typing import Array
from optlab.validation.runs.comparison import RunComparison, StepRow
from optlab.validation.runs.distances import distance, norm, relative_distance, worst
from optlab.validation.runs.twin_step import Batch, TwinStep, dropouts


def compare_built(
    built: Built, watch: int = 20, progress: Callable[[int], Any] | None = None
) -> RunComparison:
    """Train what an experiment built, and its twin, on the same batches.

    Parameters
    ----------
    built : Built
        With a model; it is trained.
    watch : int
        How many of the first steps get a local comparison; after them one in `watch`.
    progress : callable, optional
        Called with the number of steps done.
    """
    arguments = dict(built.fit_arguments)
    plain = bool(arguments.get("plain", False))
    loss = Objective(built.model, built.loss, plain).loss
    follower = Follower(built.loss, plain, watch, progress)
    arguments["callbacks"] = [follower, *arguments["callbacks"]]
    x, y = built.data.x, built.data.y  # type: ignore[union-attr]
    with _listening(built.model, loss, follower.batches):
        run = fit(built.model, x, y, loss=loss, optimizer=built.optimizer, **arguments)
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
        self._peak = 0.0
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
            ours_gradient = list(model.gradients.arrays)
            self._peak = max(self._peak, norm(ours_gradient))
            local_gradient = distance(ours_gradient, gradients) / (self._peak or 1.0)
        self.found.rows.append(
            StepRow(
                step + 1,
                self.run.step_losses[-1],
                value,
                relative_distance(ours, theirs),
                local,
                local_gradient,
                worst(model.parameters.names, ours, theirs),
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
                None if layer.kept is None else layer.kept.copy()
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
