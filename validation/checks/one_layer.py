"""One layer beside tf.keras's: its output and its gradients by weights and input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optlab.layers import Layer
from optlab.model import Sequential
from optlab.typing import Array
from optlab.validation.draws import Drawn
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


def model_of(drawn: Drawn, dtype: str, rng: np.random.Generator) -> Sequential:
    """Return a model of one layer, its trained weights random."""
    model = Sequential([drawn.layer], input_shape=drawn.shape, dtype=dtype, seed=1)
    for weight in model.parameters:
        weight[...] = rng.normal(0.1, 0.6, weight.shape)
    return model


def twin_of(layer: Layer) -> Any:
    """Return tf.keras's layer of the same class and configuration, not built."""
    cls = getattr(load().keras.layers, type(layer).__name__)
    return cls.from_config(layer.get_config())


def pairs(model: Sequential, twin: Any, drawn: Drawn) -> Iterator[Pair]:
    """Yield the output and all gradients of both.

    Parameters
    ----------
    model : Sequential
        Ours, of the layer of `drawn`.
    twin : keras.layers.Layer
        From `twin_of`; takes over the weights and, in training, what ours drew.
    drawn : Drawn
        The batch, its mask, and whether dropout drops.
    """
    tf = load().tf
    layer, training = model.layers[0], drawn.training
    x = drawn.x.astype(model.dtype)
    inputs = tf.constant(x)
    given: dict[str, Any] = {"training": training}
    if drawn.mask is not None:
        given["mask"] = tf.constant(drawn.mask)
    if not twin.built:
        twin.build((None, *drawn.shape))
    twin.set_weights(model.get_weights())
    layer.mask = drawn.mask
    draw: Any = OneDraw()
    output = model.forward(x, training=training, rng=draw).copy()
    if training:
        _hand_over(layer, twin)
    grad = np.random.default_rng(0).standard_normal(output.shape).astype(x.dtype)
    theirs, slopes = gradients_of(twin, inputs, grad, twin.trainable_variables, **given)
    by_input = model.backward(grad.copy(), input_gradient=True)
    yield "output", output, theirs.numpy()
    yield "gradient of the input", np.asarray(by_input), slopes[0].numpy()
    for name, slope in zip(model.parameters.names, slopes[1:], strict=True):
        expected = tf.convert_to_tensor(slope).numpy()
        yield f"gradient of {name}", model.gradients[name], expected
    for (name, ours), other in zip(model.weights, twin.weights, strict=True):
        if name not in model.parameters.names:
            yield name, ours, other.numpy().astype(ours.dtype)  # a count is an integer


def gradients_of(
    twin: Any, inputs: Any, grad: Array, variables: Sequence[Any], **given: Any
) -> tuple[Any, list[Any]]:
    """Return a twin's output, and its gradients by the inputs and some variables.

    Parameters
    ----------
    twin : keras.layers.Layer or keras.Model
    inputs : tensor
    grad : ndarray
        The derivative by the output; penalties are added.
    variables : sequence of keras.Variable
    **given
        What the twin is called with besides.
    """
    tf = load().tf
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = twin(inputs, **given)
        value = tf.reduce_sum(output * grad)
        for penalty in twin.losses:
            value += tf.cast(penalty, value.dtype)
    sources = [inputs, *variables]
    return output, tape.gradient(value, sources, unconnected_gradients="zero")


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


def slope_error(model: Sequential, drawn: Drawn, step: float = 1e-6) -> float:
    """Return the largest error of five gradients a tensor against differences.

    Parameters
    ----------
    model : Sequential
        Of the layer of `drawn`, in float64.
    drawn : Drawn
        The batch and its mask.
    step : float
        Half the width of a difference.
    """
    rng = np.random.default_rng(1)
    layer = model.layers[0]
    # Whole numbers may be on a kink, or the largest of several.
    x = drawn.x + (drawn.x == np.round(drawn.x)) * rng.uniform(0.1, 0.4, drawn.x.shape)
    mix = rng.standard_normal((len(x), *model.output_shape))
    draw: Any = OneDraw()

    def value() -> float:
        layer.mask = drawn.mask
        output = model.forward(x, drawn.training, draw)
        return float((output * mix).sum()) + model.penalty()

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
