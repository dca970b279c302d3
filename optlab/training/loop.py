"""The training loop: batches, steps, epochs, and how a run ends.

One step gathers a batch, runs the model forward, the loss with its gradient, the model
backward and the optimizer. What a step depends on, besides the weights and the
optimizer's state, is a `Position`: so a run that was ended anywhere goes on bit for bit
as if it had not been.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np

from optlab.callbacks import Callback
from optlab.errors import InputError
from optlab.interrupts import InterruptGuard
from optlab.kernels.floating_point import flush_subnormals
from optlab.recorder import Recorder
from optlab.run import Run
from optlab.run_position import Position
from optlab.training.checkpoint import Checkpoint
from optlab.training.evaluation import Evaluator
from optlab.training.non_finite import locate
from optlab.training.objective import Objective
from optlab.training.progress import Progress
from optlab.training.rows import DROPOUT, Rows
from optlab.training.threads import Threads
from optlab.typing import Array


class Loop:
    """Runs epochs until the run is over; see `fit` for what the parts mean.

    Parameters
    ----------
    run : Run
        Filled as the loop goes on; its `position` says where to begin.
    objective : Objective
        The model and its loss.
    rows : Rows
        The training data.
    epochs : int
        Where to stop, counted from the run's very beginning.
    steps : int
        The same in steps, whichever comes first.
    metrics : sequence of Metric
        Bound to the training data.
    callbacks : sequence of Callback
        Attached.
    evaluator : Evaluator or None
        For the validation data.
    recorder : Recorder or None
        For the trace.
    progress : Progress or None
        For the caller's hook.
    checkpoint : Checkpoint or None
        Where to leave the run while it goes on.
    """

    def __init__(
        self,
        run: Run,
        objective: Objective,
        rows: Rows,
        epochs: int,
        steps: int,
        metrics: Sequence[Any],
        callbacks: Sequence[Callback],
        evaluator: Evaluator | None,
        recorder: Recorder | None,
        progress: Progress | None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.run, self.objective, self.rows = run, objective, rows
        self.epochs, self.steps = epochs, steps
        self.metrics, self.callbacks = metrics, callbacks
        self.evaluator, self.recorder, self.progress = evaluator, recorder, progress
        self.checkpoint = checkpoint
        self.model = objective.model
        self.optimizer: Any = run.optimizer
        self._parameters = self.model.parameters
        self._guard = InterruptGuard()
        self._count_step: Callable[[], None] | None = None
        # Inputs, targets, weights and the gradient's place, of a batch in work.
        self._present: tuple[Any, ...] = ()
        # Where a partly done epoch was left, taken before the callbacks see its end.
        self._left: Position | None = None
        self._watch_batches = [
            callback.on_batch_end
            for callback in callbacks
            if type(callback).on_batch_end is not Callback.on_batch_end
        ]

    def __call__(self, resumed: bool) -> None:
        """Train; the run tells how it ended.

        Parameters
        ----------
        resumed : bool
            Whether the run goes on from its position, or begins.
        """
        self._began = time.perf_counter() - self.run.seconds
        run = self.run
        self.epoch = run.position.epoch
        self._enter(run.position)
        rows = min(self.rows.batch_size, len(self.rows.x))
        products = 3 * self.model.multiply_adds * rows
        with (
            flush_subnormals(),
            np.errstate(all="ignore"),
            Threads(products) as self._count_step,
        ):
            with self._guard:
                try:
                    if not resumed:
                        for callback in self.callbacks:
                            callback.on_train_begin()
                    while run.status == "running":
                        self._next_epoch()
                except KeyboardInterrupt:
                    # A second Ctrl-C, or one that reached us outside the guard.
                    run.status = "interrupted"
            run.position = self._left or self._position()
            self._end()
        run.seconds = time.perf_counter() - self._began

    def _enter(self, position: Position) -> None:
        """Take up the sums and the random stream of a partly done epoch."""
        self.batch, self.total, self.count = (
            position.batch,
            position.total,
            position.count,
        )
        self.stream: np.random.Generator | None = None
        if position.generator is not None:
            self.stream = np.random.default_rng(0)
            self.stream.bit_generator.state = position.generator
        for metric, state in zip(self.metrics, position.metrics, strict=False):
            metric.load_state(state)

    def _position(self) -> Position:
        """Return where the loop stands."""
        optimizer = self.optimizer
        generator: Any = None
        if self.stream is not None:
            generator = self.stream.bit_generator.state
        return Position(
            epoch=self.epoch,
            batch=self.batch,
            total=self.total,
            count=self.count,
            metrics=[metric.save_state() for metric in self.metrics],
            generator=generator,
            callbacks=[callback.save_state() for callback in self.callbacks],
            learning_rate=optimizer.learning_rate
            if optimizer.has_one_rate and not optimizer.schedule
            else None,
        )

    def _next_epoch(self) -> None:
        """Run one epoch, or what is left of it."""
        run, rows = self.run, self.rows
        if run.epochs >= self.epochs or run.steps >= self.steps:
            run.status = "finished"
            return
        if self._guard.flag:
            run.status = "interrupted"
            return
        if self.model.parameters is not self._parameters:
            raise InputError(
                "A layer's `trainable` changed while the model was being trained. "
                "Change it between two runs, and use a new optimizer then."
            )
        if self.stream is None:
            for callback in self.callbacks:
                callback.on_epoch_begin(self.epoch)
            self.stream = rows.stream(self.epoch, DROPOUT)
            self.total, self.count = 0.0, 0
            for metric in self.metrics:
                metric.reset()
        last = min(rows.batches, self.batch + self.steps - run.steps)
        self._batches(rows.order(self.epoch), last)
        if run.status == "running":
            self._end_epoch()

    def _batches(self, order: Array, last: int) -> None:
        """Run the batches up to number `last`; set the status where they end early."""
        run, rows, objective, flag = (
            self.run,
            self.rows,
            self.objective,
            self._guard.flag,
        )
        model, recorder, progress = self.model, self.recorder, self.progress
        forward, backward, stream = model.forward, model.backward, self.stream
        into, gradients = objective.into, model.gradients
        uses_logits, penalty = objective.uses_logits, model.penalty
        apply = self.optimizer.apply if gradients.size else _nothing
        optimizer = self.optimizer
        scaled = optimizer.loss_scale is not None
        looks_again = optimizer.looks_again
        if looks_again:
            optimizer.value_and_grad = self._looked_again
        updates = [objective.updater(metric) for metric in self.metrics]
        count_step = self._count_step
        every = recorder.every if recorder is not None else 0
        checkpoint = self.checkpoint
        watched = self._watch_batches
        x, y, weights, size = rows.x, rows.y, rows.weights, rows.batch_size
        shuffle = rows.shuffle
        buffers = rows.buffers(model.output_shape)
        xs, ys, ws, grad = buffers
        append, steps = run.step_losses.append, run.steps
        batch, total, count = self.batch, self.total, self.count
        in_step = False
        try:
            while batch < last:
                if flag:
                    run.status = "interrupted"
                    break
                start = batch * size
                taken = order[start : start + size]
                n = len(taken)
                if n != len(grad):
                    xs, ys, ws, grad = (None if b is None else b[:n] for b in buffers)
                if shuffle:
                    x.take(taken, 0, xs, "clip")
                    y.take(taken, 0, ys, "clip")
                    if ws is not None:
                        weights.take(taken, 0, ws, "clip")  # type: ignore[union-attr]
                else:
                    xs, ys = x[start : start + n], y[start : start + n]
                    if weights is not None:
                        ws = weights[start : start + n]
                in_step = True
                output = forward(xs, True, stream)
                loss = into(ys, model.logits if uses_logits else output, ws, grad)
                loss += penalty()
                append(loss)
                if not isfinite(loss):
                    self._diverge(loss, steps, taken, (xs, ys))
                    break
                for update in updates:
                    update(ys, output)
                backward(grad, uses_logits)
                recorded = every and steps % every == 0
                if recorded:
                    recorder.before(steps, loss)  # type: ignore[union-attr]
                if scaled:
                    np.multiply(gradients.flat, optimizer.loss_scale, gradients.flat)
                if looks_again:
                    self._present = xs, ys, ws, grad
                apply(gradients)
                if recorded:
                    recorder.after((xs, ys, ws))  # type: ignore[union-attr]
                total += loss * n
                count += n
                batch += 1
                steps += 1
                in_step = False
                if count_step is not None:
                    count_step()
                if progress is not None:
                    progress.step(self.epoch, steps, total / count)
                if watched:
                    run.steps = steps
                    self.batch, self.total, self.count = batch, total, count
                    if self._batch_ended():
                        break
                if checkpoint is not None and checkpoint.after_step(steps):
                    run.steps = steps
                    self.batch, self.total, self.count = batch, total, count
                    self._leave_checkpoint()
        except KeyboardInterrupt:
            run.status = "interrupted"
            # Only without the guard can an update have been cut in two.
            run.interrupted_mid_update = in_step
        finally:
            if looks_again:
                optimizer.value_and_grad = None
            run.steps = steps
            self.batch, self.total, self.count = batch, total, count

    def _looked_again(self) -> tuple[float, Any]:
        """Return loss and gradients of the present batch, with the weights as they are.

        Running means, such as those of a batch normalization, stay as the first look
        left them; dropout draws anew.
        """
        model, objective = self.model, self.objective
        xs, ys, ws, grad = self._present
        uses_logits = objective.uses_logits
        kept = [(array, array.copy()) for _, array in model.non_trainable]
        output = model.forward(xs, True, self.stream)
        loss = objective.into(ys, model.logits if uses_logits else output, ws, grad)
        loss += model.penalty()
        model.backward(grad, uses_logits)
        for array, before in kept:
            array[...] = before
        return loss, model.gradients

    def _logs(self) -> dict[str, float]:
        """Return the running means of the epoch."""
        logs = {"loss": self.total / self.count}
        for metric in self.metrics:
            logs[metric.name] = metric.result()
        return logs

    def _batch_ended(self) -> bool:
        """Call the callbacks that watch batches; tell whether one wants to stop."""
        logs = self._logs()
        for on_batch_end in self._watch_batches:
            on_batch_end(self.run.steps - 1, logs)
        return self._wants_to_stop()

    def _wants_to_stop(self) -> bool:
        return any(callback.stop_training for callback in self.callbacks)

    def _end_epoch(self) -> None:
        """Validate, call the callbacks, and add a row to the history."""
        run = self.run
        complete = self.batch == self.rows.batches
        if not np.isfinite(self._parameters.flat).all():
            self._diverge(run.step_losses[-1], run.steps, None, None)
            return
        if not complete:
            self._left = self._position()
            self._left.partial_row = True
        logs = self._logs()
        if self.evaluator is not None:
            for name, value in self.evaluator().items():
                logs[f"val_{name}"] = value
        try:
            for callback in self.callbacks:
                callback.on_epoch_end(self.epoch, logs)
        except KeyboardInterrupt:
            run.status = "interrupted"
        if self.optimizer.schedule:
            logs["learning_rate"] = float(self.optimizer.learning_rate)
        self._add_row(logs)
        if complete:
            run.epochs += 1
            self.epoch += 1
            self.batch, self.stream = 0, None
        if self.progress is not None:
            self.progress.epoch(self.epoch - complete, run.steps, logs)
        if run.status != "running":
            return
        if self._wants_to_stop():
            run.status = "stopped_early"
        elif not complete:
            run.status = "finished"
        elif self.checkpoint is not None and self.checkpoint.after_epoch(run.epochs):
            self._leave_checkpoint()

    def _leave_checkpoint(self) -> None:
        """Write the run down as it stands, between two steps."""
        run = self.run
        run.position = self._position()
        run.iterations = self.optimizer.iterations
        run.seconds = time.perf_counter() - self._began
        if self.checkpoint is not None:
            self.checkpoint.write(run)

    def _add_row(self, logs: dict[str, float]) -> None:
        """Add the epoch's figures to the history; all columns stay equally long."""
        history = self.run.history
        length = len(history.get("loss", ()))
        for name in logs:
            history.setdefault(name, [float("nan")] * length)
        for name, column in history.items():
            column.append(float(logs.get(name, float("nan"))))

    def _diverge(
        self,
        loss: float,
        step: int,
        taken: Array | None,
        batch: tuple[Array, Array] | None,
    ) -> None:
        """End the run as diverged, and say where the first bad number arose."""
        run = self.run
        run.status = "diverged"
        run.divergence = locate(self.model, loss, self.epoch, step, taken, batch)
        names = ["loss", *(metric.name for metric in self.metrics)]
        if self.evaluator is not None:
            names += [f"val_{name}" for name in names]
        nan = float("nan")
        row = dict.fromkeys(names, nan)
        row["loss"] = loss if not isfinite(loss) else nan
        self._add_row(row)

    def _end(self) -> None:
        """Let optimizer and callbacks finish; keep the weights to resume with."""
        run, optimizer = self.run, self.optimizer
        run.iterations = optimizer.iterations
        averages = optimizer.keeps_average and run.status != "diverged"
        if not averages and not self.callbacks:
            return
        trained = self.model.get_weights()
        if averages:
            optimizer.finalize_variable_values()
        for callback in self.callbacks:
            callback.on_train_end()
        after = self.model.get_weights()
        same = map(np.array_equal, trained, after)
        run.resume_weights = None if all(same) else trained


def _nothing(gradients: Any) -> None:
    """Stand in for the optimizer where a model has nothing to train."""
