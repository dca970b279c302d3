"""An experiment's twin: a compiled tf.keras model and what to call `fit` with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optlab.errors import InputError
from optlab.experiments import Built, Experiment
from optlab.training.class_weights import class_weights
from optlab.validation.twins.losses import loss_to_keras
from optlab.validation.twins.models import model_to_keras
from optlab.validation.twins.optimizers import optimizer_to_keras


@dataclass(frozen=True)
class Twin:
    """What trains in tf.keras as an experiment trains here.

    Attributes
    ----------
    model : keras.Model
        Compiled with loss and optimizer, with our first weights.
    x, y : ndarray
        The training data, split and scaled by the experiment.
    fit_arguments : dict
        For ``model.fit(x, y, **fit_arguments)``. Batches and dropout are drawn by
        tf.keras; `optlab.validation.verify_experiment` replays ours.
    """

    model: Any
    x: Any
    y: Any
    fit_arguments: dict[str, Any]


def experiment_to_keras(experiment: Experiment | Built) -> Twin:
    """Return the tf.keras twin of an experiment that trains a model.

    Raises
    ------
    InputError
        For an analytic function, or where tf.keras lacks a part.
    """
    built = experiment.build() if isinstance(experiment, Experiment) else experiment
    if built.model is None or built.data is None:
        raise InputError(
            "An analytic function has no Keras model; verify compares its steps."
        )
    model = model_to_keras(built.model)
    dtype = built.model.dtype.name
    model.compile(
        optimizer=optimizer_to_keras(built.optimizer),
        loss=loss_to_keras(built.loss, dtype),
        metrics=[m for m in built.fit_arguments["metrics"] if isinstance(m, str)],
    )
    arguments = built.fit_arguments
    kept = {
        "batch_size": arguments["batch_size"],
        "shuffle": arguments["shuffle"],
        "epochs": arguments.get("epochs", 1),
        "validation_data": arguments["validation_data"],
    }
    if arguments["class_weight"] is not None:
        found, _ = class_weights(
            arguments["class_weight"], built.data.y, built.model.output_shape[-1]
        )
        kept["class_weight"] = found
    return Twin(model, built.data.x, built.data.y, kept)
