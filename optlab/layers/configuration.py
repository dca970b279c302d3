"""Layers as tables: what an experiment file, a change or a JSON document says of them.

A table names the class and the arguments that are not the defaults, in tf.keras's
names: ``{class = "Dense", units = 64, activation = "relu"}``; `optlab.layers.get` reads
it. The shorthand of a dense block is expanded here and nowhere else.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from optlab.activations import Activation
from optlab.errors import InputError, unknown_name
from optlab.initializers import Initializer
from optlab.layers.base import Layer, copied
from optlab.layers.serialization import serialized
from optlab.lookup import snake_case
from optlab.regularizers import Regularizer

Table = dict[str, Any]
#: The shorthand's keys that are arguments of its dense layer.
DENSE_KEYS = (
    "units",
    "kernel_initializer",
    "bias_initializer",
    "kernel_regularizer",
    "bias_regularizer",
)


#: All keys of the shorthand.
SHORTHAND = (
    "units",
    "activation",
    *DENSE_KEYS[1:],
    "batch_normalization",
    "dropout",
    *("residual", "trainable", "name", "inputs"),
)


def is_configuration(entry: Mapping[str, Any]) -> bool:
    """Tell whether a table names a class, and so is no shorthand."""
    return "class" in entry or "class_name" in entry


#: Differs from every argument.
_UNLIKE = object()


def configuration(layer: Layer) -> Table:
    """Return a layer as a table of plain values.

    Parameters
    ----------
    layer : Layer
        Built or not.

    Examples
    --------
    >>> from optlab.layers import Dense
    >>> configuration(Dense(4, activation="relu", use_bias=False))
    {'class': 'Dense', 'units': 4, 'activation': 'relu', 'use_bias': False}
    """
    arguments = layer.arguments()
    parameters = inspect.signature(type(layer)).parameters
    needed = {
        name: value
        for name, value in arguments.items()
        if parameters[name].default is inspect.Parameter.empty
    }
    try:
        alone = type(layer)(**{k: copied(v) for k, v in needed.items()})
        usual = serialized(alone.arguments(), None)
    except InputError:
        usual = {}  # an argument that has a default is needed beside these
    given = serialized(arguments, None)
    table: Table = {"class": type(layer).__name__}
    kept = [
        n for n in arguments if n in needed or n not in usual or given[n] != usual[n]
    ]
    # A default may follow from another argument, as strides from a pool's size.
    again = type(layer)(**{name: copied(arguments[name]) for name in kept})
    remade = serialized(again.arguments(), None)
    kept += [n for n in arguments if n not in kept and given[n] != remade[n]]
    table |= {name: _plain(arguments[name]) for name in arguments if name in kept}
    if not layer.trainable:
        table["trainable"] = False
    if layer.given_name is not None:
        table["name"] = layer.given_name
    if layer.inputs is not None:
        table["inputs"] = list(layer.inputs)
    return table


def _plain(value: Any) -> Any:
    """Return an argument as numbers, texts, lists and tables."""
    if isinstance(value, Layer):
        return configuration(value)
    if isinstance(value, Activation):
        return value.serialize()
    if isinstance(value, (Initializer, Regularizer)):
        options = {k: v for k, v in value.get_config().items() if v is not None}
        name = snake_case(type(value).__name__)
        return {"name": name, **options} if options else name
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value


def expand(entry: Mapping[str, Any]) -> list[Table]:
    """Return the layers of one entry of ``[model] layers``, each as a table.

    Parameters
    ----------
    entry : mapping
        A table with a class, which is returned as it is; or the shorthand of a block
        with the keys `units`, `activation`, `kernel_initializer`, `bias_initializer`,
        `kernel_regularizer`, `bias_regularizer`, `batch_normalization`, `dropout`,
        `residual`, `trainable`, `name`, `inputs`: dense, batch normalization,
        activation, dropout, each where its key is.

    Examples
    --------
    >>> expand({"units": 4, "activation": "relu", "dropout": 0.5})
    [{'class': 'Dense', 'units': 4, 'activation': 'relu'}, {'class': 'Dropout', \
'rate': 0.5}]
    """
    if is_configuration(entry):
        return [dict(entry)]
    for key in entry:
        if key not in SHORTHAND:
            raise unknown_name("key of a layer without a class", key, SHORTHAND)
    frozen = {} if entry.get("trainable", True) else {"trainable": False}
    tables: list[Table] = []
    normalization = entry.get("batch_normalization")
    dense = {key: entry[key] for key in DENSE_KEYS if entry.get(key) is not None}
    activation = entry.get("activation")
    if dense:
        table = {"class": "Dense", **dense, **frozen}
        if activation is not None and not normalization:
            table["activation"], activation = activation, None
        tables.append(table)
    if normalization:
        options = normalization if isinstance(normalization, Mapping) else {}
        tables.append({"class": "BatchNormalization", **frozen, **options})
    if activation is not None:
        tables.append({"class": "Activation", "activation": activation})
    if entry.get("dropout") is not None:
        tables.append({"class": "Dropout", "rate": entry["dropout"]})
    if not tables:
        raise InputError(
            f"A layer needs its `class`, or one of {', '.join(SHORTHAND[:8])}. "
            f"Received: {dict(entry)!r}"
        )
    if entry.get("residual"):
        tables = [{"class": "Residual", "layers": tables}]
    if entry.get("name") is not None:
        tables[-1]["name"] = entry["name"]
    if entry.get("inputs") is not None:
        tables[0]["inputs"] = entry["inputs"]
    return tables


def contract(tables: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Return entries for ``[model] layers`` that `expand` makes these tables of.

    Parameters
    ----------
    tables : sequence of mapping
        As `configuration` returns them; those that the shorthand can say become it.

    Examples
    --------
    >>> contract([{"class": "Dense", "units": 4}, {"class": "Dropout", "rate": 0.5}])
    [{'units': 4, 'dropout': 0.5}]
    """
    entries: list[Table] = []
    for table in tables:
        short = _shorthand(table)
        joined = {**entries[-1], **short} if entries and short else {}
        last = expand(entries[-1]) if joined else []
        if joined and _same(expand(joined), [*last, table]):
            entries[-1] = joined
        elif short and _same(expand(short), [table]):
            entries.append(short)
        else:
            entries.append(dict(table))
    return entries


def _same(some: list[Table], others: list[Any]) -> bool:
    return some == [dict(table) for table in others]


def _shorthand(table: Mapping[str, Any]) -> Table:
    """Return what the shorthand may say for a layer; empty where it has no word."""
    rest = {key: value for key, value in table.items() if key != "class"}
    match table["class"]:
        case "Dense":
            return rest if set(rest) <= set(SHORTHAND) else {}
        case "BatchNormalization":
            frozen = {"trainable": False} if "trainable" in rest else {}
            options = {k: v for k, v in rest.items() if k not in ("trainable", "name")}
            return {"batch_normalization": options or True, **frozen}
        case "Activation":
            return {"activation": rest["activation"]}
        case "Dropout":
            return {"dropout": rest["rate"]}
        case "Residual":
            block = contract(rest["layers"])
            return {**block[0], "residual": True} if len(block) == 1 else {}
    return {}
