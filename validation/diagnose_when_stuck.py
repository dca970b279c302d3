"""A tf.keras callback that asks why, when the training has stalled or gone NaN."""

from __future__ import annotations

import math
import sys
from typing import Any

import keras
import numpy as np

from optlab.diagnosis import Diagnosis, diagnose, text
from optlab.errors import InputError


class DiagnoseWhenStuck(keras.callbacks.Callback):  # type: ignore[misc]
    """Diagnose the model that is being trained, once, when it gets stuck.

    Parameters
    ----------
    x, y : array_like
        The rows it is trained on.
    validation_data : (x, y), optional
        Rows to score on; a fifth of the rows where left out.
    patience : int
        Epochs without improvement after which the training counts as stalled.
    min_delta : float
        The share of the best value that counts as an improvement.
    monitor : str
        What has to fall.
    batch_size : int, optional
        As `fit` is called; worked out from the steps of an epoch where left out.
    budget : float
        Seconds for the diagnosis.
    stop_training : bool
        Whether training ends after a diagnosis that proved a fault.
    verbose : bool
        Whether the answer is printed.

    Attributes
    ----------
    answer : Diagnosis or None
        None for as long as nothing got stuck.

    Notes
    -----
    It never raises into a training, and never stops one unless a fault was proved.

    Examples
    --------
    ``model.fit(x, y, epochs=50, callbacks=[DiagnoseWhenStuck(x, y)])``
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        validation_data: Any = None,
        *,
        patience: int = 5,
        min_delta: float = 1e-3,
        monitor: str = "loss",
        batch_size: int | None = None,
        budget: float = 60.0,
        stop_training: bool = True,
        verbose: bool = True,
    ) -> None:
        if patience < 1:
            raise InputError(f"`patience` must be at least 1. Received: {patience}")
        super().__init__()
        self.x, self.y, self.validation_data = x, y, validation_data
        self.patience, self.min_delta, self.monitor = patience, min_delta, monitor
        self.batch_size, self.budget = batch_size, budget
        self.stops, self.verbose = stop_training, verbose
        self.answer: Diagnosis | None = None
        self._best, self._waited, self._last = math.inf, 0, 0.0
        self._asked = False
        self._first: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin to watch."""
        self._first = self.model.get_weights()
        self._best, self._waited, self._last = math.inf, 0, 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Remember the loss, for a run that is ended within an epoch."""
        self._last = float((logs or {}).get("loss", 0.0))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Ask why, where the monitored value is not finite or has stopped falling."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            return
        value = float(value)
        if not math.isfinite(value):
            self._ask(f"{self.monitor} is {value:g} after epoch {epoch + 1}")
            return
        if value < self._best - self.min_delta * abs(self._best) or math.isinf(
            self._best
        ):
            self._best, self._waited = value, 0
            return
        self._waited += 1
        if self._waited >= self.patience:
            self._ask(f"{self.monitor} has not fallen for {self._waited} epochs")

    def on_train_end(self, logs: Any = None) -> None:
        """Ask why, where another callback ended the training at a NaN."""
        if not math.isfinite(self._last):
            self._ask(f"loss is {self._last:g}")

    def _ask(self, why: str) -> None:
        """Run the diagnosis, once."""
        if self._asked:
            return
        self._asked = True
        self._say(f"\nStuck: {why}. Diagnosing, for at most {self.budget:g} s ...")
        try:
            self.answer = self._diagnosed()
        except Exception as error:  # a training must not end because of its observer
            self._say(f"No diagnosis: {type(error).__name__}: {error}")
            return
        self._say(text.report(self.answer))
        proved = any(found.status == "proved" for found in self.answer.causes)
        if self.stops and self.answer.verdict == "faulty" and proved:
            self.model.stop_training = True

    def _diagnosed(self) -> Diagnosis:
        """Diagnose the model as it began; put everything back as it is now."""
        model, now = self.model, self.model.get_weights()
        state = [np.asarray(v) for v in model.optimizer.variables]
        try:
            model.set_weights(self._first)
            for variable in model.optimizer.variables:
                if variable is not model.optimizer._learning_rate:
                    variable.assign(np.zeros(variable.shape, variable.dtype))
            return diagnose(
                model,
                self.x,
                self.y,
                epochs=int(self.params.get("epochs") or 20),
                batch_size=self.batch_size or self._batch_size(),
                validation_data=self.validation_data,
                budget=self.budget,
            )
        finally:
            model.set_weights(now)
            for variable, value in zip(model.optimizer.variables, state, strict=True):
                variable.assign(value)

    def _batch_size(self) -> int:
        """Return the rows of a batch, from the steps of an epoch."""
        steps = int(self.params.get("steps") or 0)
        return -(-len(self.x) // steps) if steps else 32

    def _say(self, message: str) -> None:
        if self.verbose:
            sys.stdout.write(f"{message}\n")
