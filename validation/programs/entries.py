"""The layers of a Keras model as entries of ``model.layers``."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.experiments.paths import Tree
from optlab.lookup import snake_case

#: Parts of a layer's configuration that the entry leaves to the layer itself.
_OWN = ("name", "dtype", "batch_input_shape", "build_config", "registered_name")


def chain_of(model: Any) -> tuple[list[Any], str]:
    """Return the layers of a model from input to output, and what kind it is."""
    import keras

    plain = type(model) in (keras.Sequential, keras.Model) or (
        type(model).__name__ == "Functional"
        and type(model).__module__.startswith("keras")
    )
    if not plain:
        return list(getattr(model, "layers", [])), "opaque"
    if isinstance(model, keras.Sequential):
        found: list[Any] = []
        for layer in model.layers:
            if isinstance(layer, keras.Sequential) and layer.layers:
                found += chain_of(layer)[0]
            else:
                found.append(layer)
        names = [layer.name for layer in found]
        return found, "chain" if len(set(names)) == len(names) else "opaque"
    if not getattr(model, "outputs", None):
        return list(model.layers), "opaque"
    found = []
    node = producer(model.outputs[0])
    while len(model.outputs) == 1:
        if type(node.operation).__name__ == "InputLayer":
            flat: list[Any] = []
            for layer in reversed(found):
                nested = isinstance(layer, keras.Sequential) and layer.layers
                flat += chain_of(layer)[0] if nested else [layer]
            return flat, "chain"
        parents = node.parent_nodes
        shared = len(node.operation._inbound_nodes) > 1
        if len(parents) != 1 or not isinstance(node.operation, keras.Layer) or shared:
            break
        found.append(node.operation)
        node = parents[0]
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    return layers, "graph"


def producer(tensor: Any) -> Any:
    """Return the node that made a symbolic tensor."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def entry_of(layer: Any) -> Tree:
    """Return the entry of a layer: a dense block's shorthand, or class and config."""
    import keras

    name = type(layer).__name__
    own = getattr(keras.layers, name, None) is type(layer)
    entry: Tree = {}
    config = dict(layer.get_config()) if own else {}
    if own and name == "Dense":
        entry["units"] = int(config["units"])
    elif own and name == "Dropout":
        entry["dropout"] = float(config["rate"])
    elif own and name == "BatchNormalization":
        entry["batch_normalization"] = True
    elif own and name in ("Activation", "ReLU", "Softmax"):
        entry["activation"] = _name_of(config.get("activation") or snake_case(name))
        entry["activation"] = {"re_lu": "relu"}.get(
            entry["activation"], entry["activation"]
        )
    else:
        entry["class"] = name
        for key, value in config.items():
            if key not in _OWN and isinstance(value, (str, int, float, list, tuple)):
                entry[key] = list(value) if isinstance(value, tuple) else value
    if "activation" in config and name != "Activation":
        activation = _name_of(config["activation"])
        entry.pop("activation", None)
        if activation != "linear":
            entry["activation"] = activation
    for key in ("kernel_initializer", "bias_initializer"):
        made = getattr(layer, key, None)
        table = None if made is None else table_of(made)
        default = "glorot_uniform" if key[0] == "k" else "zeros"
        entry.pop(key, None)
        if table is not None and table != default:
            entry[key] = table
    for key in ("kernel_regularizer", "bias_regularizer", "kernel_constraint"):
        made = getattr(layer, key, None)
        if made is not None:
            entry[key] = table_of(made)
    entry.pop("trainable", None)
    if not layer.trainable:
        entry["trainable"] = False
    return entry | {"name": layer.name}


def _name_of(activation: Any) -> str:
    """Return an activation's name, whatever form the configuration has it in."""
    if isinstance(activation, dict):
        activation = activation.get("config", activation.get("class_name"))
        if isinstance(activation, dict):
            activation = activation.get("name", "custom")
    if activation is None:
        return "linear"
    if callable(activation):
        activation = getattr(activation, "__name__", "custom")
    return snake_case(str(activation)).removesuffix("_v2")  # tf.nn.softmax's own


def table_of(made: Any) -> Any:
    """Return an object of Keras as a table: its name, and arguments not at default."""
    name = snake_case(type(made).__name__)
    if not hasattr(made, "get_config"):
        return {"name": "custom", "function": getattr(made, "__name__", name)}
    config = {k: v for k, v in made.get_config().items() if k not in ("name", "seed")}
    plain = default_config(type(made))
    kept = {
        key: plain_value(value)
        for key, value in config.items()
        if plain.get(key) != value and value is not None
    }
    return {"name": name, **kept} if kept else name


def default_config(cls: Any) -> Tree:
    """Return the configuration of an object made without arguments, if one can be."""
    try:
        return dict(cls().get_config())
    except TypeError:
        return {}


def plain_value(value: Any) -> Any:
    """Return a number, text or list that JSON can hold."""
    if isinstance(value, (np.floating, np.integer)):
        return value.item()
    if isinstance(value, np.ndarray):
        return float(value) if value.ndim == 0 else value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain_value(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain_value(v) for k, v in value.items()}
    return (
        value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
    )
