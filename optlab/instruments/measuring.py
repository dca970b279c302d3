"""Reading the wanted instruments at a step, from batch, point, update and optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.instruments.chain import Chain
from optlab.instruments.hessian import engine
from optlab.instruments.noise import noise_at
from optlab.instruments.preconditioning import (
    PRECONDITIONERS,
    Preconditioner,
    check_known,
    preconditioner,
)
from optlab.instruments.random_signs import signs_of
from optlab.instruments.spectrum import ritz
from optlab.instruments.tracking import Lane, track
from optlab.tracing import INSTRUMENTS
from optlab.typing import Array

#: How many eigenvalues are followed; with two instead of one the largest of batches of
#: 32 rows of the digits is 2% low in the median instead of 6%, at two passes.
FOLLOWED = 2
#: The most passes a step, and the relative residual at which one does not go on: the
#: error of the value is about its square.
ROUNDS, TOLERANCE = 2, 0.1
#: The same for the first step, which begins with vectors at random.
FIRST_ROUNDS = 12
#: Steps of Lanczos for a row of the density.
DENSITY_STEPS = 24

Row = dict[str, Any]


class Meter:
    """Reads instruments of one training; see `optlab.tracing.INSTRUMENTS`.

    Everything is computed apart from the model, whose buffers stay as they are, with
    dropout off, on the batch of the step.

    Parameters
    ----------
    objective : Objective
        The model and its loss.
    optimizer : Optimizer
        Built for the model.
    names : sequence of str
        What to read; of "all" what the optimizer has no scaling for is left out.
    state : dict of str to ndarray, optional
        `save_state` of an earlier part of the same training.

    Raises
    ------
    InputError
        If the model has nothing to train, or "preconditioned_sharpness" is asked of an
        optimizer that has no diagonal preconditioner.
    """

    def __init__(
        self,
        objective: Any,
        optimizer: Any,
        names: Sequence[str],
        state: dict[str, Array] | None = None,
    ) -> None:
        model = objective.model
        if not model.parameters.size:
            raise InputError("`instruments` need a model with weights to train.")
        self.names = _wanted(names, optimizer)
        self.engine = engine(objective, model.dtype)
        self._optimizer = optimizer
        size, dtype = model.parameters.size, self.engine.dtype
        self._start = model.parameters.flat.copy()
        self._lanes: dict[str, Lane] = {}
        if self.names & {"sharpness", "eigenvalues"}:
            self._lanes["sharpness"] = Lane(size, FOLLOWED, 0, dtype)
        if "preconditioned_sharpness" in self.names:
            self._lanes["preconditioned"] = Lane(size, FOLLOWED, 1, dtype)
        self._rounds = FIRST_ROUNDS
        if state:
            self._rounds = ROUNDS
            self._start = np.asarray(state["start"])
            for name, lane in self._lanes.items():
                lane.vectors = np.asarray(state[name], dtype)

    def save_state(self) -> dict[str, Array]:
        """Return what the next row depends on besides the training itself."""
        vectors = {name: lane.vectors for name, lane in self._lanes.items()}
        return {"start": self._start, **vectors}

    def read(
        self,
        step: int,
        point: Array,
        update: Array,
        batch: tuple[Array, Array, Array | None],
        rate: float,
    ) -> Row:
        """Return the figures of a step, by column.

        Parameters
        ----------
        step : int
            Its number; decides the random vectors.
        point, update : ndarray, shape (size,)
            The weights before the step, and their change.
        batch : tuple of ndarray
            Inputs, targets and weights, as `fit` prepared them.
        rate : float
            The learning rate of the step.
        """
        row: Row = {}
        new = point + update
        with np.errstate(all="ignore"):
            if "distance" in self.names:
                row["distance"] = _norm(new - self._start)
            if "update_ratio" in self.names:
                row["update_ratio"] = _norm(update) / _norm(point)
            if self.names - {"distance", "update_ratio"}:
                x, y, weights = map(self._converted, batch)
                self.engine.at(point, x, y, weights)
                slope = float(np.dot(self.engine.gradients.flat, update))
                self._noise(row)
                self._curvature(row, step, rate)
                if "alpha" in self.names:
                    self.engine.at(new, x, y, weights)
                    end = float(np.dot(self.engine.gradients.flat, update))
                    row["alpha"] = -end / slope if slope < 0 else float("nan")
        return row

    def _converted(self, array: Array | None) -> Any:
        """Return a batch's array as the engine wants it; labels stay integers."""
        if array is None or array.dtype.kind != "f":
            return array
        return np.asarray(array, self.engine.dtype)

    def _noise(self, row: Row) -> None:
        """Add what the gradients of the rows say; NaN where they cannot be had."""
        wanted = self.names & {"noise_scale", "norm_test", "snr"}
        if not wanted:
            return
        noise = noise_at(self.engine) if isinstance(self.engine, Chain) else None
        nan = float("nan")
        if "noise_scale" in wanted:
            row["gradient_variance"] = nan if noise is None else noise.variance
            row["gradient_signal"] = nan if noise is None else noise.signal
            row["noise_scale"] = nan if noise is None else noise.scale
        if "norm_test" in wanted:
            row["norm_test"] = nan if noise is None else noise.theta
        if "snr" in wanted:
            tensors = len(self.engine.parameters)
            row["snr"] = np.full(tensors, nan) if noise is None else noise.snr

    def _curvature(self, row: Row, step: int, rate: float) -> None:
        """Add eigenvalues, preconditioned or not, trace and density."""
        size, dtype = self.engine.parameters.size, self.engine.dtype
        probes = np.empty((0, size), dtype)
        if "trace" in self.names:
            probes = signs_of(step, size, dtype)
        found: Preconditioner | None = None
        lanes = dict(self._lanes)
        if "preconditioned" in lanes:
            found = preconditioner(self._optimizer, rate)
            if found.scale is not None:
                lanes["preconditioned"].root = np.sqrt(found.scale).astype(dtype)
            elif "sharpness" in lanes:
                lanes["preconditioned"] = lanes["sharpness"]
        each = list({id(lane): lane for lane in lanes.values()}.values())
        images = probes
        if each or len(probes):
            images = track(self.engine.product, each, self._rounds, TOLERANCE, probes)
        self._rounds = ROUNDS
        if len(probes):
            row["trace"] = float(np.dot(probes[0], images[0]))
        if "sharpness" in self.names:
            row["sharpness"] = float(self._lanes["sharpness"].values[0])
            row["sharpness_residual"] = self._lanes["sharpness"].residual
        if "eigenvalues" in self.names:
            row["eigenvalues"] = self._lanes["sharpness"].values.astype(np.float64)
        if found is not None:
            row["preconditioned_sharpness"] = float(lanes["preconditioned"].values[0])
            row["threshold"] = found.threshold
        if "density" in self.names:
            self._density(row, step)

    def _density(self, row: Row, step: int) -> None:
        """Add nodes and weights of a run of Lanczos from a vector at random."""
        size, dtype = self.engine.parameters.size, self.engine.dtype
        steps = min(DENSITY_STEPS, size)
        nodes, shares = ritz(
            lambda v: np.array(self.engine.product(v[None].astype(dtype))[0], float),
            signs_of(step, size, np.dtype(float))[0],
            steps,
        )
        row["density_nodes"], row["density_weights"] = np.zeros((2, steps))
        row["density_nodes"][: len(nodes)] = nodes
        row["density_weights"][: len(nodes)] = shares


def _wanted(names: Sequence[str], optimizer: Any) -> frozenset[str]:
    """Return the instruments to read, or raise where one cannot be."""
    if "preconditioned_sharpness" in names:
        check_known(optimizer)
    found = set(names)
    if "all" in found:
        found |= set(INSTRUMENTS) - {"density"}
        if type(optimizer) not in PRECONDITIONERS:
            found.discard("preconditioned_sharpness")
    return frozenset(found - {"all"})


def _norm(array: Array) -> float:
    return float(np.sqrt(np.square(array, dtype=np.float64).sum()))
