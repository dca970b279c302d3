"""What all metrics share: a running figure over batches, and a call on whole arrays.

Metrics, like tf.keras's, are running figures: `reset`, `update` batch by batch,
`result`. They are unweighted: neither sample weights nor class weights enter them.
"""

from __future__ import annotations

import copy
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.losses import arrays
from optlab.typing import Array as Array


class Metric:
    """Base of all metrics.

    Parameters
    ----------
    name : str, optional
        The key in `history`; the metric's own name if left out.

    Attributes
    ----------
    direction : {"max", "min"} or None
        Whether larger or smaller is better; None where nobody has said.
    by_sample : bool
        Whether `update` is given each step of a sequence as a row of its own; otherwise
        the arrays as the model has them.
    counts_masked : bool
        Whether steps that a mask leaves out are among these rows, as in tf.keras for
        all that is no mean.
    """

    by_sample: ClassVar[bool] = True
    counts_masked: ClassVar[bool] = False

    default_name: ClassVar[str] = ""
    direction: Literal["max", "min"] | None = "max"

    def __init__(self, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise InputError(f"`name` must be a text. Received: name={name!r}")
        self.name = name or self.default_name
        self.reset()

    def bind(
        self,
        target_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        from_logits: bool = False,
    ) -> Metric:
        """Return the metric for targets and outputs of these shapes, mostly itself.

        Parameters
        ----------
        target_shape, output_shape : tuple of int
            With the rows first.
        from_logits : bool
            Whether the outputs are logits, where the loss takes them as such.

        Raises
        ------
        InputError
            If the shapes do not fit the metric.
        """
        if not same_size(target_shape, output_shape):
            raise InputError(
                f"The metric {self.name!r} needs one target an output. Received: "
                f"targets of shape {target_shape}, outputs of shape {output_shape}"
            )
        return self

    def reset(self) -> None:
        """Forget what was counted."""
        raise NotImplementedError

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch; the arrays must be those that `bind` was asked about."""
        raise NotImplementedError

    def result(self) -> float:
        """Return the figure over all batches since `reset`; 0.0 where none came."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name}

    def save_state(self) -> list[float]:
        """Return what was counted, as plain numbers."""
        raise NotImplementedError

    def load_state(self, state: list[float]) -> None:
        """Take up what `save_state` returned."""
        raise NotImplementedError

    def __call__(self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> float:
        """Return the metric of whole arrays, leaving the running figure alone.

        Parameters
        ----------
        y_true : array_like, shape (rows, ...)
            Targets or labels: finite numbers.
        y_pred : array_like, shape (rows, ...)
            Outputs: numbers.

        Raises
        ------
        InputError
            If the arrays hold anything else, or do not fit together and the metric.
        """
        targets, outputs = _readable("y_true", y_true), _readable("y_pred", y_pred)
        places = np.atleast_1d(targets)
        arrays.refuse("y_true", places, ~np.isfinite(places), "must be finite")
        if outputs.ndim == 1:
            outputs = outputs.reshape(-1, 1)
        if not outputs.size or targets.shape[:1] != outputs.shape[:1]:
            raise InputError(
                "`y_true` and `y_pred` must have as many rows, at least one. Received: "
                f"shapes {targets.shape} and {outputs.shape}"
            )
        fresh = copy.deepcopy(self)
        fresh.reset()
        fresh = fresh.bind(targets.shape, outputs.shape)
        fresh.update(targets, outputs)
        return fresh.result()

    def __repr__(self) -> str:
        """Return the call that makes this metric."""
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class Mean(Metric):
    """A metric that is a mean over rows: a total and a count."""

    def reset(self) -> None:
        """Forget what was counted."""
        self.total, self.count = 0.0, 0

    def result(self) -> float:
        """Return the mean over all rows since `reset`."""
        return self.total / self.count if self.count else 0.0

    def save_state(self) -> list[float]:
        """Return the total and the count."""
        return [self.total, float(self.count)]

    def load_state(self, state: list[float]) -> None:
        """Take up a total and a count."""
        self.total, self.count = float(state[0]), int(state[1])


def _readable(name: str, values: npt.ArrayLike) -> Array:
    """Return an array that a kernel can read: contiguous, and of numbers only."""
    found = np.ascontiguousarray(arrays.numeric(name, values))
    if found.dtype == np.float16 or found.dtype.itemsize > 8:
        found = found.astype(np.float64)  # what kernels are not compiled for
    return found


def same_size(target_shape: tuple[int, ...], output_shape: tuple[int, ...]) -> bool:
    """Tell whether there is one target an output; (N,) goes with (N, 1)."""
    if len(target_shape) == 1:
        target_shape = (*target_shape, 1)
    return target_shape == output_shape
