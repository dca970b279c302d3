"""A model's twin in tf.keras, and back: layers, weights, and how it is compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from optlab.errors import InputError
from optlab.layers import Dropout, Embedding, Layer, Residual
from optlab.losses import Loss
from optlab.model import Sequential
from optlab.model_config import model_arguments
from optlab.optimizers import SGD, Lion, Muon, Optimizer
from optlab.validation.runtime import load
from optlab.validation.twins.layers import layer_to_keras, one_dtype
from optlab.validation.twins.losses import loss_from_keras, only
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
    notes : tuple of str
        What it was compiled with besides, which is not taken along: a sentence each.
    """

    model: Sequential
    loss: Loss | None = None
    optimizer: Optimizer | None = None
    notes: tuple[str, ...] = ()


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
    dtype = one_dtype(twin)
    arguments = model_arguments(twin.get_config())
    arguments["input_shape"] = tuple(twin.inputs[0].shape[1:])
    arguments["dtype"] = dtype
    model = Sequential(**arguments)
    theirs: dict[str, Any] = {}
    for names, weights in _paired(model, twin):
        theirs |= {n: w.numpy() for n, w in zip(names, weights, strict=True)}
    model.set_weights([theirs[name] for name, _ in model.weights])
    if not compiled or not getattr(twin, "compiled", False):
        return Setup(model)
    lacking = compiled_lacking(twin)
    if lacking:
        raise InputError(" ".join(lacking))
    loss = None if twin.loss is None else loss_from_keras(twin.loss)
    optimizer = optimizer_from_keras(
        twin.optimizer, model.parameters, _in_order(twin, model)
    )
    notes = (*_unwatched(twin), *compiled_notes(twin), *_sliced(model, optimizer))
    return Setup(model, loss, optimizer, notes)


def compiled_lacking(twin: Any) -> list[str]:
    """Return what a model was compiled with that changes its training and we lack.

    Loss and optimizer are left to their own conversions.
    """
    given = (
        None if twin._compile_loss is None else twin._compile_loss._user_loss_weights
    )
    weights = load().keras.tree.flatten(given)
    if all(weight is None or weight == 1 for weight in weights):
        return []
    return [
        "optlab's losses have no weight; the model was compiled with "
        f"loss_weights={given!r}. Leave them out, or use them as sample weights."
    ]


def compiled_notes(twin: Any) -> list[str]:
    """Return what a model was compiled with that is not taken along, in sentences.

    Metrics are left out.
    """
    notes = []
    computed = getattr(only(twin.loss), "dtype", None) or load().keras.config.floatx()
    outputs: list[Any] = getattr(twin, "outputs", None) or []
    if twin.loss is not None and any(output.dtype != computed for output in outputs):
        notes.append(
            f"The loss computes with dtype={computed!r} in tf.keras, and here in the "
            f"model's {outputs[0].dtype}: roundings differ."
        )
    if twin.run_eagerly:
        notes.append("run_eagerly=True is not taken along: roundings may differ.")
    if twin.jit_compile:
        notes.append("jit_compile=True is not taken along: roundings may differ.")
    if twin.steps_per_execution != 1:
        notes.append(
            f"steps_per_execution={twin.steps_per_execution} is not taken along; it "
            "changes no number."
        )
    if not getattr(twin, "auto_scale_loss", True):
        notes.append("auto_scale_loss=False is not taken along; nothing is scaled.")
    return notes


def _unwatched(twin: Any) -> Iterator[str]:
    """Yield a sentence for the metrics that are not taken along."""
    metrics = twin._compile_metrics
    for name in ("metrics", "weighted_metrics"):
        if metrics is not None and getattr(metrics, f"_user_{name}"):
            yield f"`{name}` are not taken along; they change no training."


def _sliced(model: Sequential, optimizer: Optimizer) -> Iterator[str]:
    """Yield a sentence where tf.keras follows another rule for embeddings."""
    words = any(isinstance(part, Embedding) for part in model.parts())
    if words and not isinstance(optimizer, (SGD, Lion, Muon)):
        yield (
            "The gradients of an embedding are slices in tf.keras: it squares the "
            "gradients of a repeated index before it adds them up, optlab after that."
        )


def _in_order(twin: Any, model: Sequential) -> list[Any]:
    """Return the twin's variables in the order of our trainable weights."""
    found = {
        name: weight
        for names, weights in _paired(model, twin)
        for name, weight in zip(names, weights, strict=True)
    }
    return [found[name] for name in model.parameters.names]


def _paired(model: Sequential, twin: Any) -> Iterator[tuple[list[str], list[Any]]]:
    """Yield the full names of a layer's weights, and those of its twin."""
    for layer in _outer_layers(twin):
        if layer.weights:
            parts = {part.name for part in model.get_layer(layer.name).parts()}
            names = [name for name, _ in model.weights if name.split("/")[0] in parts]
            yield names, layer.weights


def _outer_layers(twin: Any) -> Iterator[Any]:
    """Yield all layers, those of models inside the model too, but none of a layer."""
    for layer in twin.layers:
        if isinstance(layer, load().keras.Model):
            yield from _outer_layers(layer)
        else:
            yield layer
