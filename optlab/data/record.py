"""What a data set looks like to the rest of the lab: arrays, names, and the task."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Task = Literal["binary", "multiclass", "multilabel", "regression"]


@dataclass(frozen=True, eq=False)
class Affine:
    """A column-wise map, ``(values - center) / scale``, and its inverse.

    Attributes
    ----------
    center, scale : ndarray, shape (columns,)
        In the units of the unscaled columns; `scale` is never 0.
    """

    center: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]

    def apply(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Map unscaled values, shape (rows, columns), to scaled ones."""
        return np.asarray((values - self.center) / self.scale)

    def invert(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Map scaled values, shape (rows, columns), back to unscaled ones."""
        return np.asarray(values * self.scale + self.center)


@dataclass(frozen=True, eq=False)
class Data:
    """A data set that is ready for training: split, scaled and encoded.

    Attributes
    ----------
    x : ndarray, shape (rows, features) or (rows, ...)
        The training inputs, in the dtype of the run.
    y : ndarray, shape (rows,) or (rows, ..., outputs)
        The training targets: integers for classes, one column a class where they are
        one-hot, floats for regression.
    x_val, y_val : ndarray or None
        The validation rows, in the form of `x` and `y`; None where none were kept.
    task : {"binary", "multiclass", "multilabel", "regression"}
        What the targets ask for.
    feature_names, target_names, class_names : tuple of str
        The columns of `x`, the columns of the target, and the classes by number
        (empty for a regression).
    x_scaling, y_scaling : Affine or None
        How the columns were scaled, fitted on the training rows alone.
    source : str
        Where the rows came from.
    notes : tuple of str
        What was done to the rows that a reader should know.
    """

    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    x_val: npt.NDArray[Any] | None
    y_val: npt.NDArray[Any] | None
    task: Task
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...] = ("y",)
    class_names: tuple[str, ...] = ()
    x_scaling: Affine | None = None
    y_scaling: Affine | None = None
    source: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def features(self) -> int:
        """The number of input columns: the entries of a row."""
        return math.prod(self.x.shape[1:])

    @property
    def outputs(self) -> int:
        """The number of target columns; a class number is one column."""
        return 1 if self.y.ndim == 1 else int(self.y.shape[-1])

    @property
    def one_hot(self) -> bool:
        """Whether classes come as one column each."""
        return self.task in ("binary", "multiclass") and self.outputs > 1

    def labels(self, y: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Return the class numbers in `y`, whichever way it is encoded.

        Parameters
        ----------
        y : ndarray, shape (rows,), (rows, 1) or (rows, classes)
            Targets of a binary or multiclass task, such as `self.y_val`.

        Returns
        -------
        ndarray of int64, shape (rows,)

        Raises
        ------
        ValueError
            If the task has no single class a row.
        """
        if self.task not in ("binary", "multiclass"):
            raise ValueError(
                f"only a binary or multiclass task has labels. Received: {self.task}"
            )
        if y.ndim == 2 and y.shape[1] > 1:
            return np.asarray(y.argmax(axis=1), np.int64)
        return np.asarray(y.reshape(-1), np.int64)

    def replace(self, **changes: Any) -> Data:
        """Return a copy with some attributes replaced."""
        return dataclasses.replace(self, **changes)

    def __repr__(self) -> str:
        """Name the source, the task and the sizes."""
        kept = 0 if self.x_val is None else len(self.x_val)
        return (
            f"Data({self.source or 'arrays'}: {self.task}, "
            f"{len(self.x)} training rows, {kept} validation rows, "
            f"{self.features} features, {self.outputs} outputs)"
        )
