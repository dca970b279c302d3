"""An experiment: data, model, loss, optimizer and training, as one frozen object."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from optlab.data import Data, load
from optlab.data.tables import SUFFIXES
from optlab.errors import InputError
from optlab.experiments import toml_files
from optlab.experiments.building import Built, build_function, build_training
from optlab.experiments.learning import Learning
from optlab.experiments.library import locate
from optlab.experiments.lines import numbered
from optlab.experiments.messages import ExperimentError, problems_of
from optlab.experiments.paths import Tree, difference, read_path, replaced
from optlab.experiments.tables import (
    DataTable,
    FunctionTable,
    LayerTable,
    LossTable,
    ModelTable,
    OptimizerTable,
    TrainingTable,
)
from optlab.files import expanded, write_text
from optlab.plain import plain

if TYPE_CHECKING:
    from optlab.run import Run
    from optlab.training.checkpoint import Checkpoint

#: Place in the file -> the model of the table there.
TABLES: dict[tuple[str, ...], type[BaseModel]] = {
    ("data",): DataTable,
    ("function",): FunctionTable,
    ("model",): ModelTable,
    ("model", "layers"): LayerTable,
    ("loss",): LossTable,
    ("optimizer",): OptimizerTable,
    ("training",): TrainingTable,
}
VALID_KEYS = {place: list(table.model_fields) for place, table in TABLES.items()}
VALID_KEYS[()] = list(toml_files.ORDER)


def _structure(tables: Tree) -> list[str]:
    """Return what is wrong with the choice of tables."""
    if "function" in tables:
        both = [name for name in ("data", "model", "loss") if name in tables]
        problems = [
            f"[function] stands instead of [{name}]; keep one." for name in both
        ]
        needed = ["optimizer"]
        training = tables.get("training")
        useless = [
            key
            for key in (training if isinstance(training, Mapping) else ())
            if key in VALID_KEYS["training",] and key not in ("steps", "seed", "dtype")
        ]
        problems += [
            f"[training] {key} has no meaning for a [function], which takes steps."
            for key in useless
        ]
    else:
        problems = []
        needed = ["data", "model", "loss", "optimizer"]
        if not any(name in tables for name in needed[:3]):
            problems = [
                "An experiment needs [data], [model] and [loss], or [function]."
            ]
            needed = ["optimizer"]
    return problems + [
        f"An experiment needs the table [{name}]."
        for name in needed
        if name not in tables
    ]


class Experiment(BaseModel):
    """Everything that decides a run, in the shape of its TOML file.

    Parameters
    ----------
    **tables
        `data`, `model` and `loss`, or `function`; `optimizer`; and `training`, as
        dictionaries with the keys of the file.

    Raises
    ------
    InputError
        With every problem, one a line, if a table or key is unknown or missing, or a
        value is out of range.

    Examples
    --------
    >>> experiment = Experiment(
    ...     function={"name": "double-well", "start": [0.0]},
    ...     optimizer={"name": "sgd", "learning_rate": 0.01},
    ...     training={"steps": 100},
    ... )
    >>> experiment.replace({"optimizer.learning_rate": 0.1}).optimizer.learning_rate
    0.1
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: DataTable | None = None
    function: FunctionTable | None = None
    model: ModelTable | None = None
    loss: LossTable | None = None
    optimizer: OptimizerTable
    training: TrainingTable = Field(default_factory=TrainingTable)
    _folder: Path | None = PrivateAttr(default=None)
    _name: str = PrivateAttr(default="")

    def __init__(self, /, **tables: Any) -> None:
        tree = {key: plain(value) for key, value in _dumped(tables).items()}
        problems = _structure(tree)
        try:
            super().__init__(**tree)
        except ValidationError as error:
            problems += problems_of(error, VALID_KEYS)
        if problems:
            raise ExperimentError(problems)

    # Files.

    @classmethod
    def from_toml(cls, source: str | Path, folder: Path | None = None) -> Self:
        """Read an experiment.

        Parameters
        ----------
        source : str or Path
            The path of a TOML file, or TOML text: a string with a line break in it.
        folder : Path, optional
            Where relative data paths start; the folder of the file where left out.

        Raises
        ------
        InputError
            If the file cannot be read, is not TOML, or is no valid experiment.
        """
        if isinstance(source, str) and "\n" in source:
            text, origin, name = source, "the experiment", ""
        else:
            path = expanded(source)
            text, origin = toml_files.read_text(path), str(path)
            name = path.stem.strip(".") or "experiment"  # "..": a folder, no name
            folder = path.resolve().parent if folder is None else folder
        try:
            made = cls(**toml_files.parse(text, origin))
        except ExperimentError as error:
            problems = numbered(error.problems, text)
            raise ExperimentError(problems, origin) from None
        return made._at(folder, name)

    @classmethod
    def from_tree(
        cls, tree: Mapping[str, Any], folder: Path | None = None, name: str = ""
    ) -> Self:
        """Make an experiment from tables, with a folder and a name of its own.

        Parameters
        ----------
        tree : mapping
            As `to_dict` returns it.
        folder : Path, optional
            Where relative paths start; the working directory where left out.
        name : str
            What reports call it.
        """
        return cls(**tree)._at(folder, name)

    def with_tree(self, tree: Mapping[str, Any]) -> Self:
        """Return an experiment with other tables, in the same folder and by this name.

        Raises
        ------
        InputError
            If the tables are no valid experiment.
        """
        return type(self)(**tree)._at(self._folder, self._name)

    def _at(self, folder: Path | None, name: str) -> Self:
        self._folder, self._name = folder, name
        return self

    def to_toml(self, path: str | Path | None = None) -> str:
        """Return the experiment as TOML text, and write it where a path is given.

        A relative data path is written as seen from the new file's folder. The file is
        written under another name first, so that no half-written one is left behind.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        tree = self.to_dict()
        target = None if path is None else expanded(path)
        if target is not None and self.data is not None:
            tree["data"]["source"] = self.source_from(target.resolve().parent)
        weights = None if self.model is None else self.model.weights
        if target is not None and weights is not None:
            tree["model"]["weights"] = self._path_from(weights, target.resolve().parent)
        text = toml_files.write(tree)
        if target is not None:
            write_text(target, text)
        return text

    def source_from(self, folder: Path) -> str:
        """Return the data source as an experiment file in `folder` has to name it."""
        source = self.data.source if self.data else ""
        is_file = Path(source).suffix.lower() in SUFFIXES
        return self._path_from(source, folder) if is_file else source

    def _path_from(self, path: str, folder: Path) -> str:
        """Return a path of this experiment as seen from another folder."""
        if expanded(path).is_absolute():
            return path
        here = (self._folder or Path.cwd()).resolve()
        return path if here == folder else os.path.relpath(here / path, folder)

    @property
    def folder(self) -> Path | None:
        """Where relative data paths start; None for the working directory."""
        return self._folder

    @property
    def name(self) -> str:
        """The name of the file without its suffix; empty for one that has no file."""
        return self._name

    # Reading and changing.

    def to_dict(self, defaults: bool = False) -> Tree:
        """Return the tables as dictionaries.

        Parameters
        ----------
        defaults : bool
            Whether keys that were not given appear with their default values.
        """
        tree = self.model_dump(exclude_unset=not defaults, exclude_none=True)
        found: Tree = plain(tree)
        return found

    def value(self, path: str) -> Any:
        """Return the value at a dotted path, defaults included; None where not set.

        Raises
        ------
        InputError
            If there is no such key.
        """
        tree = plain(self.model_dump())
        return read_path(tree, path)

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return a new experiment with values changed at dotted paths.

        Parameters
        ----------
        changes : mapping
            ``{"optimizer.learning_rate": 0.1, "model.layers.0.units": 32}``. A negative
            number counts from the end of a list, a whole table or list may be given,
            and None takes a key away.

        Raises
        ------
        InputError
            If a path leads nowhere, or the result is no valid experiment.
        """
        changes = {path: plain(value) for path, value in changes.items()}
        names = {path.partition(".")[0] for path in changes}
        if names == {"optimizer"} and changes.get("optimizer", 1) is not None:
            # A sweep does this often, and one table is checked sooner than all.
            tree = self.optimizer.model_dump(exclude_unset=True, exclude_none=True)
            try:
                table = OptimizerTable.model_validate(
                    replaced({"optimizer": plain(tree)}, changes)["optimizer"]
                )
                return self.model_copy(update={"optimizer": table})
            except ValidationError:
                pass  # said below, with the place
        return self.with_tree(replaced(self.to_dict(), changes))

    def diff(self, other: Experiment) -> dict[str, tuple[Any, Any]]:
        """Return dotted path -> (value here, value in `other`) where the two differ."""
        return difference(self.to_dict(defaults=True), other.to_dict(defaults=True))

    @property
    def fingerprint(self) -> str:
        """16 hex digits that are the same for experiments that mean the same."""
        text = json.dumps(self.to_dict(defaults=True), sort_keys=True, default=repr)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        """Whether two experiments mean the same, spelled-out defaults or not."""
        if not isinstance(other, Experiment):
            return NotImplemented
        return self.to_dict(defaults=True) == other.to_dict(defaults=True)

    def __hash__(self) -> int:
        """Hash what `__eq__` compares."""
        return hash(self.fingerprint)

    # Running.

    @property
    def classification(self) -> bool:
        """Whether the loss is one for classes."""
        from optlab import losses

        if self.loss is None:
            return False
        return "Crossentropy" in type(losses.get(self.loss.name)).__name__

    def load_data(self, strict: bool = True) -> Data:
        """Load, split and scale the data.

        Parameters
        ----------
        strict : bool
            False lets missing values and odd labels through, for a diagnosis.

        Raises
        ------
        InputError
            If the data cannot be read or are not what the table says.
        """
        if self.data is None:
            raise InputError("An experiment on a function has no data.")
        return load(
            **self.data.model_dump(),
            classification=self.classification,
            dtype=self.training.dtype,
            folder=self._folder,
            strict=strict,
        )

    def build(
        self,
        data: Data | None = None,
        seed: int | None = None,
        callbacks: Sequence[Any] = (),
        strict: bool = True,
    ) -> Built:
        """Make model, loss, optimizer and data, all new.

        Parameters
        ----------
        data : Data, optional
            Used instead of the experiment's own.
        seed : int, optional
            Used instead of ``training.seed``, for first weights, shuffling and dropout.
        callbacks : sequence
            Added to the experiment's own.
        strict : bool
            Whether last layer, loss and labels that do not fit are refused; a diagnosis
            wants to see them.

        Raises
        ------
        InputError
            What does not fit, and what would.
        """
        if self.function is not None:
            return build_function(self)
        return build_training(self, data, seed, callbacks, strict)

    def run(
        self,
        data: Data | None = None,
        seed: int | None = None,
        callbacks: Sequence[Any] = (),
        progress: Any = None,
        record: Any = None,
        strict: bool = True,
        resume: Run | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> Run:
        """Build the experiment and run it.

        Parameters
        ----------
        data, seed, callbacks, strict
            As for `build`.
        progress, record, resume, checkpoint
            Passed on to `optlab.fit` or `optlab.minimize`.

        Returns
        -------
        Run
        """
        built = self.build(data, seed, callbacks, strict)
        arguments = dict(built.fit_arguments)
        given = {"record": record, "progress": progress, "resume": resume}
        given["checkpoint"] = checkpoint
        arguments |= {key: value for key, value in given.items() if value is not None}
        if built.problem is not None:
            from optlab.training import minimize

            learning = Learning(built)
            walked: Run = minimize(built.problem, built.optimizer, **arguments)
            walked.did_not_learn = learning.fault(walked)
            return walked
        from optlab.training import fit

        if built.data is None:
            raise InputError("An experiment with a model needs data.")
        learning = Learning(built)
        trained: Run = fit(
            built.model,
            built.data.x,
            built.data.y,
            loss=built.loss,
            optimizer=built.optimizer,
            check_finite=strict,
            strict=strict,
            verbose=0,
            **arguments,
        )
        trained.did_not_learn = learning.fault(trained)
        return trained


def _dumped(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables as dictionaries; a table object is one, too."""
    return {
        key: value.model_dump(exclude_unset=True)
        if isinstance(value, BaseModel)
        else value
        for key, value in tables.items()
        if value is not None
    }


def find(name_or_path: str | Path) -> Experiment:
    """Return a shipped experiment by name, or read one from a file.

    Raises
    ------
    InputError
        If there is neither; the message names the nearest.
    """
    return Experiment.from_toml(locate(name_or_path))
