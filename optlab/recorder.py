"""Filling a trace while a run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.kernels.moments import moments, norms
from optlab.parameters import Parameters
from optlab.tracing import Record, Trace
from optlab.typing import Array


class Recorder:
    """Fills a trace during a run: `before` and `after` each recorded update.

    Parameters
    ----------
    record : Record
        What to keep.
    parameters, gradients : Parameters
        The arenas that the optimizer reads and writes.
    optimizer : Optimizer
        Built for them.
    model : Sequential, optional
        Whose activations to record.
    trace : Trace, optional
        An earlier part of the same run, to be continued.
    meter : Meter, optional
        Of `optlab.instruments`, to be read at each recorded step.
    """

    def __init__(
        self,
        record: Record,
        parameters: Parameters,
        gradients: Parameters,
        optimizer: Any,
        model: Any = None,
        trace: Trace | None = None,
        meter: Any = None,
    ) -> None:
        self.record = record
        self._meter = meter
        self.every = record.every
        self._parameters, self._gradients = parameters, gradients
        self._optimizer = optimizer
        self._model = model if record.activations else None
        self.trace = trace or Trace(parameters.names, (), record.every)
        self._before = np.empty_like(parameters.flat)
        self._bounds = np.array([*parameters.offsets, parameters.size], np.int64)

    def before(self, step: int, loss: float) -> None:
        """Note the state before an update; the gradients must be there."""
        rows = self.trace._rows
        rows["steps"].append(step)
        rows["loss"].append(loss)
        optimizer = self._optimizer
        rate = optimizer.learning_rate if optimizer.has_one_rate else float("nan")
        rows["learning_rate"].append(float(rate))
        np.copyto(self._before, self._parameters.flat)
        rows["parameter_norm"].append(self._tensor_norms(self._before))
        rows["gradient_norm"].append(self._tensor_norms(self._gradients.flat))
        mean, std = np.empty((2, len(self._bounds) - 1))
        moments(self._gradients.flat, self._bounds, mean, std)
        rows["gradient_mean"].append(mean)
        rows["gradient_std"].append(std)
        if self.record.values:
            rows["parameters"].append(self._before.copy())
            rows["gradients"].append(self._gradients.flat.copy())
        if self._model is not None:
            self._note_activations(self._model.activations(), rows)

    def _note_activations(
        self, found: Sequence[tuple[str, Array]], rows: dict[str, list[Any]]
    ) -> None:
        self.trace.layers = tuple(name for name, _ in found)
        wide = [np.asarray(values, np.float64) for _, values in found]
        with np.errstate(all="ignore"):
            rows["activation_mean"].append(np.array([a.mean() for a in wide]))
            rows["activation_std"].append(np.array([a.std() for a in wide]))
            rows["activation_zero"].append(np.array([np.mean(a == 0) for a in wide]))

    def after(self, batch: tuple[Array, Array, Array | None] | None = None) -> None:
        """Note what the update did; `batch` is what the instruments look at."""
        rows = self.trace._rows
        point = self._before.copy() if self._meter is not None else None
        with np.errstate(all="ignore"):
            np.subtract(self._parameters.flat, self._before, out=self._before)
        if point is not None and batch is not None:
            self._read(point, batch)
        rows["update_norm"].append(self._tensor_norms(self._before))
        if self.record.values:
            rows["updates"].append(self._before.copy())
        if not self.record.slots:
            return
        for name, arrays in self._optimizer.state.items():
            if len(arrays) != len(self._parameters):
                continue
            self.trace._slots.setdefault(name, []).append(_norms(arrays))
            if self.record.values:
                flat = np.concatenate([np.ravel(array) for array in arrays])
                self.trace._slot_values.setdefault(name, []).append(flat)

    def _tensor_norms(self, flat: Array) -> Array:
        """Return the Euclidean norm of each tensor of an arena."""
        found = np.empty(len(self._bounds) - 1)
        norms(flat, self._bounds, found)
        return found

    def _read(self, point: Array, batch: tuple[Array, Array, Array | None]) -> None:
        """Add the instruments' figures."""
        rows, meter = self.trace._rows, self._meter
        step, rate = rows["steps"][-1], rows["learning_rate"][-1]
        found = meter.read(step, point, self._before, batch, rate)
        for name, value in found.items():
            self.trace._instruments.setdefault(name, []).append(value)
        self.trace.instrument_state = meter.save_state()


def _norms(arrays: Any) -> Array:
    """Return the Euclidean norm of each array, summed in float64 in a fixed order."""
    with np.errstate(all="ignore"):
        return np.array(
            [np.sqrt(np.square(array, dtype=np.float64).sum()) for array in arrays]
        )
