"""A loss's twin in tf.keras, and back."""

from __future__ import annotations

import inspect
from typing import Any

from optlab import losses
from optlab.errors import InputError
from optlab.losses import Loss
from optlab.validation.runtime import load


def loss_to_keras(loss: Loss, dtype: str = "float32") -> Any:
    """Return the tf.keras loss with the same configuration.

    Parameters
    ----------
    loss : Loss
        Ours.
    dtype : str
        What the twin computes in; tf.keras's losses cast to float32 by default.
    """
    keras = load().keras
    cls = getattr(keras.losses, type(loss).__name__, None)
    if cls is None:
        raise InputError(f"tf.keras has no loss {type(loss).__name__!r}.")
    config = loss.get_config()
    if "dtype" in inspect.signature(cls).parameters:
        config["dtype"] = dtype
    elif dtype != "float32":
        raise InputError(
            f"The losses of tf.keras {keras.__version__} compute in float32 only. "
            f"Received: dtype={dtype!r}"
        )
    return cls(**config)


def loss_from_keras(twin: Any) -> Loss:
    """Return our loss with the configuration of a tf.keras one.

    Parameters
    ----------
    twin : str, function or keras.losses.Loss
        As `compile` takes it for one output. Ours computes in the dtype of the
        predictions.

    Raises
    ------
    InputError
        Where optlab has no such loss, or not in such a dtype.
    """
    keras = load().keras
    twin = only(twin)
    if isinstance(twin, str):
        return losses.get(twin)
    if isinstance(twin, keras.losses.Loss):
        name = type(twin).__name__
        if getattr(keras.losses, name, None) is not type(twin):
            raise InputError(f"optlab has no counterpart of the loss class {name!r}.")
        if twin.dtype not in ("float32", "float64"):
            raise InputError(
                "optlab's losses compute in float32 or float64. "
                f"Received: dtype={twin.dtype!r} of {name}"
            )
        # Huber's own get_config leaves out its delta.
        config = {**getattr(twin, "_fn_kwargs", {}), **twin.get_config()}
        return losses.get({"class_name": name, "config": config})
    name = getattr(twin, "__name__", repr(twin))
    if getattr(keras.losses, name, None) is not twin:
        raise InputError(f"optlab has no counterpart of the loss function {name!r}.")
    return losses.get(name)


def only(given: Any) -> Any:
    """Return the loss of one output, which `compile` also takes in a list or dict."""
    if isinstance(given, (list, tuple, dict)) and len(given) == 1:
        (given,) = given.values() if isinstance(given, dict) else given
    return given
