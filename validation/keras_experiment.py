"""Read a compiled tf.keras model and its rows as an experiment, for a diagnosis.

The model is read, not changed: layers, first weights, loss and optimizer become the
tables of an `Experiment`, the rows an .npz file beside the system's other temporary
files. What optlab has no counterpart of is named, and everything else is kept, so that
data and set-up can still be examined.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab import initializers
from optlab import layers as our_layers
from optlab import losses as our_losses
from optlab import optimizers as our_optimizers
from optlab.diagnosis.repairs import store
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.lookup import snake_case
from optlab.typing import Array
from optlab.validation.twins.losses import loss_from_keras
from optlab.validation.twins.optimizers import optimizer_from_keras

Entry = dict[str, Any]

#: Layers that hand their input on unchanged once the rows are flat.
_PASSING = ("InputLayer", "Flatten", "Identity", "ActivityRegularization")
#: Layers that prepare the rows, and are applied to them where they come first.
_PREPARING = ("Normalization", "Rescaling", "Flatten", "Reshape")
#: How far the size of untrained weights may be from that of their initializer.
_OFF = 1.6


@dataclass
class Reading:
    """What was read of a tf.keras model.

    Attributes
    ----------
    experiment : Experiment
        Everything that optlab has a counterpart of.
    lacking : list of str
        One sentence for each part that it has none of; empty where the experiment is
        the whole model.
    notes : list of str
        Where the experiment is not quite the model, and why.
    """

    experiment: Experiment
    lacking: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def experiment_of(
    model: Any,
    x: Any,
    y: Any,
    epochs: int = 20,
    batch_size: int = 32,
    validation_data: Any = None,
) -> Experiment:
    """Return a compiled tf.keras model and its rows as an experiment.

    Parameters
    ----------
    model : keras.Model
        Compiled; Sequential, or functional and a chain of layers with residual sums.
    x, y : array_like
        The rows it is trained on; of inputs with more than two axes all but the first
        are put into one.
    epochs, batch_size : int
        As `fit` is called.
    validation_data : (x, y), optional
        Rows to score on; a fifth of the rows where left out.

    Raises
    ------
    InputError
        Naming the part that optlab lacks, or what is wrong with the rows.
    """
    found = read(model, x, y, epochs, batch_size, validation_data)
    if found.lacking:
        raise InputError(" ".join(found.lacking))
    return found.experiment


def read(
    model: Any,
    x: Any,
    y: Any,
    epochs: int = 20,
    batch_size: int = 32,
    validation_data: Any = None,
) -> Reading:
    """Read a compiled tf.keras model as `experiment_of` does, naming what is lacking.

    Raises
    ------
    InputError
        If it is no compiled tf.keras model, or the rows do not fit together.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise InputError(
            "diagnose takes an experiment, the path of one, or a compiled keras.Model. "
            f"Received: {type(model).__name__}"
        )
    if not getattr(model, "compiled", False):
        raise InputError("The Keras model must be compiled: call compile() first.")
    if x is None or y is None:
        raise InputError("A Keras model needs `x` and `y`, the rows to train on.")
    arrays = {"x": _numbers(x, "x"), "y": _numbers(y, "y")}
    _same_rows(arrays, "x", "y")
    if validation_data is not None:
        x_val, y_val = validation_data[:2]
        arrays |= {"x_val": _numbers(x_val, "x_val"), "y_val": _numbers(y_val, "y_val")}
        _same_rows(arrays, "x_val", "y_val")
    lacking: list[str] = []
    notes: list[str] = []
    layers = list(_layers(model, lacking))
    layers = _prepare(layers, arrays)
    entries = _entries(layers, int(model.optimizer.iterations.numpy()), lacking, notes)
    if not any(entry.get("units") for entry in entries):
        if not lacking:
            lacking.append(
                "The model has no Dense layer, and optlab's models have one."
            )
        entries.append(_stand_in(model, arrays["y"]))
    loss = _loss(model, lacking)
    optimizer = _optimizer(model, lacking)
    for name in ("x", "x_val"):
        if name in arrays:
            arrays[name] = arrays[name].reshape(len(arrays[name]), -1)
    tree = {
        "data": {"source": store(arrays)},
        "model": {"layers": entries},
        "loss": loss,
        "optimizer": optimizer,
        "training": {"epochs": int(epochs), "batch_size": int(batch_size)},
    }
    experiment = Experiment.from_tree(tree, name=str(model.name))
    return Reading(experiment, lacking, notes)


# Rows.


def _numbers(values: Any, name: str) -> Array:
    """Return rows as an array of numbers."""
    if hasattr(values, "numpy"):
        values = values.numpy()
    found = np.asarray(values)
    if found.dtype == bool:
        found = found.astype(np.int64)
    if found.dtype.kind not in "iuf" or not found.ndim:
        raise InputError(
            f"`{name}` must be an array of numbers, one row a sample. "
            f"Received: {type(values).__name__} of {found.dtype}"
        )
    return found


def _same_rows(arrays: dict[str, Array], x: str, y: str) -> None:
    if len(arrays[x]) != len(arrays[y]):
        raise InputError(
            f"`{y}` must have one row a row of `{x}`, {len(arrays[x])}. "
            f"Received: {len(arrays[y])}"
        )
    if not arrays[x].size:
        raise InputError("There are no rows to train on.")


def _prepare(layers: list[Any], arrays: dict[str, Array]) -> list[Any]:
    """Apply the layers that prepare the rows; return the others."""
    rest = list(layers)
    while rest and not isinstance(rest[0], list) and _class(rest[0]) in _PREPARING:
        layer = rest.pop(0)
        for name in ("x", "x_val"):
            if name in arrays:
                arrays[name] = np.asarray(layer(arrays[name].astype("float32")))
    return rest


# Layers.


def _layers(model: Any, lacking: list[str]) -> Iterator[Any]:
    """Yield tf.keras layers from input to output; a residual block as a list."""
    if _is_sequential(model):
        for layer in model.layers:
            if hasattr(layer, "layers"):
                yield from _layers(layer, lacking)
            else:
                yield layer
    elif getattr(model, "outputs", None) and len(model.outputs) == 1:
        yield from _chain(_producer(model.outputs[0]), None, lacking)
    else:
        lacking.append(
            f"The model is of class {_class(model)!r}, whose layers cannot be read: "
            "a Sequential or functional model with one input and one output is needed."
        )


def _is_sequential(model: Any) -> bool:
    import keras

    return isinstance(model, keras.Sequential)


def _producer(tensor: Any) -> Any:
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def _chain(node: Any, stop: Any, lacking: list[str]) -> Iterator[Any]:
    """Yield the layers after the node `stop` (None: the input) up to `node`."""
    if node is stop or _class(node.operation) == "InputLayer":
        return
    parents, operation = node.parent_nodes, node.operation
    if _class(operation) == "Add" and len(parents) == 2:
        for start, end in (parents, parents[::-1]):
            if _is_before(start, end):
                yield from _chain(start, stop, lacking)
                yield list(_chain(end, start, lacking))
                return
    if len(parents) != 1:
        lacking.append(
            f"The layer {operation.name!r} of class {_class(operation)!r} takes "
            f"{len(parents)} inputs, and optlab's models are chains of layers."
        )
        return
    yield from _chain(parents[0], stop, lacking)
    if hasattr(operation, "layers"):
        yield from _layers(operation, lacking)
    else:
        yield operation


def _is_before(start: Any, node: Any) -> bool:
    return any(
        parent is start or _is_before(start, parent) for parent in node.parent_nodes
    )


def _entries(
    layers: list[Any], iterations: int, lacking: list[str], notes: list[str]
) -> list[Entry]:
    """Return the entries of the model table."""
    entries: list[Entry] = []
    for layer in layers:
        if isinstance(layer, list):
            block = _entries(layer, iterations, lacking, notes)
            if len(block) == 1:
                entries.append(block[0] | {"residual": True})
            else:
                lacking.append(
                    f"A residual block has {len(block)} dense layers, and an "
                    "experiment's has one."
                )
                entries += block
            continue
        name = _class(layer)
        if name in _PASSING:
            continue
        try:
            ours = _counterpart(layer)
        except InputError:
            lacking.append(
                f"The layer {layer.name!r} is of class {name!r}, which optlab lacks."
            )
            continue
        _append(entries, ours, layer, iterations, notes)
    return entries


def _counterpart(layer: Any) -> Any:
    """Return our layer of the same configuration, initializers left out."""
    import keras

    name = _class(layer)
    if getattr(keras.layers, name, None) is not type(layer):
        raise InputError(f"optlab has no layer {name!r}.")
    config = {
        key: value
        for key, value in layer.get_config().items()
        if "initializer" not in key and "constraint" not in key and key != "dtype"
    }
    return our_layers.get({"class_name": name, "config": config})


def _append(
    entries: list[Entry], ours: Any, layer: Any, iterations: int, notes: list[str]
) -> None:
    """Add a layer to the entries, in the last one where the order allows it."""
    kind, last = type(ours).__name__, entries[-1] if entries else {}
    open_ = bool(entries) and not last.get("residual") and not last.get("dropout")
    frozen: Entry = {} if layer.trainable else {"trainable": False}
    if kind == "Dense":
        entries.append(_dense(ours, layer, iterations, notes) | frozen)
    elif kind == "BatchNormalization":
        options = {
            key: value
            for key, value in ours.get_config().items()
            if key in ("momentum", "epsilon", "center", "scale")
        }
        normalization = True if _is_default(options) else options
        fits = open_ and last.get("units") and not last.get("activation")
        if fits and not last.get("batch_normalization"):
            last["batch_normalization"] = normalization
        else:
            entries.append({"batch_normalization": normalization} | frozen)
    elif kind == "Activation":
        name = str(ours.get_config()["activation"])
        if open_ and not last.get("activation"):
            last["activation"] = name
        elif name != "linear":
            entries.append({"activation": name})
        if _class(layer) == "LeakyReLU":
            notes.append(
                f"The layer {layer.name!r} is run with leaky_relu's own slope."
            )
    elif kind == "Dropout":
        if open_:
            last["dropout"] = float(ours.rate)
        elif ours.rate:
            entries.append({"dropout": float(ours.rate)})


def _is_default(options: Entry) -> bool:
    from optlab.layers import BatchNormalization

    default = BatchNormalization().get_config()
    return all(default[key] == value for key, value in options.items())


def _dense(ours: Any, layer: Any, iterations: int, notes: list[str]) -> Entry:
    """Return the entry of a dense layer."""
    config = ours.get_config()
    entry: Entry = {"units": int(config["units"])}
    if config["activation"] not in (None, "linear"):
        entry["activation"] = str(config["activation"])
    kernel = _initializer(layer, "kernel", iterations)
    if kernel != "glorot_uniform":
        entry["kernel_initializer"] = kernel
    bias = _initializer(layer, "bias", iterations)
    if bias not in ("zeros", None):
        entry["bias_initializer"] = bias
    for key in ("kernel_regularizer", "bias_regularizer"):
        made = config.get(key)
        if made:
            entry[key] = {"name": snake_case(made["class_name"]), **made["config"]}
    if not config["use_bias"]:
        notes.append(f"The layer {layer.name!r} has no bias; it is run with one.")
    for key in ("kernel_constraint", "bias_constraint", "activity_regularizer"):
        if getattr(layer, key, None) is not None:
            notes.append(f"The {key} of the layer {layer.name!r} is left out.")
    return entry


def _initializer(layer: Any, part: str, iterations: int) -> Any:
    """Return how a weight begins: by its initializer, or by what is in it.

    A constant stays one for as long as nothing can tell its units apart, and an
    untrained weight is what training will begin with, whoever put it there.
    """
    made = getattr(layer, f"{part}_initializer", None)
    if made is None:
        return None
    name = snake_case(type(made).__name__)
    try:
        ours = initializers.get(
            {"class_name": type(made).__name__, "config": made.get_config()}
        )
        options = {
            key: value
            for key, value in ours.get_config().items()  # type: ignore[attr-defined]
            if key != "seed" and value is not None
        }
        plain = initializers.get(name).get_config()  # type: ignore[attr-defined]
        kept = {key: value for key, value in options.items() if plain.get(key) != value}
        found: Any = {"name": name, **kept} if kept else name
    except (AttributeError, InputError, TypeError, ValueError):
        ours, found = None, None
    values = _values(getattr(layer, part, None))
    if values is None:
        return found if found is not None else "glorot_uniform"
    if part == "kernel":
        return _kernel_now(values, ours, found, iterations)
    if iterations == 0 and values.size and np.ptp(values) == 0:
        value = float(values.flat[0])
        return "zeros" if value == 0 else {"name": "constant", "value": value}
    return found if found is not None else "zeros"


def _kernel_now(values: Array, ours: Any, found: Any, iterations: int) -> Any:
    """Return a kernel's initializer, or one that gives what the kernel holds now."""
    if values.size > 1 and np.ptp(values) == 0:
        value = float(values.flat[0])
        return "zeros" if value == 0 else {"name": "constant", "value": value}
    size = float(np.sqrt(np.mean(np.square(values)))) if values.size else 0.0
    if found is not None and (iterations > 0 or values.size < 8 or not size):
        return found
    if ours is not None:
        drawn = ours(values.shape, "float64", np.random.default_rng(0))
        usual = float(np.sqrt(np.mean(np.square(drawn))))
        if usual > 0 and abs(math.log(size / usual)) < math.log(_OFF):
            return found
    return {"name": "random_normal", "stddev": float(f"{size:.4g}")}


def _values(variable: Any) -> Array | None:
    """Return what a variable holds; None where the layer is not built."""
    return None if variable is None else np.asarray(variable.numpy(), float)


def _stand_in(model: Any, y: Array) -> Entry:
    """Return a last layer as wide as the model's output, where none could be read."""
    shape = getattr(model, "output_shape", None)
    units = shape[-1] if isinstance(shape, tuple) and len(shape) > 1 else None
    if not isinstance(units, int):
        units = 1 if y.ndim == 1 else int(y.shape[1])
    return {"units": units}


# Loss and optimizer.


def _loss(model: Any, lacking: list[str]) -> Entry:
    """Return the loss table; name a loss that optlab lacks."""
    import keras

    given = model.loss
    if given is None:
        raise InputError("The Keras model is compiled without a loss.")
    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]
    try:
        if isinstance(given, str):
            given = keras.losses.get(given)
        ours = loss_from_keras(given)
    except (InputError, ValueError, TypeError) as error:
        lacking.append(f"The loss has no counterpart: {error}")
        return {"name": "mean_squared_error"}
    config = ours.get_config()
    name = snake_case(type(ours).__name__)
    default = our_losses.get(name).get_config()
    kept = ("from_logits", "label_smoothing", "delta")
    return {"name": name} | {
        key: config[key]
        for key in kept
        if key in config and config[key] != default.get(key)
    }


def _optimizer(model: Any, lacking: list[str]) -> Entry:
    """Return the optimizer table; name an optimizer that optlab lacks."""
    try:
        ours = optimizer_from_keras(model.optimizer)
    except (InputError, ValueError, TypeError) as error:
        lacking.append(f"The optimizer has no counterpart: {error}")
        return {"name": "adam"}
    name = snake_case(type(ours).__name__)
    name = {"r_m_sprop": "rmsprop", "rm_sprop": "rmsprop"}.get(name, name)
    name = name if name in our_optimizers.names() else name.replace("_", "")
    default = our_optimizers.get(name).get_config()
    table: Entry = {"name": name}
    for key, value in ours.get_config().items():
        if key == "learning_rate":
            table[key] = _rate(value)
        elif key != "name" and value is not None and value != default.get(key):
            table[key] = value
    return table


def _rate(value: Any) -> Any:
    """Return a rate as a table of an experiment has it."""
    if not isinstance(value, dict):
        # tf.keras keeps rates in float32: 0.1 comes back as 0.10000000149.
        return float(str(np.float32(value)))
    options = {
        key: option
        for key, option in value["config"].items()
        if key != "name" and option is not None
    }
    return {"name": snake_case(value["class_name"]), **options}


def _class(thing: Any) -> str:
    return type(thing).__name__
