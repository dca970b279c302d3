"""Look inside a Keras model: gradients, outputs of layers, units that are dead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.diagnosis.facts import RECURRENT
from optlab.diagnosis.trials import Outcome
from optlab.diagnosis.watch import Watch
from optlab.typing import Array

#: Outputs of sigmoid and tanh this near to their ends count as saturated.
SATURATED = 0.02


@dataclass
class Probe:
    """What one batch shows of a model.

    Attributes
    ----------
    names : list of str
        Layers with a kernel, from the input on.
    gradient, weight : list of float
        Norms of each kernel's gradient, and of the kernel.
    zero_share, spread, dead, saturated : list of float
        Of each layer's output, for layers with outputs that could be read: the share of
        zeros, the standard deviation, the share of units that are 0 for every row, and
        that of values at the ends of a sigmoid or tanh.
    constant : bool
        Whether every row gets the same answer.
    kernels : list of ndarray
        Those that can be trained.
    through_time : list of float
        For each recurrent layer, the norm of the gradient at the first step of its
        inputs over that at the last one.
    """

    names: list[str] = field(default_factory=list)
    gradient: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    zero_share: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    dead: list[float] = field(default_factory=list)
    saturated: list[float] = field(default_factory=list)
    constant: bool = False
    kernels: list[Array] = field(default_factory=list)
    through_time: list[float] = field(default_factory=list)


def probe(model: Any, inputs: list[Array], targets: list[Array]) -> Probe:
    """Return what a batch shows of a compiled model; nothing is changed.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    inputs, targets : list of ndarray
        One array for each input and output, some hundred rows.
    """
    import tensorflow as tf

    found = Probe()
    outputs: list[tuple[Any, Any]] = []
    sequences: list[Any] = []
    layers = [layer for layer in model.layers if layer.weights or _bends(layer)]
    with (
        _recorded(layers, outputs, sequences),
        tf.GradientTape(persistent=True) as tape,
    ):
        x = inputs[0] if len(inputs) == 1 else inputs
        x = tf.nest.map_structure(_tensor, x)
        for part in tf.nest.flatten(x):
            if part.dtype.is_floating:
                tape.watch(part)
        predicted = model(x, training=False)
        y = targets[0] if len(targets) == 1 else targets
        y = tf.nest.map_structure(_tensor, y)
        loss = model.compute_loss(x=x, y=y, y_pred=predicted)
    owners = [layer for layer in layers if layer.trainable]
    held = [(layer, kernel_of(layer)) for layer in owners]
    kernels = [(layer, kernel) for layer, kernel in held if kernel is not None]
    variables = [kernel.value for _, kernel in kernels]
    gradients = tape.gradient(loss, variables) if variables else []
    found.kernels = [np.asarray(kernel).copy() for _, kernel in kernels]
    found.through_time = _through_time(tape, loss, sequences)
    for (layer, kernel), gradient in zip(kernels, gradients, strict=True):
        found.names.append(layer.name)
        found.gradient.append(0.0 if gradient is None else _norm(gradient))
        found.weight.append(_norm(kernel))
    for layer, value in outputs:
        array = np.asarray(value, "float32")
        found.zero_share.append(float(np.mean(array == 0)))
        found.spread.append(float(array.std()))
        units = array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array[:, None]
        found.dead.append(float(np.mean((units == 0).all(axis=0))))
        found.saturated.append(_saturated(layer, array))
    first = np.asarray(tf.nest.flatten(predicted)[0], float)
    spread = np.ptp(first, axis=0)
    found.constant = bool((spread <= 1e-4 * (1 + np.abs(first).max())).all())
    return found


def kernel_of(layer: Any) -> Any:
    """Return a layer's kernel, of a recurrent one that of its cell; else None."""
    cell = getattr(layer, "cell", None)
    forward = getattr(getattr(layer, "forward_layer", None), "cell", None)
    kernels = (getattr(holder, "kernel", None) for holder in (layer, cell, forward))
    return next((kernel for kernel in kernels if kernel is not None), None)


def watched(outcome: Outcome, losses: list[float], seen: list[Probe]) -> Watch:
    """Return what probes before and after a run show, as the search reads it."""
    found = Watch(outcome, losses)
    usable = [p for p in seen if p.gradient]
    if usable:
        norms = np.array([[p.gradient[0], p.gradient[-1]] for p in usable])
        with np.errstate(all="ignore"):
            found.first_gradient, found.last_gradient = (
                float(value) for value in np.nanmedian(norms, axis=0)
            )
        found.moved = _moved(usable[0].kernels, usable[-1].kernels)
        if outcome.steps:
            found.update_ratio = found.moved / outcome.steps
    ratios = [r for p in seen[:1] for r in p.through_time if r > 0]
    if ratios:
        found.through_time = max(ratios, key=lambda r: abs(np.log(r)))
    if seen:
        found.start_spread, found.spread = seen[0].spread, seen[-1].spread
        found.zero_share = seen[-1].zero_share
        found.constant = len(seen) > 1 and seen[-1].constant
    return found


def _moved(old: list[Array], new: list[Array]) -> float:
    """Return the largest distance between kernels, relative to their size."""
    if not old or len(old) != len(new):
        return float("nan")
    pairs = zip(old, new, strict=True)
    return max(_norm(n - o) / (_norm(o) or 1.0) for o, n in pairs)


def _through_time(tape: Any, loss: Any, sequences: list[Any]) -> list[float]:
    """Return the first step's gradient over the last one's, for each sequence."""
    found = []
    for sequence in sequences:
        gradient = tape.gradient(loss, sequence)
        if gradient is None:
            continue
        values = np.asarray(gradient, float)
        axes = (0, *range(2, values.ndim))
        norms = np.sqrt(np.square(values).sum(axis=axes))
        if np.isfinite(norms).all() and norms[-1] > 0:
            found.append(float(max(norms[0], 1e-300) / norms[-1]))
    return found


class _recorded:
    """Keeps outputs of layers, and inputs of recurrent ones, of a model's call."""

    def __init__(
        self,
        layers: list[Any],
        outputs: list[tuple[Any, Any]],
        sequences: list[Any],
    ) -> None:
        self.layers, self.outputs = layers, outputs
        self.sequences = sequences

    def __enter__(self) -> None:
        for layer in self.layers:
            call = layer.call

            def recorded(
                *given: Any, _call: Any = call, _layer: Any = layer, **named: Any
            ) -> Any:
                if type(_layer).__name__ in RECURRENT and given:
                    self.sequences.append(given[0])
                value = _call(*given, **named)
                if hasattr(value, "shape"):
                    self.outputs.append((_layer, value))
                return value

            object.__setattr__(layer, "call", recorded)

    def __exit__(self, *error: object) -> None:
        for layer in self.layers:
            layer.__dict__.pop("call", None)


def _bends(layer: Any) -> bool:
    return type(layer).__name__ in ("Activation", "ReLU", "LeakyReLU", "Softmax")


def _saturated(layer: Any, array: Array) -> float:
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    if name == "sigmoid":
        return float(np.mean((array < SATURATED) | (array > 1 - SATURATED)))
    if name == "tanh":
        return float(np.mean(np.abs(array) > 1 - SATURATED))
    return 0.0


def _tensor(part: Array) -> Any:
    import tensorflow as tf

    return tf.constant(part.astype("float32") if part.dtype == np.float64 else part)


def _norm(value: Any) -> float:
    return float(np.sqrt(np.sum(np.square(np.asarray(value, float)))))
