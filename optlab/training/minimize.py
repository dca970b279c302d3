"""`minimize`: walk down an analytic function with an optimizer."""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab import callbacks as callbacks_module
from optlab.errors import InputError
from optlab.interrupts import InterruptGuard
from optlab.kernels.floating_point import flush_subnormals
from optlab.parameters import Parameters, checked_dtype
from optlab.recorder import Recorder
from optlab.run import Run
from optlab.run_position import Position
from optlab.tracing import Record
from optlab.training.arguments import positive
from optlab.training.checkpoint import Checkpoint
from optlab.training.progress import Progress
from optlab.training.resume import check_idle, check_resumable, noted
from optlab.typing import Array


def minimize(
    problem: Any,
    optimizer: Any,
    steps: int = 500,
    start: npt.ArrayLike | None = None,
    record: Any = 1,
    *,
    dtype: npt.DTypeLike = "float64",
    callbacks: Any = (),
    resume: Run | None = None,
    checkpoint: Checkpoint | None = None,
    progress: Callable[[dict[str, Any]], Any] | None = None,
) -> Run:
    """Minimize a problem from a start, step by step.

    Parameters
    ----------
    problem : str, dict or Problem
        See `optlab.problems.get`.
    optimizer : str, dict or Optimizer
        See `optlab.optimizers.get`; one that has not been used yet.
    steps : int
        Updates to make, counted from the beginning of the run also when it is resumed.
    start : array_like, shape (dimension,), optional
        Where to begin; the problem's own start where left out.
    record : int, Record or None
        Keep a trace of every so many steps, with every number of gradient, update and
        slots; see `optlab.tracing`. Points and values are kept in any case.
    dtype : {"float64", "float32"}
        What point and optimizer compute in.
    callbacks : callback or sequence of callbacks
        See `optlab.callbacks.get`; here every step is an epoch, whose logs hold "loss",
        the value at the new point.
    resume : Run, optional
        Go on with this run, bit for bit as if it had not ended. All else must be the
        same but for `steps`.
    checkpoint : Checkpoint, optional
        Where to write the run while it goes on; here every step is an epoch.
    progress : callable, optional
        See `optlab.training.progress`.

    Returns
    -------
    Run
        With `trajectory`, shape (steps + 1, dimension), and `losses`, shape
        (steps + 1,); both begin with the start. A run that leaves the finite numbers
        is "diverged" and ends with the first point or value that is not finite.

    Raises
    ------
    InputError
        If a name is unknown, or a start or a number is out of range.
    ValueError
        If the optimizer is built for other parameters.

    Examples
    --------
    >>> import optlab
    >>> run = minimize("booth", optlab.SGD(0.1), steps=100)
    >>> run.trajectory[-1].round(6).tolist()
    [1.0, 3.0]
    """
    from optlab import optimizers, problems

    problem = problems.get(problem)
    optimizer = optimizers.get(optimizer)
    aim = positive("steps", steps)
    wanted = Record.of(record, values=True, activations=False)
    if wanted is not None and wanted.instruments:
        raise InputError("`instruments` are read by `fit`; a function has no batches.")
    found_callbacks = callbacks_module.get_all(callbacks)
    first = problem.point(problem.start if start is None else start)
    if not np.isfinite(first).all():
        raise InputError(
            f"`start` must be finite. Received: start={np.asarray(start).tolist()}"
        )
    run = Run(
        optimizer=optimizer,
        problem=problem,
        settings={
            "problem": repr(problem),
            "dtype": checked_dtype(dtype).name,
            "callbacks": [type(callback).__name__ for callback in found_callbacks],
            "start": first.tolist(),
            "optimizer": noted(optimizer),
        },
    )
    point = Parameters([(problem.dimension,)], dtype, ["x"])
    point.flat[:] = first
    if resume is not None:
        if isinstance(resume, Run) and optimizer is resume.optimizer:
            run.settings["optimizer"] = resume.settings.get("optimizer")
            if start is None:
                run.settings["start"] = resume.settings.get("start")
        check_resumable(resume, run.settings)
        point = _left_point(resume, optimizer, point)
    directions: dict[str, str | None] = {"loss": "min", "learning_rate": None}
    for callback in found_callbacks:
        callback.attach(None, optimizer, run, directions)
    optimizer.build(point)
    run.arena = point
    if resume is not None:
        _continue(resume, run, optimizer, found_callbacks)
    walk = _Walk(run, aim, wanted, found_callbacks, progress, checkpoint)
    walk(resumed=resume is not None)
    return run


class _Walk:
    """One run of `minimize`."""

    def __init__(
        self,
        run: Run,
        steps: int,
        record: Record | None,
        callbacks: list[callbacks_module.Callback],
        progress: Callable[[dict[str, Any]], Any] | None,
        checkpoint: Checkpoint | None,
    ) -> None:
        self.checkpoint = checkpoint
        self.run, self.steps, self.callbacks = run, steps, callbacks
        self.problem: Any = run.problem
        self.optimizer: Any = run.optimizer
        self.point: Parameters = run.arena  # type: ignore[assignment]
        self.gradient = self.point.zeros_like()
        self.progress = None if progress is None else Progress([progress], None, steps)
        self.recorder = None
        if record is not None:
            self.recorder = Recorder(
                record, self.point, self.gradient, self.optimizer, None, run.trace
            )
            run.trace = self.recorder.trace

    def __call__(self, resumed: bool) -> None:
        run = self.run
        self._began = time.perf_counter() - run.seconds
        done = [] if run.trajectory is None else list(run.trajectory)
        with flush_subnormals(), np.errstate(all="ignore"), InterruptGuard() as guard:
            try:
                self._walk(done, guard.flag, resumed)
            except KeyboardInterrupt:
                run.status = "interrupted"
            finally:
                if self.optimizer.looks_again:
                    self.optimizer.value_and_grad = None
            for callback in self.callbacks:
                callback.on_train_end()
        self._note(done)

    def _note(self, done: list[Array]) -> None:
        """Let the run tell what was done so far."""
        run = self.run
        points = len(run.step_losses)
        run.steps = points - 1
        run.trajectory = np.array(done[:points], self.point.dtype)
        run.history = {"loss": run.losses.tolist()}
        run.iterations = self.optimizer.iterations
        run.position = Position(
            callbacks=[callback.save_state() for callback in self.callbacks]
        )
        run.seconds = time.perf_counter() - self._began

    def _walk(self, done: list[Array], flag: list[int], resumed: bool) -> None:
        run, point, recorder = self.run, self.point.flat, self.recorder
        if self.optimizer.looks_again:
            self.optimizer.value_and_grad = self._looked_again
        value, slope = self.problem.value_and_grad(point)
        if not resumed:
            for callback in self.callbacks:
                callback.on_train_begin()
            done.append(point.copy())
            run.step_losses.append(value)
        step = len(run.step_losses) - 1
        while not self._broken(value, slope, step):
            if step >= self.steps:
                run.status = "finished"
                return
            if flag:
                run.status = "interrupted"
                return
            for callback in self.callbacks:
                callback.on_epoch_begin(step)
            self.gradient.flat[:] = slope
            recorded = recorder is not None and step % recorder.every == 0
            if recorded:
                recorder.before(step, value)  # type: ignore[union-attr]
            run.interrupted_mid_update = True
            self.optimizer.apply(self.gradient)
            if recorded:
                recorder.after()  # type: ignore[union-attr]
            value, slope = self.problem.value_and_grad(point)
            done.append(point.copy())
            run.step_losses.append(value)
            run.interrupted_mid_update = False
            if self.progress is not None:
                self.progress.step(None, step + 1, value)
            logs = {"loss": value}
            for callback in self.callbacks:
                callback.on_batch_end(step, logs)
                callback.on_epoch_end(step, logs)
            step += 1
            if any(callback.stop_training for callback in self.callbacks):
                run.status = "stopped_early"
                return
            wanted = self.checkpoint
            if wanted and (wanted.after_step(step) or wanted.after_epoch(step)):
                self._note(done)
                wanted.write(run)

    def _looked_again(self) -> tuple[float, Parameters]:
        """Return the value and the gradient at the present point."""
        value, slope = self.problem.value_and_grad(self.point.flat)
        found = self.gradient.zeros_like()
        found.flat[:] = slope
        return value, found

    def _broken(self, value: float, slope: Array, step: int) -> bool:
        """End the run where point, value or gradient is not finite."""
        for what, kind, numbers in (
            ("point x", "weight", self.point.flat),
            ("value f(x)", "loss", np.array([value])),
            ("gradient", "gradient", slope),
        ):
            if np.isfinite(numbers).all():
                continue
            name = "inf" if np.isinf(numbers).any() else "NaN"
            self.run.status = "diverged"
            self.run.divergence = {
                "what": what,
                "kind": kind,
                "value": name,
                "epoch": 0,
                "step": step,
                "message": f"{what} became {name} after {step} steps.",
            }
            return True
        return not math.isfinite(value)


def _left_point(old: Run, optimizer: Any, fresh: Parameters) -> Parameters:
    """Return the arena at which a run was left."""
    if optimizer is not old.optimizer or old.arena is None:
        fresh.flat[:] = old.trajectory[-1]  # type: ignore[index]
        return fresh
    check_idle(old, optimizer)
    arena: Parameters = old.arena
    return arena


def _continue(
    old: Run, run: Run, optimizer: Any, callbacks: list[callbacks_module.Callback]
) -> None:
    """Copy what happened so far, and put the state back."""
    if optimizer is not old.optimizer or old.arena is None:
        optimizer.load_state(old.optimizer_state())
    run.trajectory = old.trajectory
    run.step_losses = array("d", old.step_losses)
    run.seconds = old.seconds
    if old.trace is not None:
        run.trace = old.trace.copy()
    for callback, state in zip(callbacks, old.position.callbacks, strict=True):
        callback.load_state(state)
