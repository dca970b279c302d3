"""A model's configuration in tf.keras's form, written and read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError
from optlab.layers import get

if TYPE_CHECKING:
    from optlab.model import Sequential


def model_config(model: Sequential) -> dict[str, Any]:
    """Return the configuration of a model, weights not included."""
    shape = [None, *model.input_shape]
    entry = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {
            "batch_shape": shape,
            "dtype": model.dtype.name,
            "name": "input_layer",
        },
        "registered_name": None,
    }
    return {
        "name": model.name,
        "trainable": True,
        "dtype": model.dtype.name,
        "layers": [entry, *(layer.serialize() for layer in model.layers)],
        "build_input_shape": shape,
        "seed": model.seed,
    }


def model_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Sequential` from a configuration.

    Parameters
    ----------
    config : mapping
        The result of `Sequential.get_config` or of tf.keras's.
    """
    if not isinstance(config, Mapping) or not config.get("layers"):
        raise InputError(
            "A model's configuration must be a mapping with a list of `layers`. "
            f"Received: {config!r}"
        )
    shape = config.get("build_input_shape")
    layers, dtypes = [], set()
    for entry in config["layers"]:
        settings = entry.get("config") or {}
        if settings.get("dtype") is not None:
            dtypes.add(_dtype_name(settings["dtype"]))
        if entry.get("class_name") == "InputLayer":
            shape = settings.get("batch_shape") or settings.get("batch_input_shape")
        else:
            layers.append(get(entry))
    if not dtypes:
        dtypes.add(_dtype_name(config.get("dtype") or "float32"))
    if len(dtypes) > 1:
        raise InputError(
            "All layers of a model must have one dtype. "
            f"Received: {', '.join(sorted(dtypes))}"
        )
    return {
        "layers": layers,
        "input_shape": None if shape is None else tuple(shape[1:]),
        "dtype": dtypes.pop(),
        "seed": config.get("seed", 0),
        "name": config.get("name"),
    }


def _dtype_name(dtype: object) -> str:
    """Return the name of a dtype or of tf.keras's dtype policy."""
    if isinstance(dtype, Mapping):
        return str(dtype.get("config", {}).get("name"))
    return str(dtype)
