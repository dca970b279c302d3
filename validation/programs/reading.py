"""Read a model and the arguments of its training as a `Program`."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from optlab.diagnosis.repairs import store
from optlab.errors import InputError
from optlab.experiments.paths import Tree
from optlab.lookup import snake_case
from optlab.typing import Array
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.left_out import epochs_of, left_out
from optlab.validation.programs.program import TEMPLATES, Program, Template
from optlab.validation.programs.rows import Rows, read_rows

_numbers = itertools.count()
#: Parts of a layer's configuration that the entry leaves to the layer itself.
_OWN = ("name", "dtype", "batch_input_shape", "build_config", "registered_name")


def read_program(captured: Captured) -> tuple[Program, list[str]]:
    """Return the program that a training call belongs to, and notes for a reader.

    Raises
    ------
    InputError
        If the model is not compiled, or the rows are none of numbers.
    """
    import keras

    model, given = captured.model, captured.arguments
    if not isinstance(model, keras.Model):
        raise InputError(
            "diagnose takes an experiment, the path of one, or a compiled keras.Model. "
            f"Received: {type(model).__name__}"
        )
    if not getattr(model, "compiled", False):
        raise InputError("The Keras model must be compiled: call compile() first.")
    rows = read_rows(
        given.get("x"),
        given.get("y"),
        given.get("sample_weight"),
        model,
        steps=given.get("steps_per_epoch"),
    )
    notes = [*rows.notes, *left_out(captured)]
    rows, held = _held_out(rows, given, model, notes)
    template = _template(captured, rows)
    arrays = {"x": _packed(rows.inputs), "y": _packed(rows.targets)}
    if rows.weights is not None:
        arrays["w"] = rows.weights
    if held is not None:
        arrays |= {"x_val": _packed(held.inputs), "y_val": _packed(held.targets)}
    training: Tree = {
        "epochs": epochs_of(captured),
        "batch_size": int(given.get("batch_size") or rows.batch_size or 32),
    }
    if given.get("shuffle", True) is False:
        training["shuffle"] = False
    if given.get("class_weight"):
        training["class_weight"] = {
            str(k): float(v) for k, v in dict(given["class_weight"]).items()
        }
    steps = given.get("steps_per_epoch")
    if steps and steps < -(-len(rows) // training["batch_size"]):
        training["steps_per_epoch"] = int(steps)
    if given.get("callbacks"):
        names = [type(c).__name__ for c in np.atleast_1d(given["callbacks"])]
        notes.append(f"Callbacks are left out of the runs: {', '.join(names)}.")
    data: Tree = {"source": store(arrays)}
    if len(rows.targets) > 1:
        data["task"] = "several"
    key = f"template {next(_numbers)}"
    TEMPLATES[key] = template
    program = Program(
        data=data,
        model={"template": key, "layers": list(template.first.values())},
        loss=template.tables["loss"],
        optimizer=template.tables["optimizer"],
        training=training,
    )
    program._name = str(model.name)
    return program, notes


def _held_out(
    rows: Rows, given: dict[str, Any], model: Any, notes: list[str]
) -> tuple[Rows, Rows | None]:
    """Return the rows to train on, and those that the call keeps to score on."""
    data, share = given.get("validation_data"), given.get("validation_split") or 0.0
    if data is not None:
        parts = tuple(data) if isinstance(data, (tuple, list)) else (data,)
        x, y, weights = (*parts, None, None)[:3]
        held = read_rows(x, y, weights, model, "validation_data")
        notes += held.notes
        return rows, held
    if share and len(rows) > 1:
        count = int(len(rows) * (1.0 - share))
        return rows.take(slice(0, count)), rows.take(slice(count, None))
    return rows, None


def _packed(parts: list[Array]) -> Array:
    """Return several inputs as the columns of one array; a single one as it is."""
    if len(parts) == 1:
        part = parts[0]
        return part.astype("float32") if part.dtype == np.float16 else part
    flat = [np.asarray(p, "float64").reshape(len(p), -1) for p in parts]
    return np.concatenate(flat, axis=1)


# The model.


def _template(captured: Captured, rows: Rows) -> Template:
    model = captured.model
    if len(rows.inputs) == 1 and rows.inputs[0].ndim == 1:
        rows.inputs[0] = rows.inputs[0][:, None]
    _build(model, rows)
    layers, kind = chain_of(model)
    entries = {layer.name: entry_of(layer) for layer in layers}
    if not entries:
        entries = {model.name: {"class": type(model).__name__, "name": model.name}}
    compiled = dict(captured.compiled) or compiled_arguments(model)
    tables = {
        "loss": _loss(compiled.get("loss")),
        "optimizer": _optimizer(model.optimizer),
    }
    return Template(
        model,
        kind,
        {layer.name: layer for layer in layers},
        entries,
        [part.shape[1:] for part in rows.inputs],
        [part.shape[1:] for part in rows.targets],
        any(type(layer).__name__ == "Embedding" for layer in layers),
        compiled,
        [np.asarray(w) for w in model.get_weights()],
        [_dtype(model, k) for k in range(len(rows.inputs))],
        tables,
    )


def _build(model: Any, rows: Rows) -> None:
    """Give the model its weights, as the first batch would; an error is the run's."""
    if model.built and (model.weights or not model.layers):
        return
    try:
        parts = [part[:2] for part in rows.inputs]
        model(parts[0] if len(parts) == 1 else parts, training=False)
    except Exception:
        return


def _dtype(model: Any, number: int) -> str:
    inputs = getattr(model, "inputs", None) or ()
    return str(inputs[number].dtype) if number < len(inputs) else "float32"


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
    return snake_case(str(activation))


def table_of(made: Any) -> Any:
    """Return an object of Keras as a table: its name, and arguments not at default."""
    name = snake_case(type(made).__name__)
    if not hasattr(made, "get_config"):
        return {"name": "custom", "function": getattr(made, "__name__", name)}
    config = {k: v for k, v in made.get_config().items() if k not in ("name", "seed")}
    try:
        plain = type(made)().get_config()
    except TypeError:
        plain = {}
    kept = {
        key: plain_value(value)
        for key, value in config.items()
        if plain.get(key) != value and value is not None
    }
    return {"name": name, **kept} if kept else name


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


# What compile was given.


def compiled_arguments(model: Any) -> dict[str, Any]:
    """Return what ``compile`` was called with, read off the model."""
    found: dict[str, Any] = {"optimizer": model.optimizer, "loss": model.loss}
    losses, metrics = model._compile_loss, model._compile_metrics
    if losses is not None and losses._user_loss_weights is not None:
        found["loss_weights"] = losses._user_loss_weights
    if metrics is not None:
        found["metrics"] = metrics._user_metrics
        found["weighted_metrics"] = metrics._user_weighted_metrics
    for name, default in (
        ("run_eagerly", False),
        ("steps_per_execution", 1),
        ("auto_scale_loss", True),
    ):
        value = getattr(model, name, default)
        if value != default:
            found[name] = value
    return {name: value for name, value in found.items() if value is not None}


def _loss(given: Any) -> Tree:
    """Return the loss table of what ``compile`` was given."""
    import keras

    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]
    if isinstance(given, dict) and len(given) == 1:
        given = next(iter(given.values()))
    if given is None:
        return {"name": "none"}
    if isinstance(given, (list, tuple, dict)):
        return {"name": "several"}
    if isinstance(given, str):
        try:
            given = keras.losses.get(given)
        except ValueError:
            return {"name": "unknown", "given": given}
    if isinstance(given, keras.losses.Loss):
        if getattr(keras.losses, type(given).__name__, None) is not type(given):
            return {"name": "custom", "function": type(given).__name__}
        config = {**getattr(given, "_fn_kwargs", {}), **given.get_config()}
        default = type(given)()
        usual = {**getattr(default, "_fn_kwargs", {}), **default.get_config()}
        kept = {
            key: plain_value(value)
            for key, value in config.items()
            if usual.get(key) != value and key not in ("name", "dtype")
        }
        return {"name": loss_name(type(given).__name__), **kept}
    name = getattr(given, "__name__", "custom")
    if getattr(keras.losses, name, None) is not given:
        return {"name": "custom", "function": name}
    return {"name": loss_name(name)}


def loss_name(name: str) -> str:
    """Return a loss's snake-case name for its class or function."""
    return {"log_cosh": "log_cosh", "kl_divergence": "kl_divergence"}.get(
        found := snake_case(name), {"kldivergence": "kl_divergence"}.get(found, found)
    )


def _optimizer(optimizer: Any) -> Tree:
    """Return the optimizer table."""
    import keras

    name = type(optimizer).__name__
    if getattr(keras.optimizers, name, None) is not type(optimizer):
        return {"name": "custom", "class": name, "learning_rate": 1e-3}
    if name == "LossScaleOptimizer":
        return _optimizer(optimizer.inner_optimizer)
    default = type(optimizer)().get_config()
    table: Tree = {"name": name.lower()}
    for key, value in optimizer.get_config().items():
        if key == "learning_rate":
            table[key] = _rate(value)
        elif key != "name" and value != default.get(key) and value is not None:
            table[key] = plain_value(value)
    return table


def _rate(value: Any) -> Any:
    """Return a rate as a table: a number, or the schedule's name and arguments."""
    if isinstance(value, dict):
        options = {k: plain_value(v) for k, v in value["config"].items() if k != "name"}
        return {"name": snake_case(value["class_name"]), **options}
    # tf.keras keeps rates in float32: 0.1 comes back as 0.10000000149.
    return float(str(np.float32(value)))
