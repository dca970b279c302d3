"""A layer's twin in tf.keras, and back; what its configuration does not tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from optlab import layers
from optlab.errors import InputError
from optlab.layers import Layer
from optlab.validation.runtime import load

#: The dtypes that optlab computes in.
_DTYPES = ("float32", "float64")
#: Layers of tf.keras that are nothing but a penalty on their outputs.
_REGULARIZING = ("ActivityRegularization",)
#: Layers of tf.keras that never cast their input, whatever `autocast` says.
_NEVER_CAST = ("Embedding", "LayerNormalization")


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


def layer_from_keras(twin: Any) -> Layer:
    """Return our layer with the arguments of a tf.keras one; it has no weights yet.

    Raises
    ------
    InputError
        If optlab has no such layer, or not with such an argument.
    """
    name = type(twin).__name__
    if getattr(load().keras.layers, name, None) is not type(twin):
        raise InputError(f"optlab has no counterpart of the layer class {name!r}.")
    one_dtype(twin)
    return layers.get({"class_name": name, "config": twin.get_config()})


def one_dtype(twin: Any) -> str:
    """Return the dtype in which all layers compute and keep their weights.

    Parameters
    ----------
    twin : keras.Layer or keras.Model

    Raises
    ------
    InputError
        Naming the layers whose dtypes differ, or the first one that has a dtype policy,
        or an argument that no configuration tells of, which optlab lacks.
    """
    found: dict[str, str] = {}
    for layer in inner_layers(twin):
        policy = layer.dtype_policy
        dtype = str(policy.compute_dtype)
        if dtype != policy.variable_dtype or dtype not in _DTYPES:
            raise InputError(
                f"The layer {layer.name!r} has the dtype policy {policy.name!r}; "
                "optlab computes and keeps weights in one dtype, float32 or float64."
            )
        found.setdefault(dtype, layer.name)
        if not _tells_its_penalty(layer):
            raise InputError(
                f"The layer {layer.name!r} has an `activity_regularizer` that its "
                "configuration leaves out; put an ActivityRegularization after it."
            )
        if not layer.autocast and type(layer).__name__ not in _NEVER_CAST:
            raise InputError(
                f"The layer {layer.name!r} has autocast=False; optlab has one dtype "
                "for all of a model and nothing to cast."
            )
    if len(found) > 1:
        raise InputError(
            "All layers of the Keras model must have one dtype. Received: "
            + ", ".join(f"{name!r} in {dtype}" for dtype, name in found.items())
        )
    return next(iter(found), "float32")


def _tells_its_penalty(layer: Any) -> bool:
    """Tell whether a penalty on the outputs, if there is one, is in the configuration.

    Where it is, the layer's own conversion carries or refuses it.
    """
    penalty = getattr(layer, "activity_regularizer", None)
    if penalty is None or type(layer).__name__ in _REGULARIZING:
        return True
    try:
        return "activity_regularizer" in layer.get_config()
    except NotImplementedError:
        return False


def inner_layers(twin: Any) -> Iterator[Any]:
    """Yield a layer and those inside it, without models and inputs.

    Raises
    ------
    InputError
        If a model is of a class of its own, which may train in its own way.
    """
    keras = load().keras
    for layer in twin._flatten_layers():
        if isinstance(layer, keras.Model):
            cls = type(layer)
            plain = cls in (keras.Sequential, keras.Model)
            functional = (cls.__name__, cls.__module__.partition(".")[0])
            if not plain and functional != ("Functional", "keras"):
                raise InputError(
                    f"optlab has no counterpart of the model class {cls.__name__!r}."
                )
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer
