"""Read a model and the arguments of its training as a `Program`."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from optlab.diagnosis.repairs import store
from optlab.errors import InputError
from optlab.experiments.paths import Tree
from optlab.typing import Array
from optlab.validation.programs.compiled import (
    compiled_arguments,
    loss_table,
    metric_names,
    optimizer_table,
)
from optlab.validation.programs.entries import chain_of, entry_of
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.left_out import epochs_of, left_out
from optlab.validation.programs.program import TEMPLATES, Program, Template
from optlab.validation.programs.row_arrays import Rows
from optlab.validation.programs.rows import read_rows

_numbers = itertools.count()
#: Where a split leaves fewer rows than these to train on, none are held out.
LEAST_TRAINED = 4


def read_program(captured: Captured) -> tuple[Program, list[str]]:
    """Return the program that a training call belongs to, and notes for a reader.

    Raises
    ------
    InputError
        If the model is not compiled, or the rows are none of numbers.
    """
    import keras

    model, given = captured.model, captured.arguments
    if not isinstance(model, keras.Model):
        raise InputError(
            "diagnose takes an experiment, the path of one, or a compiled keras.Model. "
            f"Received: {type(model).__name__}"
        )
    if not getattr(model, "compiled", False):
        raise InputError("The Keras model must be compiled: call compile() first.")
    rows = read_rows(
        given.get("x"),
        given.get("y"),
        given.get("sample_weight"),
        model,
        steps=given.get("steps_per_epoch"),
    )
    notes = [*captured.notes, *rows.notes, *left_out(captured)]
    rows, held = _held_out(rows, given, model, notes)
    template = _template(captured, rows)
    arrays = {"x": _packed(rows.inputs), "y": _packed(rows.targets)}
    if rows.weights is not None:
        arrays["w"] = rows.weights
    if held is not None:
        held.inputs = [_of_rank(p, model, k) for k, p in enumerate(held.inputs)]
        arrays |= {"x_val": _packed(held.inputs), "y_val": _packed(held.targets)}
    training: Tree = {
        "epochs": epochs_of(captured),
        "batch_size": int(given.get("batch_size") or rows.batch_size or 32),
    }
    metrics = metric_names(captured.compiled.get("metrics"))
    if metrics:
        training["metrics"] = metrics
    if given.get("shuffle", True) is False:
        training["shuffle"] = False
    if given.get("class_weight"):
        training["class_weight"] = {
            str(k): float(v) for k, v in dict(given["class_weight"]).items()
        }
    steps = given.get("steps_per_epoch")
    if steps and steps < -(-len(rows) // training["batch_size"]):
        training["steps_per_epoch"] = int(steps)
    if given.get("callbacks"):
        names = [type(c).__name__ for c in np.atleast_1d(given["callbacks"])]
        notes.append(f"Callbacks are left out of the runs: {', '.join(names)}.")
    data: Tree = {"source": store(arrays)}
    if len(rows.targets) > 1:
        data["task"] = "several"
    if given.get("validation_split") and held is None:
        data["unsplit"] = True
    if rows.held:
        data["held"] = rows.held
    key = f"template {next(_numbers)}"
    TEMPLATES[key] = template
    program = Program(
        str(model.name),
        data=data,
        model={"template": key, "layers": list(template.first.values())},
        loss=template.tables["loss"],
        optimizer=template.tables["optimizer"],
        training=training,
    )
    return program, notes


def _held_out(
    rows: Rows, given: dict[str, Any], model: Any, notes: list[str]
) -> tuple[Rows, Rows | None]:
    """Return the rows to train on, and those that the call keeps to score on."""
    data, share = given.get("validation_data"), given.get("validation_split") or 0.0
    if data is not None:
        parts = tuple(data) if isinstance(data, (tuple, list)) else (data,)
        x, y, weights = (*parts, None, None)[:3]
        held = read_rows(x, y, weights, model, "validation_data")
        notes += held.notes
        return rows, held
    if share and len(rows) > 1:
        count = int(len(rows) * (1.0 - share))
        if count < LEAST_TRAINED:
            notes.append(
                f"validation_split={share:g} leaves {count} of {len(rows)} rows to "
                "train on: all of them are used."
            )
            return rows, None
        return rows.take(slice(0, count)), rows.take(slice(count, None))
    return rows, None


def _packed(parts: list[Array]) -> Array:
    """Return several inputs as the columns of one array; a single one as it is."""
    if len(parts) == 1:
        part = parts[0]
        return part.astype("float32") if part.dtype == np.float16 else part
    flat = [np.asarray(p, "float64").reshape(len(p), -1) for p in parts]
    return np.concatenate(flat, axis=1)


# The model.


def _template(captured: Captured, rows: Rows) -> Template:
    model = captured.model
    if len(rows.inputs) == 1 and rows.inputs[0].ndim == 1:
        rows.inputs[0] = rows.inputs[0][:, None]
    rows.inputs = [_of_rank(part, model, k) for k, part in enumerate(rows.inputs)]
    _build(model, rows)
    layers, kind = chain_of(model)
    entries = {layer.name: entry_of(layer) for layer in layers}
    if not entries:
        entries = {model.name: {"class": type(model).__name__, "name": model.name}}
    compiled = dict(captured.compiled) or compiled_arguments(model)
    tables = {
        "loss": loss_table(compiled.get("loss")),
        "optimizer": optimizer_table(model.optimizer),
    }
    return Template(
        model,
        kind,
        {layer.name: layer for layer in layers},
        entries,
        [part.shape[1:] for part in rows.inputs],
        [part.shape[1:] for part in rows.targets],
        any(type(layer).__name__ == "Embedding" for layer in layers),
        compiled,
        [np.asarray(w) for w in model.get_weights()],
        [_dtype(model, k) for k in range(len(rows.inputs))],
        model.optimizer,
        captured.made,
        tables,
    )


def _build(model: Any, rows: Rows) -> None:
    """Give the model its weights, as the first batch would; an error is the run's."""
    if model.built and (model.weights or not model.layers):
        return
    try:
        parts = [part[:2] for part in rows.inputs]
        model(parts[0] if len(parts) == 1 else parts, training=False)
    except Exception:
        return


def _of_rank(part: Array, model: Any, number: int) -> Array:
    """Give rows the last axis of one that the model's input has, or take it away.

    As `fit` does.
    """
    inputs = getattr(model, "inputs", None) or ()
    if number >= len(inputs):
        return part
    shape = tuple(inputs[number].shape)
    if len(shape) == part.ndim + 1 and shape[-1] == 1:
        return part[..., None]
    if len(shape) == part.ndim - 1 and part.shape[-1] == 1:
        return part[..., 0]
    return part


def _dtype(model: Any, number: int) -> str:
    inputs = getattr(model, "inputs", None) or ()
    return str(inputs[number].dtype) if number < len(inputs) else "float32"
