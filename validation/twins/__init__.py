"""Twins: the tf.keras object with the same configuration and weights, and back."""

from __future__ import annotations

from typing import Any

from optlab.errors import InputError
from optlab.experiments import Built, Experiment
from optlab.layers import Layer
from optlab.losses import Loss
from optlab.model import Sequential
from optlab.optimizers import Optimizer
from optlab.schedules import Schedule
from optlab.validation.runtime import load
from optlab.validation.twins.experiments import Twin, experiment_to_keras
from optlab.validation.twins.layers import layer_from_keras, layer_to_keras
from optlab.validation.twins.losses import loss_from_keras, loss_to_keras
from optlab.validation.twins.models import Setup, model_from_keras, model_to_keras
from optlab.validation.twins.optimizers import optimizer_from_keras, optimizer_to_keras
from optlab.validation.twins.schedules import schedule_from_keras, schedule_to_keras

__all__ = ["Setup", "Twin", "from_keras", "to_keras"]


def to_keras(thing: Any) -> Any:
    """Return the tf.keras twin of an optimizer, loss, schedule, model or experiment.

    Parameters
    ----------
    thing : Optimizer, Loss, Schedule, Layer, Sequential, Setup, Experiment or Built
        A model's twin has its weights. A `Setup` gives a compiled model, an experiment
        a `Twin`: the compiled model and what to call its `fit` with.

    Raises
    ------
    MissingTensorFlow
        Where TensorFlow is not installed.
    InputError
        Where tf.keras has no counterpart.

    Examples
    --------
    >>> import optlab
    >>> to_keras(optlab.Adam(0.5)).beta_1
    0.9
    """
    load()
    match thing:
        case Optimizer():
            return optimizer_to_keras(thing)
        case Loss():
            return loss_to_keras(thing)
        case Schedule():
            return schedule_to_keras(thing)
        case Layer():
            return layer_to_keras(thing)
        case Sequential():
            return model_to_keras(thing)
        case Setup():
            twin = model_to_keras(thing.model)
            if thing.optimizer is not None and thing.loss is not None:
                variables = twin.trainable_variables
                optimizer = optimizer_to_keras(thing.optimizer, variables)
                loss = loss_to_keras(thing.loss, thing.model.dtype.name)
                twin.compile(optimizer=optimizer, loss=loss)
            return twin
        case Experiment() | Built():
            return experiment_to_keras(thing)
    raise InputError(
        "to_keras takes an optimizer, loss, schedule, layer, model or experiment of "
        f"optlab. Received: {type(thing).__name__}"
    )


def from_keras(twin: Any) -> Any:
    """Return our counterpart of a tf.keras optimizer, loss, schedule, layer or model.

    Parameters
    ----------
    twin : keras object
        A model (Sequential, or functional with residual connections) gives a `Setup`:
        our model with the same weights, and loss and optimizer where it is compiled,
        with its state; what is not taken along is named in its `notes`. A layer alone
        brings its arguments; weights and dtype are a model's.

    Raises
    ------
    MissingTensorFlow
        Where TensorFlow is not installed.
    InputError
        Where optlab has no counterpart; the layer, class or argument is named.

    Examples
    --------
    >>> import keras
    >>> from_keras(keras.optimizers.SGD(0.5, momentum=0.9))
    SGD(learning_rate=0.5, momentum=0.9, nesterov=False)
    """
    keras = load().keras
    if isinstance(twin, keras.optimizers.Optimizer):
        return optimizer_from_keras(twin)
    if isinstance(twin, keras.optimizers.schedules.LearningRateSchedule):
        return schedule_from_keras(twin)
    if isinstance(twin, keras.losses.Loss):
        return loss_from_keras(twin)
    if isinstance(twin, keras.Model):
        return model_from_keras(twin)
    if isinstance(twin, keras.layers.Layer):
        return layer_from_keras(twin)
    raise InputError(
        "from_keras takes an optimizer, loss, schedule, layer or model of tf.keras. "
        f"Received: {type(twin).__name__}"
    )
