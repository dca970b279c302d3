"""Read a compiled tf.keras model and its rows as an experiment, for a diagnosis.

The twins' conversion reads the model as it is: its layers become the table of the
model, its weights and the rows temporary .npz files. What optlab lacks is named.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.diagnosis.repairs import store
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.experiments.describing import loss_table, optimizer_table
from optlab.layers import configuration, contract
from optlab.model import Sequential
from optlab.typing import Array
from optlab.validation.twins.losses import loss_from_keras, only
from optlab.validation.twins.models import (
    compiled_lacking,
    compiled_notes,
    model_from_keras,
)
from optlab.validation.twins.optimizers import optimizer_from_keras

Table = dict[str, Any]


@dataclass
class Reading:
    """What was read of a tf.keras model.

    Attributes
    ----------
    experiment : Experiment
        Everything that optlab has a counterpart of.
    lacking : list of str
        One sentence for each part that it has none of.
    notes : list of str
        One sentence for each part that is left out and changes nothing of the formulas.
    """

    experiment: Experiment
    lacking: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def experiment_of(
    model: Any,
    x: Any,
    y: Any,
    epochs: int = 20,
    batch_size: int = 32,
    validation_data: Any = None,
) -> Experiment:
    """Return a compiled tf.keras model and its rows as an experiment.

    The experiment begins with the model's weights and a new optimizer. It watches its
    own metrics.

    Parameters
    ----------
    model : keras.Model
        Compiled; Sequential, or functional with sums and concatenations.
    x, y : array_like
        The rows it is trained on.
    epochs, batch_size : int
        As `fit` is called.
    validation_data : (x, y), optional
        Rows to score on; a fifth of the rows where left out.

    Raises
    ------
    InputError
        Naming the part that optlab lacks, or what is wrong with the rows.

    Warns
    -----
    UserWarning
        Naming what is left out and changes roundings, or the optimizer's state.
    """
    found = read(model, x, y, epochs, batch_size, validation_data)
    if found.lacking:
        raise InputError(" ".join(found.lacking))
    for note in found.notes:
        warnings.warn(note, stacklevel=2)
    return found.experiment


def read(
    model: Any,
    x: Any,
    y: Any,
    epochs: int = 20,
    batch_size: int = 32,
    validation_data: Any = None,
) -> Reading:
    """Read a compiled tf.keras model as `experiment_of` does, naming what is lacking.

    Raises
    ------
    InputError
        If it is no compiled tf.keras model, or the rows do not fit together.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise InputError(
            "diagnose takes an experiment, the path of one, or a compiled keras.Model. "
            f"Received: {type(model).__name__}"
        )
    if not getattr(model, "compiled", False):
        raise InputError("The Keras model must be compiled: call compile() first.")
    if x is None or y is None:
        raise InputError("A Keras model needs `x` and `y`, the rows to train on.")
    arrays = _rows(x, y, "x", "y")
    if validation_data is not None:
        if len(validation_data) != 2:
            raise InputError(
                "`validation_data` must be (x, y); an experiment has no weights of "
                f"validation rows. Received: {len(validation_data)} parts"
            )
        held_x, held_y = validation_data
        arrays |= _rows(held_x, held_y, "x_val", "y_val")
    lacking = compiled_lacking(model)
    table = _model(model, arrays["y"], lacking)
    tree = {
        "data": {"source": store(arrays)},
        "model": table,
        "loss": _loss(model, lacking),
        "optimizer": _optimizer(model, lacking),
        "training": {"epochs": int(epochs), "batch_size": int(batch_size)},
    }
    experiment = Experiment.from_tree(tree, name=str(model.name))
    notes = compiled_notes(model)
    if model.optimizer.built and int(model.optimizer.iterations.numpy()):
        notes.append(
            "The optimizer's state is not taken along: an experiment begins anew."
        )
    return Reading(experiment, lacking, notes)


def model_table(model: Sequential) -> Table:
    """Return a model as the table of an experiment, its weights in a file."""
    tables = [configuration(layer) for layer in model.layers]
    bare = model
    if not any("inputs" in table for table in tables):
        # Nothing refers to tf.keras's running numbers.
        tables = [{k: v for k, v in table.items() if k != "name"} for table in tables]
        bare = Sequential(tables, model.input_shape, model.dtype)
    names = [name for name, _ in bare.weights]
    weights = dict(zip(names, model.get_weights(), strict=True))
    found: Table = {"layers": contract(tables)}
    return found | ({"weights": store(weights)} if weights else {})


def _rows(x: Any, y: Any, x_name: str, y_name: str) -> dict[str, Array]:
    """Return inputs and targets as arrays of numbers."""
    arrays = {x_name: _numbers(x, x_name), y_name: _numbers(y, y_name)}
    if len(arrays[x_name]) != len(arrays[y_name]):
        raise InputError(
            f"`{y_name}` must have one row a row of `{x_name}`, {len(arrays[x_name])}. "
            f"Received: {len(arrays[y_name])}"
        )
    if not arrays[x_name].size:
        raise InputError("There are no rows to train on.")
    return arrays


def _numbers(values: Any, name: str) -> Array:
    """Return rows as an array of numbers."""
    if hasattr(values, "numpy"):
        values = values.numpy()
    found = np.asarray(values)
    found = found.astype(np.int64) if found.dtype == bool else found
    if found.dtype.kind not in "iuf" or not found.ndim:
        raise InputError(
            f"`{name}` must be an array of numbers, one row a sample. "
            f"Received: {type(values).__name__} of {found.dtype}"
        )
    return found


def _model(model: Any, y: Array, lacking: list[str]) -> Table:
    """Return the model table; where a part is lacking, a last layer in its place."""
    try:
        return model_table(model_from_keras(model, compiled=False).model)
    except InputError as error:
        lacking.append(str(error))
    shape = getattr(model, "output_shape", None)
    units = shape[-1] if isinstance(shape, tuple) and len(shape) > 1 else None
    if not isinstance(units, int):
        units = 1 if y.ndim == 1 else int(y.shape[-1])
    return {"layers": [{"class": "Flatten"}, {"units": units}]}


def _loss(model: Any, lacking: list[str]) -> Table:
    """Return the loss table; name a loss that optlab lacks."""
    import keras

    given = model.loss
    if given is None:
        raise InputError("The Keras model is compiled without a loss.")
    given = only(given)
    try:
        given = keras.losses.get(given) if isinstance(given, str) else given
        return loss_table(loss_from_keras(given))
    except (InputError, ValueError, TypeError) as error:
        lacking.append(f"The loss has no counterpart: {error}")
        return {"name": "mean_squared_error"}


def _optimizer(model: Any, lacking: list[str]) -> Table:
    """Return the optimizer table; name an optimizer that optlab lacks."""
    try:
        return optimizer_table(optimizer_from_keras(model.optimizer))
    except (InputError, ValueError, TypeError) as error:
        lacking.append(f"The optimizer has no counterpart: {error}")
        return {"name": "adam"}
