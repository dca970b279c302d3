"""A model's twin in tf.keras, and back: layers, weights, and how it is compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from optlab import layers as our_layers
from optlab.errors import InputError
from optlab.layers import Dropout, Layer, Residual
from optlab.losses import Loss
from optlab.model import Sequential
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
    """
    keras = load().keras
    dtype = model.dtype.name
    start = keras.Input(model.input_shape, dtype=dtype)
    end = start
    for layer in model.layers:
        end = _apply(layer, end, replay)
    twin = keras.Model(start, end, name=model.name)
    twin.set_weights(model.get_weights())
    return twin


def _apply(layer: Layer, x: Any, replay: bool) -> Any:
    """Put the twin of one layer behind a symbolic tensor."""
    keras = load().keras
    if isinstance(layer, Residual):
        y = x
        for inner in layer.layers:
            y = _apply(inner, y, replay)
        return keras.layers.Add(name=layer.name, dtype=str(layer.dtype))([x, y])
    name = type(layer).__name__
    if replay and isinstance(layer, Dropout):
        cls = replayed_dropout()
        return cls(layer.rate, name=layer.name, dtype=str(layer.dtype))(x)
    return getattr(keras.layers, name).from_config(layer.get_config())(x)


def model_from_keras(twin: Any) -> Setup:
    """Return our model with the layers and weights of a tf.keras one.

    Parameters
    ----------
    twin : keras.Sequential or keras.Model
        Built. Functional models may be a chain of the supported layers, with residual
        connections: an `Add` of a tensor and of what later layers made of it.

    Raises
    ------
    InputError
        Naming the first layer that optlab lacks, or that makes the model no chain.
    """
    keras = load().keras
    if isinstance(twin, keras.Sequential) and not twin.built:
        raise InputError("The Keras model is not built: give it a keras.Input.")
    if not isinstance(twin, keras.Model) or not getattr(twin, "inputs", None):
        raise InputError(
            "A keras.Sequential or a functional keras.Model is needed. "
            f"Received: {type(twin).__name__}"
        )
    if len(twin.inputs) != 1 or len(twin.outputs) != 1:
        raise InputError(
            "The Keras model must have one input and one output. "
            f"Received: {len(twin.inputs)} and {len(twin.outputs)}"
        )
    shape = tuple(twin.inputs[0].shape[1:])
    found = list(_chain(_producer(twin.outputs[0]), None))
    dtype = twin.dtype_policy.compute_dtype if not found else _dtype(twin)
    model = Sequential(found, input_shape=shape, dtype=dtype, name=twin.name)
    weights = {
        f"{_layer_name(layer)}/{weight.name}": weight.numpy()
        for layer in _layers(twin)
        for weight in layer.weights
    }
    model.set_weights([weights[name] for name, _ in model.weights])
    if not getattr(twin, "compiled", False):
        return Setup(model)
    order = [name for name in model.parameters.names]
    return Setup(model, *_compiled(twin, model, order))


def _compiled(
    twin: Any, model: Sequential, order: list[str]
) -> tuple[Loss | None, Optimizer]:
    """Read loss and optimizer of a compiled model."""
    loss = None if twin.loss is None else loss_from_keras(twin.loss)
    theirs = twin.optimizer
    names = [_variable_name(twin, variable) for variable in twin.trainable_variables]
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


def _layer_name(layer: Any) -> str:
    return str(layer.name)


def _variable_name(twin: Any, variable: Any) -> str:
    for layer in _layers(twin):
        if any(variable is weight for weight in layer.weights):
            return f"{layer.name}/{variable.name}"
    return str(variable.name)


def _producer(tensor: Any) -> Any:
    """Return the node that made a symbolic tensor."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def _chain(node: Any, stop: Any) -> Iterator[Layer]:
    """Yield our layers from after the node `stop` (None: the input) up to `node`."""
    if node is stop or _class(node) == "InputLayer":
        return
    parents = node.parent_nodes
    if _class(node) == "Add" and len(parents) == 2:
        start, end = _skip(node)
        yield from _chain(start, stop)
        yield Residual(list(_chain(end, start)), name=node.operation.name)
        return
    if len(parents) != 1:
        raise _unsupported(node, f"it takes {len(parents)} inputs")
    yield from _chain(parents[0], stop)
    yield from _convert(node.operation)


def _skip(node: Any) -> tuple[Any, Any]:
    """Return the node a residual connection leaves from, and its block's last one."""
    first, second = node.parent_nodes
    for start, end in ((first, second), (second, first)):
        if _is_before(start, end):
            return start, end
    raise _unsupported(node, "neither of its inputs is made from the other")


def _is_before(start: Any, node: Any) -> bool:
    return any(
        parent is start or _is_before(start, parent) for parent in node.parent_nodes
    )


def _convert(layer: Any) -> Iterator[Layer]:
    """Yield our counterparts of one tf.keras layer, or of a model used as one."""
    if hasattr(layer, "outputs") and hasattr(layer, "layers"):
        yield from _chain(_producer(layer.outputs[0]), None)
        return
    name = type(layer).__name__
    if getattr(load().keras.layers, name, None) is not type(layer):
        raise InputError(
            f"The layer {layer.name!r} is of class {name!r}, which optlab lacks. "
            f"It has: {', '.join(sorted(our_layers.REGISTRY))}."
        )
    config: Mapping[str, Any] = layer.get_config()
    try:
        yield our_layers.get({"class_name": name, "config": config})
    except InputError as error:
        raise InputError(
            f"The layer {layer.name!r} of the Keras model: {error}"
        ) from error


def _class(node: Any) -> str:
    return type(node.operation).__name__


def _unsupported(node: Any, why: str) -> InputError:
    return InputError(
        f"The layer {node.operation.name!r} of class {_class(node)!r} makes the Keras "
        f"model no chain of layers: {why}."
    )
