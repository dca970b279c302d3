"""A model's configuration in tf.keras's form, written and read.

A chain is written as a `keras.Sequential`, any other model as a functional one. Both
are read, models inside models and tensors added with ``+`` included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.layers import Layer, get
from optlab.layers.base import Shape
from optlab.model_graph import INPUT, is_chain
from optlab.model_masks import Masks, flat, tensor_name

Entry = Mapping[str, Any]


def model_config(
    name: str,
    layers: Sequence[Layer],
    taken: Sequence[tuple[int, ...]],
    input_shape: Shape,
    dtype: np.dtype[Any],
    seed: int | None,
) -> dict[str, Any]:
    """Return the configuration of a model, weights not included; see `Sequential`."""
    shape = [None, *input_shape]
    entry: dict[str, Any] = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": shape, "dtype": dtype.name, "name": "input_layer"},
        "registered_name": None,
    }
    config: dict[str, Any] = {"name": name, "trainable": True, "dtype": dtype.name}
    entries = [entry, *(layer.serialize() for layer in layers)]
    if is_chain(taken):
        return {**config, "layers": entries, "build_input_shape": shape, "seed": seed}
    entry |= {"name": "input_layer", "inbound_nodes": []}
    shapes = [tuple(input_shape), *(layer.output_shape for layer in layers)]
    names = ["input_layer", *(layer.name for layer in layers)]
    for made, layer, numbers in zip(entries[1:], layers, taken, strict=True):
        tensors: list[Any] = [
            _tensor(names[number + 1], shapes[number + 1], dtype) for number in numbers
        ]
        args = [tensors] if layer.merges else tensors
        made |= {
            "name": layer.name,
            "inbound_nodes": [{"args": args, "kwargs": {}}],
        }
    return {
        **config,
        "layers": entries,
        "input_layers": [["input_layer", 0, 0]],
        "output_layers": [[names[-1], 0, 0]],
        "seed": seed,
    }


def _tensor(name: str, shape: Shape, dtype: np.dtype[Any]) -> dict[str, Any]:
    return {
        "class_name": "__keras_tensor__",
        "config": {
            "shape": [None, *shape],
            "dtype": dtype.name,
            "keras_history": [name, 0, 0],
        },
    }


def model_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Sequential` from a configuration.

    Parameters
    ----------
    config : mapping
        The result of `Sequential.get_config`, or of that of a Sequential or functional
        model of tf.keras with one input and one output.

    Raises
    ------
    InputError
        Naming the first layer that optlab lacks, or that makes the model more than a
        chain with sums and concatenations.
    """
    if not isinstance(config, Mapping) or not config.get("layers"):
        raise InputError(
            "A model's configuration must be a mapping with a list of `layers`. "
            f"Received: {config!r}"
        )
    reader = _Reader()
    end = reader.model(config, (INPUT,))
    layers = reader.layers
    if layers and end != layers[-1].name:
        last = next(layer for layer in layers if layer.name == end)
        layers.append(layers.pop(layers.index(last)))
    before = INPUT
    for layer in layers:
        if layer.inputs == (before,):
            layer.inputs = None
        before = layer.name
    dtypes = reader.dtypes or {_dtype_name(config.get("dtype") or "float32")}
    if len(dtypes) > 1:
        raise InputError(
            "All layers of a model must have one dtype. "
            f"Received: {', '.join(sorted(dtypes))}"
        )
    shape = reader.shape
    return {
        "layers": layers,
        "input_shape": None if shape is None else tuple(shape[1:]),
        "dtype": dtypes.pop(),
        "seed": config.get("seed", 0),
        "name": config.get("name"),
    }


class _Reader:
    """Collects layers, their dtypes and the shape of the input."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.dtypes: set[str] = set()
        self.shape: Sequence[int | None] | None = None
        self.read = 0
        self.frozen = False

    def model(self, config: Entry, start: tuple[str, ...]) -> str:
        """Read a model whose input is the layer named in `start`; name its output."""
        if self.shape is None:
            self.shape = config.get("build_input_shape")
        before = self.frozen
        self.frozen = before or config.get("trainable") is False
        try:
            if "output_layers" in config:
                return self.graph(config, start)
            for entry in config["layers"]:
                start = (self.layer(entry, start),)
            return start[0]
        finally:
            self.frozen = before

    def graph(self, config: Entry, start: tuple[str, ...]) -> str:
        """Read a functional model, its layers in the order of its configuration."""
        one = config["output_layers"]
        for key in ("input_layers", "output_layers"):
            # A single one may be there as itself or in a list.
            one = config[key]
            one = one[0] if one and isinstance(one[0], (list, tuple)) else one
            if config[key] and one is not config[key] and len(config[key]) > 1:
                raise InputError(
                    "The Keras model must have one input and one output. Received: "
                    f"{len(config[key])} {key.replace('_', ' ')}"
                )
        ends: dict[str, str] = {}
        masks = Masks()
        for entry in config["layers"]:
            name = str(entry.get("name") or entry["config"]["name"])
            nodes = entry.get("inbound_nodes") or []
            if len(nodes) > 1:
                raise InputError(
                    f"The layer {name!r} of the Keras model is used {len(nodes)} "
                    "times; each of optlab's layers is used once."
                )
            if masks.take(entry, ends):
                continue
            given = start
            if nodes:
                sources = tuple(_sources(name, nodes[0]))
                if not set(sources) <= set(ends):
                    raise InputError(
                        f"The layer {name!r} of the Keras model takes the result of an "
                        "operation on a mask, which optlab lacks."
                    )
                given = tuple(ends[source] for source in sources)
                masks.check(name, (nodes[0].get("kwargs") or {}).get("mask"), given)
            ends[name] = self.layer(entry, given)
            masks.hand_on(entry, given, ends[name])
        return ends[str(one[0])]

    def layer(self, entry: Entry, given: tuple[str, ...]) -> str:
        """Read a layer that takes these outputs; return the name of its own."""
        kind, settings = entry.get("class_name"), entry.get("config") or {}
        if kind == "InputLayer":
            if self.shape is None or not self.layers:
                shape = settings.get("batch_shape")
                self.shape = shape or settings.get("batch_input_shape")
            return given[0]
        if "layers" in settings and kind != "Residual":
            return self.model(settings, given)
        if kind == "Identity":
            return given[0]
        if settings.get("dtype") is not None:
            self.dtypes.add(_dtype_name(settings["dtype"]))
        if self.frozen and "trainable" in settings:
            settings = {**settings, "trainable": False}
        name = entry.get("name") or settings.get("name")
        label = f"The layer {name!r}" if name else f"The layer number {self.read}"
        self.read += 1
        if str(entry.get("module")).startswith("keras.src.ops") and kind == "Add":
            settings = {"name": name}
        elif entry.get("registered_name") not in (None, "optlab>Residual"):
            raise InputError(f"{label} is of class {kind!r}, which optlab lacks.")
        try:
            layer = get({"class_name": kind, "config": settings})
        except InputError as error:
            raise InputError(f"{label} of the model: {error}") from error
        # The names are there to be referred to, and stay the layers' own.
        layer.after(*(entry.get("inputs") or given))
        self.layers.append(layer)
        return layer.name


def _sources(name: str, node: Entry) -> Iterator[str]:
    """Yield the names of the layers whose outputs a node takes."""
    for key, value in (node.get("kwargs") or {}).items():
        # tf.keras writes down `training=False` for a layer called in the usual way.
        if value is not None and value is not False and key != "mask":
            raise InputError(
                f"The layer {name!r} of the Keras model is called with {key}={value!r},"
                " which optlab lacks."
            )
    found = list(_tensors(name, node.get("args") or []))
    if not found:
        raise InputError(f"The layer {name!r} of the Keras model takes no tensor.")
    yield from found


def _tensors(name: str, args: Any) -> Iterator[str]:
    for one in flat(args):
        source = tensor_name(one)
        if source is not None:
            yield source
        elif one is not None:
            raise InputError(
                f"The layer {name!r} of the Keras model is called with {one!r}, which "
                "optlab lacks."
            )


def _dtype_name(dtype: object) -> str:
    """Return the name of a dtype or of tf.keras's dtype policy."""
    if isinstance(dtype, Mapping):
        return str(dtype.get("config", {}).get("name"))
    return str(dtype)
