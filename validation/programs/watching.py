"""A tf.keras callback that looks inside every layer, every epoch."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from optlab.errors import InputError
from optlab.typing import Array
from optlab.validation.programs.probing import Probe, kernel_of, probe
from optlab.validation.programs.row_arrays import Rows
from optlab.validation.programs.rows import read_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Rows of the batch that is looked at.
ROWS = 64
#: The share of a training's time that looking may take. A look may cost more than the
#: last one did; all of them stay below a tenth.
SHARE = 0.08
#: Seconds that a first look is taken to cost.
FIRST_COST = 0.5
#: Gradients of the first layer below this share of the last one's have vanished; above
#: its inverse they have exploded. AUTOTRAINER's rule (Zhang et al., ICSE 2021).
VANISHED = 1e-3
#: From these shares of a layer's units, or values, it is dead, or saturated.
DEAD, SATURATED = 0.9, 0.9


@dataclass
class Looked:
    """What was seen after one epoch: a `Probe`, and the updates since the last one.

    Attributes
    ----------
    epoch : int
        From 0.
    probe : Probe
        Gradients, outputs, dead units and saturation by layer.
    update_ratio : list of float
        For each kernel, the norm of its change over its norm, a step.
    """

    epoch: int
    probe: Probe
    update_ratio: list[float] = field(default_factory=list)


class Watcher(keras.callbacks.Callback):  # type: ignore[misc]
    """Record gradient norms, update ratios, dead units and saturation every epoch.

    Where looking would take more than a tenth of the time, epochs are left out; a
    training that is too short for any look gets one at its end.

    Parameters
    ----------
    x, y : array_like, tf.data.Dataset or PyDataset, optional
        Rows to look at the model with; 64 of them, evenly spaced, are taken. Left out:
        those that `fit` was called with, unless they come from a generator.
    verbose : bool
        Whether a line is printed when something is wrong.

    Attributes
    ----------
    looks : list of Looked
        One for each epoch that was looked at.
    warnings : list of str
        What was said.
    share : float
        Of the training's time that looking took.

    Examples
    --------
    ``watch = optlab.watch(); model.fit(x, y, callbacks=[watch]); watch.plot()``
    """

    def __init__(self, x: Any = None, y: Any = None, *, verbose: bool = True) -> None:
        super().__init__()
        self.x, self.y, self.verbose = x, y, verbose
        self.looks: list[Looked] = []
        self.warnings: list[str] = []
        self.share = 0.0
        self._broken = False
        self._source = x, y
        self._rows: Rows | None = None
        self._spent = self._began = 0.0
        self._cost = FIRST_COST
        self._kernels: list[Array] = []
        self._steps = 0

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin."""
        self._began, self._spent = time.perf_counter(), 0.0
        self._kernels, self._steps = [], 0
        self._rows = None
        if self.x is None:
            self._source = _rows_of_fit(self.model)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Look, unless that would take too long, or has failed before."""
        self._steps += int((self.params or {}).get("steps") or 1)
        gone = time.perf_counter() - self._began
        if self._broken or self._spent + self._cost > SHARE * (gone + self._cost):
            return
        self._try(epoch, logs or {})

    def on_train_end(self, logs: Any = None) -> None:
        """Look once at least."""
        if not self.looks and not self._broken:
            self._try(int((self.params or {}).get("epochs") or 1) - 1, logs or {})

    def _try(self, epoch: int, logs: dict[str, Any]) -> None:
        clock = time.perf_counter()
        try:
            self._look(epoch, logs)
        except Exception as error:  # a training must not end because of its observer
            self._broken = True
            self._say(f"watch: cannot look inside: {type(error).__name__}: {error}")
        took = time.perf_counter() - clock
        self._spent += took
        self._cost = took
        self.share = self._spent / (time.perf_counter() - self._began)

    def _look(self, epoch: int, logs: dict[str, Any]) -> None:
        rows = self._rows = self._rows or self._chosen()
        seen = Looked(epoch, probe(self.model, rows.inputs, rows.targets))
        layers = {layer.name: layer for layer in self.model.layers}
        kernels = [np.asarray(kernel_of(layers[name])) for name in seen.probe.names]
        if len(kernels) == len(self._kernels):
            for old, new in zip(self._kernels, kernels, strict=True):
                size = float(np.linalg.norm(new)) or 1.0
                moved = float(np.linalg.norm(new - old))
                seen.update_ratio.append(moved / size / max(self._steps, 1))
        self._kernels, self._steps = kernels, 0
        self.looks.append(seen)
        for sentence in _wrong(seen, logs):
            if sentence not in self.warnings:
                self.warnings.append(sentence)
                self._say(f"watch: epoch {epoch + 1}: {sentence}")

    def _chosen(self) -> Rows:
        """Return the rows to look with."""
        x, y = self._source
        if x is None or isinstance(x, Iterator):
            raise InputError("fit's rows come from a generator: give watch(x, y) some.")
        rows = read_rows(x, y, None, self.model)
        count = min(ROWS, len(rows))
        return rows.take(np.linspace(0, len(rows) - 1, count).astype(int))

    def plot(self, ax: Any = None) -> Axes:
        """Draw the gradient norm of every layer against the epoch.

        Parameters
        ----------
        ax : Axes, optional
            What to draw on; new where left out.
        """
        import matplotlib.pyplot as plt

        axes: Axes = ax if ax is not None else plt.subplots()[1]
        epochs = [seen.epoch + 1 for seen in self.looks]
        for k, name in enumerate(self.looks[-1].probe.names if self.looks else ()):
            norms = [max(seen.probe.gradient[k], 1e-12) for seen in self.looks]
            axes.plot(epochs, norms, label=name)
        axes.set_yscale("log")
        axes.set_xlabel("epoch")
        axes.set_ylabel("norm of the gradient")
        if self.looks:
            axes.legend()
        return axes

    def _say(self, message: str) -> None:
        if self.verbose:
            sys.stdout.write(f"\n{message}\n")


def _rows_of_fit(model: Any) -> tuple[Any, Any]:
    """Return x and y of the call of a model's `fit` that is running, from its frame.

    Keras shows a callback no rows.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is model:
            return frame.f_locals.get("x"), frame.f_locals.get("y")
        frame = frame.f_back
    return None, None


def _wrong(seen: Looked, logs: dict[str, Any]) -> list[str]:
    """Return a sentence for each thing that is wrong."""
    found, look = [], seen.probe
    loss = logs.get("loss")
    if loss is not None and not np.isfinite(loss):
        found.append("the loss is not finite")
    if len(look.gradient) > 1 and look.gradient[-1] > 0:
        ratio = look.gradient[0] / look.gradient[-1]
        if ratio < VANISHED:
            found.append(f"the first layer's gradient vanishes (ratio {ratio:.0e})")
        elif ratio > 1 / VANISHED:
            found.append(f"the first layer's gradient explodes (ratio {ratio:.0e})")
    if look.gradient and not any(look.gradient):
        found.append("all gradients are 0: nothing is learned")
    dead = [k for k, share in enumerate(look.dead) if share >= DEAD]
    if dead:
        found.append(f"{len(dead)} layer(s) have {DEAD:.0%} dead units or more")
    full = [k for k, share in enumerate(look.saturated[:-1]) if share >= SATURATED]
    if full:
        found.append(f"{len(full)} layer(s) are saturated")
    return found
