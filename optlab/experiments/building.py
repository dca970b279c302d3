"""From the tables of an experiment to a model, a loss, an optimizer, and data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from optlab.data import Data
from optlab.errors import InputError
from optlab.experiments.consistency import check_fit
from optlab.experiments.tables import LayerTable, ModelTable, TrainingTable

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment

#: Epochs and steps where an experiment says nothing.
EPOCHS, STEPS = 20, 500


@dataclass
class Built:
    """Everything that a run needs, made new.

    Attributes
    ----------
    optimizer : Optimizer
    model, loss, data : Sequential, Loss, Data, or None
        None for an analytic function.
    problem : Problem or None
        The analytic function.
    fit_arguments : dict
        The other keyword arguments of `optlab.fit`, or of `optlab.minimize`.
    """

    optimizer: Any
    model: Any = None
    loss: Any = None
    data: Data | None = None
    problem: Any = None
    fit_arguments: dict[str, Any] = field(default_factory=dict)


def _dense(entry: LayerTable, units: int, activation: str | None) -> Any:
    from optlab.layers import Dense

    arguments: dict[str, Any] = {"trainable": entry.trainable}
    for key in (
        "kernel_initializer",
        "bias_initializer",
        "kernel_regularizer",
        "bias_regularizer",
    ):
        if getattr(entry, key) is not None:
            arguments[key] = getattr(entry, key)
    return Dense(units, activation=activation, **arguments)


def _layers_of(entry: LayerTable) -> list[Any]:
    """Return the layers of one entry, in their documented order."""
    from optlab.layers import Activation, BatchNormalization, Dropout

    layers: list[Any] = []
    fused = entry.units is not None and not entry.batch_normalization
    if entry.units is not None:
        activation = entry.activation if fused else None
        layers.append(_dense(entry, entry.units, activation))
    if entry.batch_normalization:
        arguments: dict[str, Any] = {"trainable": entry.trainable}
        if isinstance(entry.batch_normalization, dict):
            arguments |= entry.batch_normalization
        layers.append(BatchNormalization(**arguments))
    if entry.activation is not None and not fused:
        layers.append(Activation(entry.activation))
    if entry.dropout is not None:
        layers.append(Dropout(entry.dropout))
    return layers


def build_model(table: ModelTable, features: int, dtype: str, seed: int) -> Any:
    """Return the model of a ``[model]`` table.

    Parameters
    ----------
    table : ModelTable
    features : int
        The columns of its input.
    dtype : {"float32", "float64"}
    seed : int
        Of the first weights.

    Raises
    ------
    InputError
        If a residual entry has not as many units as its input.
    """
    from optlab.layers import Residual
    from optlab.model import Sequential

    layers: list[Any] = []
    width = features
    for number, entry in enumerate(table.layers):
        block = _layers_of(entry)
        if entry.residual and entry.units not in (None, width):
            raise InputError(
                f"[model] layers.{number} is residual: it needs as many units as its "
                f"input has, {width}. Received: units={entry.units}"
            )
        layers += [Residual(block)] if entry.residual else block
        width = entry.units or width
    return Sequential(layers, input_shape=(features,), dtype=dtype, seed=seed)


def metrics_for(training: TrainingTable, task: str) -> list[Any]:
    """Return the metrics to watch: the given ones, or one that suits the task."""
    if training.metrics is not None:
        return list(training.metrics)
    return ["mae"] if task == "regression" else ["accuracy"]


def class_weights(training: TrainingTable, data: Data) -> Any:
    """Return class weights by class number; the table may use class names.

    Raises
    ------
    InputError
        If a key is neither a class name nor a class number.
    """
    table = training.class_weight
    if table is None or isinstance(table, str):
        return table
    if data.task not in ("binary", "multiclass"):
        raise InputError(
            f"[training] class_weight needs classes. Received: a {data.task} task"
        )
    names = list(data.class_names)
    weights = {}
    for key, weight in table.items():
        if key in names:
            weights[names.index(key)] = weight
        elif key.isdigit() and int(key) < len(names):
            weights[int(key)] = weight
        else:
            raise InputError(
                f"[training] class_weight has no class {key!r}. "
                f"Classes: {', '.join(names)}."
            )
    return weights


def build_function(experiment: Experiment) -> Built:
    """Build an experiment on an analytic function."""
    from optlab import problems

    table, training = experiment.function, experiment.training
    if table is None:
        raise InputError("There is no table [function].")
    arguments: dict[str, Any] = {"steps": training.steps or STEPS}
    if table.start is not None:
        arguments["start"] = list(table.start)
    return Built(
        optimizer=experiment.optimizer.make(),
        problem=problems.get(table.name, **table.options),
        fit_arguments=arguments,
    )


def build_training(
    experiment: Experiment,
    data: Data | None,
    seed: int | None,
    callbacks: Sequence[Any],
    strict: bool,
) -> Built:
    """Build an experiment that trains a model."""
    from optlab import callbacks as known
    from optlab import losses

    if experiment.model is None or experiment.loss is None:
        raise InputError("An experiment with data needs the tables [model] and [loss].")
    training = experiment.training
    data = experiment.load_data(strict=strict) if data is None else data
    seed = training.seed if seed is None else seed
    model = build_model(experiment.model, data.features, training.dtype, seed)
    loss = losses.get(experiment.loss.arguments())
    if strict:
        check_fit(model, loss, data)
    validation = None
    if data.x_val is not None and len(data.x_val):
        validation = (data.x_val, data.y_val)
    length: dict[str, Any] = {"epochs": training.epochs or EPOCHS}
    if training.steps is not None:
        length = {"steps": training.steps}
    return Built(
        model=model,
        loss=loss,
        optimizer=experiment.optimizer.make(),
        data=data,
        fit_arguments={
            **length,
            "batch_size": training.batch_size,
            "shuffle": training.shuffle,
            "seed": seed,
            "validation_data": validation,
            "class_weight": class_weights(training, data),
            "metrics": metrics_for(training, data.task),
            "plain": experiment.loss.plain,
            "callbacks": [*(known.get(c) for c in training.callbacks), *callbacks],
        },
    )
