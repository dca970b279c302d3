"""From the tables of an experiment to a model, a loss, an optimizer, and data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optlab.archive import read_arrays
from optlab.data import Data
from optlab.errors import InputError
from optlab.experiments.consistency import check_fit
from optlab.experiments.tables import ModelTable, TrainingTable
from optlab.files import expanded

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

    @property
    def batches(self) -> int:
        """The steps of an epoch; 1 where there are no rows."""
        if self.data is None:
            return 1
        return -(-len(self.data.x) // int(self.fit_arguments["batch_size"]))

    @property
    def steps(self) -> int:
        """The steps of the whole training."""
        steps = self.fit_arguments.get("steps")
        return int(steps or self.fit_arguments["epochs"] * self.batches)


def layers_of(table: ModelTable) -> tuple[list[Any], list[int]]:
    """Return the layers of a ``[model]`` table, and the number of each one's entry."""
    from optlab.layers import expand, get

    entries = [expand(entry.model_dump(exclude_unset=True)) for entry in table.layers]
    layers = [get(layer) for entry in entries for layer in entry]
    return layers, [number for number, entry in enumerate(entries) for _ in entry]


def build_model(
    table: ModelTable,
    input_shape: tuple[int, ...],
    dtype: str,
    seed: int,
    folder: Path | None = None,
) -> Any:
    """Return the model of a ``[model]`` table.

    Parameters
    ----------
    table : ModelTable
    input_shape : tuple of int
        One row's.
    dtype : {"float32", "float64"}
    seed : int
        Of the first weights.
    folder : Path, optional
        Where a relative path of weights starts.

    Raises
    ------
    InputError
        If a layer cannot take what the one before it puts out.
    """
    from optlab.model import Sequential
    from optlab.model_arguments import LayerError

    layers, owners = layers_of(table)
    try:
        model = Sequential(layers, input_shape=input_shape, dtype=dtype, seed=seed)
    except LayerError as error:
        place = f"[model] layers.{owners[error.place]}"
        kind = type(error.layer).__name__
        raise InputError(f"{place} ({kind}): {error.reason}") from None
    if table.weights is not None:
        path = expanded(table.weights)
        begin_with(model, path if folder is None else folder / path)
    return model


def begin_with(model: Any, path: Path) -> None:
    """Give a model the weights of an .npz that it has by name and shape.

    Raises
    ------
    InputError
        If the file cannot be read, or none of its arrays fits.
    """
    try:
        found = read_arrays(path)
    except InputError as error:
        raise InputError(f"[model] weights: {error}") from None
    fitting = {
        name: found[name]
        for name, array in model.weights
        if name in found and found[name].shape == array.shape
    }
    if not fitting:
        raise InputError(
            f"[model] weights: no array of {path.name} has the name and the shape of "
            f"one of the model's: {', '.join(name for name, _ in model.weights)}."
        )
    model.set_weights([fitting.get(name, array) for name, array in model.weights])


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


def build_function(experiment: Any) -> Built:
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
    experiment: Any,
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
    shape = data.x.shape[1:]
    folder = experiment.folder
    model = build_model(experiment.model, shape, training.dtype, seed, folder)
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
