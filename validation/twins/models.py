"""A model's twin in tf.keras, and back: layers, weights, and how it is compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from optlab.errors import InputError
from optlab.layers import Dropout, Layer, Residual
from optlab.losses import Loss
from optlab.model import Sequential
from optlab.model_config import model_arguments
from optlab.optimizers import Optimizer
from optlab.validation.runtime import load
from optlab.validation.twins.losses import loss_from_keras
from optlab.validation.twins.optimizers import optimizer_from_keras
from optlab.validation.twins.replay import replayed_dropout


@dataclass(frozen=True)
class Setup:
    """What a tf.keras model brings along.

    Attributes
    ----------
    model : Sequential
        With the same weights.
    loss, optimizer : Loss, Optimizer, or None
        What it was compiled with; the optimizer with its state, built for `model`.
    """

    model: Sequential
    loss: Loss | None = None
    optimizer: Optimizer | None = None


def model_to_keras(model: Sequential, replay: bool = False) -> Any:
    """Return the tf.keras model with the same layers and weights.

    Parameters
    ----------
    model : Sequential
        Ours. A `Residual` block becomes ``keras.layers.Add()([x, block(x)])``.
    replay : bool
        Whether dropout layers are to be given their masks, not draw them; see
        `optlab.validation.twins.replay`.

    Raises
    ------
    InputError
        Naming the layer that tf.keras lacks.
    """
    keras = load().keras
    start = keras.Input(model.input_shape, dtype=model.dtype.name)
    ends = {-1: start}
    for k, (layer, taken) in enumerate(zip(model.layers, model.sources, strict=True)):
        given = [ends[number] for number in taken]
        ends[k] = _apply(layer, given if layer.merges else given[0], replay)
    twin = keras.Model(start, ends[k], name=model.name)
    ours = dict(model.weights)
    for names, weights in _paired(model, twin):
        for name, weight in zip(names, weights, strict=True):
            weight.assign(ours[name])
    for layer in twin.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it computes with copies of its weights
    return twin


def layer_to_keras(layer: Layer) -> Any:
    """Return tf.keras's layer of the same class and configuration.

    Raises
    ------
    InputError
        If tf.keras has no such layer.
    """
    name = type(layer).__name__
    cls = getattr(load().keras.layers, name, None)
    if cls is None:
        raise InputError(f"tf.keras has no layer {name!r}. (In layer {layer.name!r}.)")
    return cls.from_config(layer.get_config())


def _apply(layer: Layer, x: Any, replay: bool) -> Any:
    """Put the twin of one layer behind a symbolic tensor."""
    if isinstance(layer, Residual):
        y = x
        for inner in layer.layers:
            y = _apply(inner, y, replay)
        add = load().keras.layers.Add
        return add(name=layer.name, dtype=str(layer.dtype))([x, y])
    if replay and isinstance(layer, Dropout):
        cls = replayed_dropout()
        return cls(layer.rate, name=layer.name, dtype=str(layer.dtype))(x)
    return layer_to_keras(layer)(x)


def model_from_keras(twin: Any, compiled: bool = True) -> Setup:
    """Return our model with the layers and weights of a tf.keras one.

    Parameters
    ----------
    twin : keras.Sequential or keras.Model
        Built. Functional models may have sums and concatenations.
    compiled : bool
        Whether to read loss and optimizer, where the model is compiled.

    Raises
    ------
    InputError
        Naming the first layer that optlab lacks, or what makes the model more than a
        chain with sums and concatenations.
    """
    keras = load().keras
    if isinstance(twin, keras.Sequential) and not twin.built:
        raise InputError("The Keras model is not built: give it a keras.Input.")
    if not isinstance(twin, keras.Model) or not getattr(twin, "inputs", None):
        raise InputError(
            "A keras.Sequential or a functional keras.Model is needed. "
            f"Received: {type(twin).__name__}"
        )
    arguments = model_arguments(twin.get_config())
    arguments["input_shape"] = tuple(twin.inputs[0].shape[1:])
    arguments["dtype"] = _dtype(twin)
    model = Sequential(**arguments)
    theirs: dict[str, Any] = {}
    for names, weights in _paired(model, twin):
        theirs |= {n: w.numpy() for n, w in zip(names, weights, strict=True)}
    model.set_weights([theirs[name] for name, _ in model.weights])
    if not compiled or not getattr(twin, "compiled", False):
        return Setup(model)
    return Setup(model, *_compiled(twin, model, list(model.parameters.names)))


def _paired(model: Sequential, twin: Any) -> Iterator[tuple[list[str], list[Any]]]:
    """Yield the full names of a layer's weights, and those of its twin."""
    for layer in _layers(twin):
        if layer.weights:
            parts = {part.name for part in model.get_layer(layer.name).parts()}
            names = [name for name, _ in model.weights if name.split("/")[0] in parts]
            yield names, layer.weights


def _compiled(
    twin: Any, model: Sequential, order: list[str]
) -> tuple[Loss | None, Optimizer]:
    """Read loss and optimizer of a compiled model."""
    loss = None if twin.loss is None else loss_from_keras(twin.loss)
    theirs = twin.optimizer
    found = {
        id(weight): name
        for names, weights in _paired(model, twin)
        for name, weight in zip(names, weights, strict=True)
    }
    names = [found[id(variable)] for variable in twin.trainable_variables]
    params = model.parameters if not theirs.built or names == order else None
    return loss, optimizer_from_keras(theirs, params)


def _dtype(twin: Any) -> str:
    """Return the dtype of the weights, which must be one."""
    dtypes = {weight.dtype for layer in _layers(twin) for weight in layer.weights}
    dtypes = dtypes or {twin.inputs[0].dtype}
    if len(dtypes) > 1:
        raise InputError(
            "The weights of the Keras model must have one dtype. Received: "
            + ", ".join(sorted(map(str, dtypes)))
        )
    return str(dtypes.pop())


def _layers(twin: Any) -> Iterator[Any]:
    """Yield all layers, those of models inside the model too."""
    for layer in twin.layers:
        if hasattr(layer, "layers"):
            yield from _layers(layer)
        else:
            yield layer
