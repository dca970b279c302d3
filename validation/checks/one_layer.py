"""One layer beside tf.keras's: its output and its gradients by weights and input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from optlab.layers import Layer
from optlab.model import Sequential
from optlab.typing import Array
from optlab.validation.runtime import load

#: A tensor's name, ours, and tf.keras's.
Pair = tuple[str, Array, Array]


class OneDraw:
    """A generator of which only one number is asked: that of a layer's dropout."""

    def __init__(self, number: float = 0.37) -> None:
        self.number = number

    def random(self) -> float:
        """Return the number."""
        return self.number


def model_of(
    layer: Layer, shape: tuple[int, ...], dtype: str, rng: np.random.Generator
) -> Sequential:
    """Return a model of one layer, with random weights."""
    model = Sequential([layer], input_shape=shape, dtype=dtype, seed=1)
    weights = [rng.normal(0.1, 0.6, w.shape) for w in model.get_weights()]
    model.set_weights(weights)
    return model


def twin_of(layer: Layer) -> Any:
    """Return tf.keras's layer of the same class and configuration, not built."""
    cls = getattr(load().keras.layers, type(layer).__name__)
    return cls.from_config(layer.get_config())


def pairs(
    model: Sequential,
    twin: Any,
    x: Array,
    mask: Array | None = None,
    training: bool = False,
) -> Iterator[Pair]:
    """Yield the output and all gradients of both.

    Parameters
    ----------
    model : Sequential
        Ours, of one layer.
    twin : keras.layers.Layer
        From `twin_of`; takes over the weights and, in training, what ours drew.
    x : ndarray
        A batch.
    mask : ndarray of bool, shape (rows, steps), or None
        What a layer before it would have made.
    training : bool
        Whether dropout drops.
    """
    tf = load().tf
    layer = model.layers[0]
    layer.mask = mask
    draw: Any = OneDraw()
    output = model.forward(x, training=training, rng=draw).copy()
    inputs = tf.constant(x)
    given = {} if mask is None else {"mask": tf.constant(mask)}
    if not twin.built:
        twin(inputs, **given)
    twin.set_weights(model.get_weights())
    if training:
        given["training"] = True
        _hand_over(layer, twin)
    grad = np.random.default_rng(0).standard_normal(output.shape).astype(x.dtype)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        theirs = twin(inputs, **given)
        value = tf.reduce_sum(theirs * grad)
    sources = [inputs, *twin.trainable_variables]
    slopes = tape.gradient(value, sources, unconnected_gradients="zero")
    by_input = model.backward(grad.copy(), input_gradient=True)
    if by_input is None:
        by_input = np.zeros_like(x)
    yield "output", output, theirs.numpy()
    yield "gradient of the input", by_input, slopes[0].numpy()
    for name, slope in zip(model.parameters.names, slopes[1:], strict=True):
        expected = tf.convert_to_tensor(slope).numpy()
        yield f"gradient of {name}", model.gradients[name], expected


def _hand_over(layer: Any, twin: Any) -> None:
    """Give a recurrent twin the masks of dropout that ours drew."""
    layers = [(layer, twin)]
    if hasattr(twin, "forward_layer"):
        layers = [
            (layer.forward_layer, twin.forward_layer),
            (layer.backward_layer, twin.backward_layer),
        ]
    for ours, theirs in layers:
        cell = getattr(theirs, "cell", None)
        if cell is None:
            continue
        for name, drawn in ours.drawn().items():
            masks = [mask.copy() for mask in drawn]
            if masks:
                one = not hasattr(cell, "dropout_mask_count")
                setattr(cell, name, masks[0] if one or len(masks) == 1 else masks)


def largest_error(found: Iterator[Pair], least: float = 1e-3) -> tuple[float, str]:
    """Return the largest difference relative to its tensor's largest entry, and whose.

    Parameters
    ----------
    found : iterator of (name, ours, theirs)
        From `pairs`.
    least : float
        What takes the place of a smaller largest entry.
    """
    worst, name = 0.0, ""
    for what, ours, theirs in found:
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            return np.inf, f"{what}: {ours.dtype}{ours.shape} {theirs.shape}"
        scale = max(float(np.abs(theirs).max(initial=0.0)), least)
        error = float(np.abs(ours - theirs).max(initial=0.0)) / scale
        if not error <= worst:
            worst, name = error, what
    return worst, name


def slope_error(
    model: Sequential, x: Array, mask: Array | None = None, step: float = 1e-6
) -> float:
    """Return the largest error of five gradients a tensor against differences.

    Parameters
    ----------
    model : Sequential
        Of one layer, in float64.
    x : ndarray
        A batch; changed and put back.
    mask : ndarray of bool or None
        See `pairs`.
    step : float
        Half the width of a difference.
    """
    rng = np.random.default_rng(1)
    layer = model.layers[0]
    mix = rng.standard_normal((len(x), *model.output_shape))
    draw: Any = OneDraw()

    def value() -> float:
        layer.mask = mask
        return float((model.forward(x, training=True, rng=draw) * mix).sum())

    value()
    by_input = model.backward(mix.copy(), input_gradient=True)
    tensors = [
        (model.parameters[n], model.gradients[n].copy()) for n in model.parameters.names
    ]
    if by_input is not None:
        tensors.append((x, by_input.copy()))
    worst = 0.0
    for array, slope in tensors:
        flat = array.reshape(-1)
        for k in rng.integers(0, flat.size, 5):
            old = flat[k]
            flat[k] = old + step
            above = value()
            flat[k] = old - step
            below = value()
            flat[k] = old
            error = abs((above - below) / (2 * step) - slope.reshape(-1)[k])
            worst = max(worst, error / max(1.0, float(np.abs(slope).max())))
    return worst
