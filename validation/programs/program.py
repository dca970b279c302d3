"""A captured program in the form of an experiment: tables that edits can change.

Its model may hold any Keras layer. An entry of ``model.layers`` that carries the name
of a layer of the captured model stands for that layer, weights and all; one without a
name is new.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import numpy as np

from optlab.data.labels import infer_task
from optlab.data.record import Affine, Data, Task
from optlab.errors import InputError
from optlab.experiments.paths import Tree, difference, replaced
from optlab.typing import Array
from optlab.validation.programs.places import Place


@dataclass
class Template:
    """What all variants of a captured program share.

    Attributes
    ----------
    model : keras.Model
        As captured; never changed.
    kind : {"chain", "graph", "opaque"}
        Whether layers can be put in and taken out, only be set otherwise, or neither.
    layers : dict of str to keras.Layer
        By name.
    first : dict of str to dict
        The entries of the captured model, by name.
    input_shapes, target_shapes : list of tuple of int
        Of one row.
    tokens : bool
        Whether the inputs are numbers of words, which no scaling may touch.
    compiled : dict
        Arguments of ``compile`` as given; those read off the model where not seen.
    weights : list of ndarray
        Of the whole model.
    input_dtypes : list of str
        What the model's inputs are fed as.
    optimizer : keras.Optimizer
        As captured: runs of an opaque model compile it with others.
    made : Place or None
        Where the script makes the model.
    tables : dict
        The first "loss" and "optimizer": while unchanged, the captured objects serve.
    """

    model: Any
    kind: str
    layers: dict[str, Any]
    first: dict[str, Tree]
    input_shapes: list[tuple[int, ...]]
    target_shapes: list[tuple[int, ...]]
    tokens: bool
    compiled: dict[str, Any]
    weights: list[Array]
    input_dtypes: list[str] = field(default_factory=list)
    optimizer: Any = None
    made: Place | None = None
    tables: Tree = field(default_factory=dict)

    def split(self, x: Array) -> list[Array]:
        """Return the model's inputs of packed rows."""
        if len(self.input_shapes) == 1:
            return [x]
        parts, begin = [], 0
        for shape, dtype in zip(self.input_shapes, self.input_dtypes, strict=True):
            size = int(np.prod(shape))
            part = x[:, begin : begin + size].reshape((len(x), *shape))
            parts.append(part.astype(dtype))
            begin += size
        return parts

    def split_targets(self, y: Array) -> list[Array]:
        """Return the model's targets of packed rows."""
        if len(self.target_shapes) == 1:
            return [y]
        parts, begin = [], 0
        for shape in self.target_shapes:
            size = int(np.prod(shape))
            parts.append(y[:, begin : begin + size].reshape((len(y), *shape)))
            begin += size
        return parts


#: Templates by the name that ``model.template`` has.
TEMPLATES: dict[str, Template] = {}


class Program:
    """A captured program with some of its tables changed, perhaps.

    Parameters
    ----------
    name : str
        What reports call it.
    **tables
        `data`, `model`, `loss`, `optimizer` and `training`, with the keys of an
        experiment file; ``model.template`` names a `Template`.
    """

    def __init__(self, name: str = "", **tables: Any) -> None:
        self.tree: Tree = tables
        self._folder: Path | None = None
        self._name = name
        if not tables["model"]["layers"]:
            raise InputError("A model needs a layer.")

    @property
    def template(self) -> Template:
        """What it was captured from."""
        return TEMPLATES[self.tree["model"]["template"]]

    @property
    def folder(self) -> Path | None:
        """None: a program has no file of tables."""
        return self._folder

    @property
    def name(self) -> str:
        """What the program is called."""
        return self._name

    @property
    def data(self) -> Any:
        """The data table, as attributes."""
        return SimpleNamespace(**self.tree["data"])

    @property
    def training(self) -> Any:
        """The training table, as attributes, with its defaults."""
        known = {"epochs": None, "steps": None, "batch_size": 32, "shuffle": True}
        rest = {"class_weight": None, "callbacks": (), "dtype": "float32"}
        return SimpleNamespace(**{**known, **rest, **self.tree.get("training", {})})

    def to_dict(self, defaults: bool = False) -> Tree:
        """Return the tables as dictionaries."""
        found: Tree = json.loads(json.dumps(self.tree))
        return found

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return a program with values changed at dotted paths."""
        return self.with_tree(replaced(self.to_dict(), dict(changes)))

    def with_tree(self, tree: Mapping[str, Any]) -> Self:
        """Return a program with other tables, by this name."""
        return type(self)(self._name, **tree)

    def diff(self, other: Program) -> dict[str, tuple[Any, Any]]:
        """Return dotted path -> (value here, value in `other`) where they differ."""
        return difference(self.to_dict(), other.to_dict())

    @property
    def fingerprint(self) -> str:
        """16 hex digits that are the same for programs that mean the same."""
        text = json.dumps(self.tree, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        """Whether two programs mean the same."""
        return isinstance(other, Program) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        """Hash what `__eq__` compares."""
        return hash(self.fingerprint)

    @property
    def from_scratch(self) -> bool:
        """Whether no layer is one of the captured model."""
        return not any("name" in entry for entry in self.tree["model"]["layers"])

    @property
    def tokens(self) -> bool:
        """Whether the inputs are numbers of words, which no scaling may touch."""
        layers = self.tree["model"]["layers"]
        embeds = any(entry.get("class") == "Embedding" for entry in layers)
        return self.template.tokens and (embeds or not self.from_scratch)

    def inputs(self, x: Array) -> list[Array]:
        """Return what the model is fed; new layers take several inputs as columns."""
        return [x] if self.from_scratch else self.template.split(x)

    def sample_weights(self, data: Data) -> Array | None:
        """Return the weights that ``fit`` was given for the rows, where it was."""
        with np.load(self.tree["data"]["source"], allow_pickle=False) as file:
            weights = file["w"] if "w" in file.files else None
        return weights if weights is not None and len(weights) == len(data.x) else None

    def load_data(self, strict: bool = True) -> Data:
        """Load, split and scale the rows.

        Parameters
        ----------
        strict : bool
            There for the sake of `Experiment.load_data`: nothing is refused here.
        """
        table = self.tree["data"]
        with np.load(table["source"], allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        if "x_val" not in arrays and table.get("validation"):
            arrays = _split(arrays, float(table["validation"]))
        classification = "crossentropy" in str(self.tree["loss"]["name"])
        y, y_val = arrays["y"], arrays.get("y_val")
        task: Task = table.get("task") or task_of(y, y_val, classification)
        x_scaling = y_scaling = None
        x, x_val = arrays["x"], arrays.get("x_val")
        if table.get("scale", "none") != "none" and not self.tokens:
            x_scaling = columns_scaling(x, table["scale"])
            x = x_scaling.apply(x).astype("float32")
            x_val = None if x_val is None else x_scaling.apply(x_val).astype("float32")
        if table.get("target_scale", "none") != "none" and task == "regression":
            y_scaling = columns_scaling(y)
            y = y_scaling.apply(y).astype("float32")
            y_val = None if y_val is None else y_scaling.apply(y_val).astype("float32")
        names = tuple(f"x{k}" for k in range(int(np.prod(x.shape[1:]))))
        targets = tuple(f"y{k}" for k in range(int(np.prod(y.shape[1:]))))
        known: tuple[str, ...] = ()
        return Data(
            x, y, x_val, y_val, task, names, targets, known, x_scaling, y_scaling
        )


def _split(arrays: dict[str, Array], share: float) -> dict[str, Array]:
    """Keep a share of the rows, drawn at random, to score on."""
    order = np.random.default_rng(0).permutation(len(arrays["x"]))
    kept = max(1, round(share * len(order)))
    train, rest = np.sort(order[kept:]), np.sort(order[:kept])
    found = {f"{name}_val": arrays[name][rest] for name in ("x", "y")}
    return found | {name: values[train] for name, values in arrays.items()}


def columns_scaling(values: Array, how: str = "standard") -> Affine:
    """Return the standardization of the last axis, over all others; "minmax": to 0..1.

    So a vector has one scale for each column, a picture one for each channel, and a
    sequence one for each feature. Values that are not finite do not count.
    """
    flat = np.asarray(values, float)
    flat = flat.reshape(len(flat), -1) if flat.ndim < 3 else flat
    columns = flat.reshape(-1, flat.shape[-1])
    columns = np.where(np.isfinite(columns), columns, np.nan)
    if how == "minmax":
        center = np.nanmin(columns, axis=0)
        scale = np.nanmax(columns, axis=0) - center
    else:
        center, scale = np.nanmean(columns, axis=0), np.nanstd(columns, axis=0)
    scale[~(scale > 1e-12 * (1 + np.abs(center)))] = 1.0
    center = np.where(np.isfinite(center), center, 0.0)
    if np.ndim(values) == 1:
        return Affine(center[0], scale[0])
    return Affine(center, scale)


def task_of(y: Array, y_val: Array | None, classification: bool) -> Task:
    """Say what targets ask for; those of sequences and pictures by their last axis."""
    if y.ndim > 2 and y.shape[-1] > 1:
        y = y.reshape(-1, y.shape[-1])
        y_val = None if y_val is None else y_val.reshape(-1, y_val.shape[-1])
    elif y.ndim > 1 and (y.ndim > 2 or (classification and _are_labels(y))):
        y, y_val = y.reshape(-1), None if y_val is None else y_val.reshape(-1)
    return infer_task(y, y_val, classification or None)


def _are_labels(y: Array) -> bool:
    """Whether several columns are each a class number, one a step."""
    return bool(y.shape[1] > 1 and y.dtype.kind in "iu" and y.max(initial=0) > 1)
