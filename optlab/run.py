"""The record of a run: what it did, how it ended, and how to go on from there."""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from optlab import archive
from optlab.errors import InputError
from optlab.notebook import drawn, run_html
from optlab.run_file import describe, restore
from optlab.run_position import FORMAT, Position
from optlab.tracing import Trace

if TYPE_CHECKING:
    from optlab.losses import Loss
    from optlab.model import Sequential
    from optlab.optimizers import Optimizer
    from optlab.parameters import Parameters
    from optlab.problems import Problem

Status = Literal["running", "finished", "stopped_early", "diverged", "interrupted"]


class Run:
    """What `fit` and `minimize` return.

    Attributes
    ----------
    status : str
        "finished", "stopped_early" (by a callback), "diverged" (NaN or infinity came
        up), or "interrupted" (Ctrl-C); "running" before the end.
    history : dict of str to list of float
        One value an epoch, as tf.keras's ``History.history``: "loss", the metrics,
        the same with "val_", "learning_rate" where it changes. A diverged run ends
        with a row of NaN but for its loss. For `minimize`, {"loss": values by step}.
    losses : ndarray, shape (steps,)
        The loss of every batch, regularization included. For `minimize` shape
        (steps + 1,): the value at every point, the start included.
    steps, epochs : int
        Updates made, and epochs completed.
    seconds : float
        Time spent in the loop, validation and callbacks included.
    divergence : dict or None
        Of a diverged run: "what" (the first tensor that was not finite), "kind", "step"
        and "epoch" (counted from 0), "value" ("NaN" or "inf"), "message".
    model, optimizer, loss
        What was trained, by what, on what.
    metrics : list of str
        The metrics' names.
    did_not_learn : str
        Of an experiment that came to its end: what shows that nothing was learned;
        empty where it was, and where that is not known.
    problem : Problem or None
        Of `minimize`.
    trajectory : ndarray, shape (steps + 1, dimension), or None
        Of `minimize`: the points, the start included.
    trace : Trace or None
        What `record=` asked for.
    settings : dict
        Batch size, seed and the like: what a resumed run must have in common.
    position : Position
        Where to go on.
    """

    def __init__(
        self,
        model: Sequential | None = None,
        optimizer: Optimizer | None = None,
        loss: Loss | None = None,
        problem: Problem | None = None,
        settings: Mapping[str, Any] | None = None,
        directions: Mapping[str, str | None] | None = None,
    ) -> None:
        self.status: Status = "running"
        self.history: dict[str, list[float]] = {}
        self.model, self.optimizer, self.loss = model, optimizer, loss
        self.problem = problem
        self.settings = dict(settings or {})
        #: What is better of each name in the history: "min", "max" or None.
        self.directions = dict(directions or {"loss": "min"})
        self.steps = 0
        self.epochs = 0
        self.seconds = 0.0
        self.divergence: dict[str, Any] | None = None
        self.did_not_learn = ""
        self.trace: Trace | None = None
        self.position = Position()
        self.trajectory: npt.NDArray[Any] | None = None
        self.step_losses = array("d")
        #: The optimizer's iterations at the end, to see whether it went on since.
        self.iterations = 0
        #: Whether Ctrl-C cut an update in two, so that the run cannot be resumed.
        self.interrupted_mid_update = False
        #: Of `minimize`: the point that the optimizer is built for.
        self.arena: Parameters | None = None
        #: Weights to resume with, where callbacks put others in at the end.
        self.resume_weights: list[npt.NDArray[Any]] | None = None
        #: Weights and optimizer state of a loaded run.
        self.saved: dict[str, Any] = {}

    @property
    def losses(self) -> npt.NDArray[np.float64]:
        """The loss at every step."""
        return np.array(self.step_losses, np.float64)

    @property
    def metrics(self) -> list[str]:
        """The names of the metrics."""
        skipped = ("loss", "learning_rate")
        names = [name for name in self.directions if not name.startswith("val_")]
        return [name for name in names if name not in skipped]

    def summary(self) -> dict[str, Any]:
        """Return the run in a few figures.

        Returns
        -------
        dict
            "status", "epochs", "steps", "seconds", "steps_per_second"; "loss" and
            "metrics" (by name, "val_" ones included), each with "first", "last",
            "best" and "best_epoch" (for `minimize` "best_step"), counted from 0;
            "divergence" and "did_not_learn" where there was one; for `minimize` also
            "point" and "distance" (to the nearest known minimum).
        """
        found: dict[str, Any] = {
            "status": self.status,
            "epochs": self.epochs,
            "steps": self.steps,
            "seconds": self.seconds,
            "steps_per_second": self.steps / self.seconds if self.seconds else 0.0,
            "loss": self._extremes("loss"),
            "metrics": {
                name: self._extremes(name)
                for name in self.history
                if name not in ("loss", "learning_rate")
            },
        }
        if self.divergence is not None:
            found["divergence"] = dict(self.divergence)
        if self.did_not_learn:
            found["did_not_learn"] = self.did_not_learn
        if self.trajectory is not None:
            found["point"] = self.trajectory[-1].tolist()
            minima = [] if self.problem is None else self.problem.minima
            with np.errstate(all="ignore"):
                distances = [
                    float(np.linalg.norm(self.trajectory[-1] - point))
                    for point in minima
                ]
            found["distance"] = min(distances) if distances else None
        return found

    def _extremes(self, name: str) -> dict[str, Any]:
        values = self.history.get(name, [])
        signs = np.array(values, np.float64)
        if self.directions.get(name) == "max":
            signs = -signs
        signs[~np.isfinite(signs)] = np.inf
        best = int(np.argmin(signs)) if np.isfinite(signs).any() else None
        epochs = self.trajectory is None
        counted = "best_epoch" if epochs else "best_step"
        return {
            "first": values[0] if values else None,
            "last": values[-1] if values else None,
            "best": None if best is None else values[best],
            counted: None if best is None else best + epochs,
        }

    def weights(self) -> list[npt.NDArray[Any]]:
        """Return the model's weights at the end, in tf.keras's order."""
        if self.model is not None:
            return [np.array(weight) for weight in self.model.get_weights()]
        return [np.array(weight) for weight in self.saved.get("weights", [])]

    def optimizer_state(self) -> dict[str, Any]:
        """Return the optimizer's state at the end, for `Optimizer.load_state`."""
        if self.optimizer is not None and self.optimizer.built:
            return self.optimizer.save_state()
        return dict(self.saved.get("optimizer", {}))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the run to one .npz file, from which it can be resumed.

        Parameters
        ----------
        path : path
            Where to; ".npz" is added where there is no suffix. An older file is
            replaced only when the new one is complete.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If the file cannot be written, or the run is still going on.
        """
        return archive.write(path, describe(self))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Run:
        """Read a run that `save` wrote, with its model and optimizer.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        Run
            `model`, `optimizer`, `loss` and `problem` are new objects; one that is of
            the user's own making is None, and `resume=` then wants it passed.

        Raises
        ------
        InputError
            If there is no such file, or it is none of ours.
        """
        document = archive.read(path)
        if document.get("format") is None or "history" not in document:
            raise InputError(f"{path} is not the record of a run.")
        if document["format"] > FORMAT:
            raise InputError(
                f"{path} was written by a newer optlab: format {document['format']}, "
                f"this one reads up to {FORMAT}."
            )
        run: Run = restore(cls, document)
        return run

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what a file would hold, so that runs pass between processes."""
        return restore, (type(self), describe(self))

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return run_html(self)

    def plot(self, title: str | None = None) -> Any:
        """Draw it: see `optlab.plots.plot_report`."""
        return drawn("plot_report", self, title)

    def __repr__(self) -> str:
        """Return status, size and last loss."""
        values = self.history.get("loss", [])
        last = f", loss={values[-1]:.6g}" if values else ""
        return f"Run({self.status!r}, epochs={self.epochs}, steps={self.steps}{last})"
