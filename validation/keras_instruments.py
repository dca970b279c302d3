"""A tf.keras callback that reads the instruments of a training, on our twin of it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from optlab.errors import InputError
from optlab.instruments.measuring import Meter
from optlab.lookup import is_count
from optlab.tracing import Trace, instrument_names
from optlab.training.inputs import prepare_weights, prepare_x, prepare_y
from optlab.training.objective import Objective
from optlab.typing import Array
from optlab.validation.twins.models import _in_order, model_from_keras
from optlab.validation.twins.optimizers import read_state


class KerasInstruments(keras.callbacks.Callback):  # type: ignore[misc]
    """Read instruments at every so many steps of a tf.keras training.

    Model, loss and optimizer must be ones that optlab has. The figures are those of
    `optlab.instruments` on a twin model with the same weights; their rows are `x`,
    not the batch, which Keras shows to no callback.

    Parameters
    ----------
    x, y : array_like
        The rows to measure on: those of the training, or some of them.
    sample_weight : array_like, shape (rows,), optional
        Their weights.
    every : int
        Steps between two readings.
    instruments : str or sequence of str
        See `optlab.tracing.INSTRUMENTS`.

    Attributes
    ----------
    trace : Trace
        `steps`, `learning_rate` and `instruments` of what was read;
        `optlab.plots.plot_instruments` takes the callback for a run.
    optimizer : Optimizer
        Our twin of the optimizer.

    Raises
    ------
    InputError
        If an argument is out of range; when the training begins, if optlab lacks
        something of the model.

    Examples
    --------
    ``model.fit(x, y, callbacks=[optlab.instruments.KerasInstruments(x, y, every=10)])``
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        every: int = 1,
        instruments: Any = "all",
    ) -> None:
        super().__init__()
        if not is_count(every, 1):
            raise InputError(f"`every` must be at least 1. Received: every={every!r}")
        self.every, self.names = every, instrument_names(instruments)
        self._rows = x, y, sample_weight
        self._twin: Any = None
        self._step = 0
        self.optimizer: Any = None
        self.trace = Trace((), (), every)

    def on_train_begin(self, logs: Any = None) -> None:
        """Make the twin of model, loss and optimizer."""
        setup = model_from_keras(self.model)
        ours = setup.model
        if setup.loss is None or setup.optimizer is None:
            raise InputError(
                "The Keras model must be compiled with loss and optimizer."
            )
        objective = Objective(ours, setup.loss, bool(self.model.run_eagerly))
        x, y, weights = self._rows
        rows = prepare_x(x, ours.input_shape, ours.dtype)
        target = prepare_y(y, objective.loss, ours.output_shape, ours.dtype, len(rows))
        if weights is not None:
            weights = prepare_weights(weights, len(rows), ours.dtype, "sample_weight")
        self._batch = rows, target, weights
        self._twin, self.optimizer = ours, setup.optimizer
        self._variables = _in_order(self.model, ours)
        self._meter = Meter(objective, self.optimizer, self.names)
        self.trace = Trace(ours.parameters.names, (), self.every)
        self._step = 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Keep weights and rate where the step is to be read."""
        if self._step % self.every == 0:
            self._before = self._weights()
            self._rate = float(np.asarray(self.model.optimizer.learning_rate))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Read the step."""
        step, self._step = self._step, self._step + 1
        if step % self.every:
            return
        read_state(self.model.optimizer, self.optimizer, self._variables)
        self._freeze()
        update = self._weights() - self._before
        row = self._meter.read(step, self._before, update, self._batch, self._rate)
        self.trace._rows["steps"].append(step)
        self.trace._rows["learning_rate"].append(self._rate)
        for name, value in row.items():
            self.trace._instruments.setdefault(name, []).append(value)

    def _weights(self) -> Array:
        """Return the trained weights in the order of our arena."""
        return np.concatenate([np.ravel(v.numpy()) for v in self._variables])

    def _freeze(self) -> None:
        """Give the twin what is not trained, such as moving statistics."""
        if self._twin.non_trainable:
            now = model_from_keras(self.model, compiled=False).model
            self._twin.set_weights(now.get_weights())
