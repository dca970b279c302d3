"""The data of one piece of work, the same for all subjects: seeded, made once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from optlab.parameters import Parameters
from optlab.typing import Array

#: Steps before the parameters of all subjects are compared.
BEFORE = 3
RATE = 1e-3


@dataclass
class StepWork:
    """Parameters and gradients for one optimizer.

    Attributes
    ----------
    optimizer : str
        Its name in the registry.
    shapes : tuple of tuple of int
        Those of the tensors.
    options : mapping
        Constructor's arguments besides the learning rate.
    dtype : str
        "float32" or "float64".
    """

    optimizer: str
    shapes: tuple[tuple[int, ...], ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    dtype: str = "float32"

    def config(self) -> dict[str, Any]:
        """Return what `optlab.optimizers.get` takes."""
        return {"name": self.optimizer, "learning_rate": RATE, **self.options}

    @functools.cached_property
    def grads(self) -> list[Array]:
        """The gradients; nobody writes to them."""
        arena = Parameters(self.shapes, self.dtype)
        _fill(arena.flat, 1, away_from_zero=0.1)
        return [array.copy() for array in arena] if len(arena) > 1 else list(arena)

    def copies(self) -> list[Array]:
        """Return new parameters, with the same values at each call."""
        arena = self.arena()
        return [array.copy() for array in arena] if len(arena) > 1 else list(arena)

    def arena(self) -> Parameters:
        """Return the same in one arena."""
        arena = Parameters(self.shapes, self.dtype)
        _fill(arena.flat, 0)
        return arena


@dataclass
class LossWork:
    """Targets and predictions of a loss.

    Attributes
    ----------
    name : str
        tf.keras's.
    rows, columns : int
        The shape of the predictions; logits for the cross-entropies.
    """

    name: str
    rows: int
    columns: int

    @property
    def from_logits(self) -> bool | None:
        """Whether the predictions are logits; None where the loss knows none."""
        return True if "crossentropy" in self.name else None

    @functools.cached_property
    def prediction(self) -> Array:
        """Predictions, N(0, 1)."""
        random = np.random.default_rng(0)
        return random.standard_normal((self.rows, self.columns), np.float32)

    @functools.cached_property
    def y(self) -> Array:
        """Targets: labels, zeros and ones, or numbers."""
        random = np.random.default_rng(1)
        if self.name.startswith("sparse"):
            return random.integers(0, self.columns, self.rows)
        values = random.standard_normal((self.rows, self.columns), np.float32)
        return (values > 0).astype(np.float32) if self.from_logits else values


@dataclass
class DenseWork:
    """Inputs, weights and the upstream gradient of a relu layer."""

    rows: int
    inputs: int
    units: int

    @functools.cached_property
    def x(self) -> Array:
        """The batch."""
        return self._normal(0, self.rows, self.inputs)

    @functools.cached_property
    def kernel(self) -> Array:
        """W, shape (inputs, units)."""
        kernel = self._normal(1, self.inputs, self.units)
        kernel /= np.float32(self.inputs**0.5)
        return kernel

    @functools.cached_property
    def bias(self) -> Array:
        """b, shape (units,)."""
        row: Array = self._normal(2, 1, self.units)[0]
        return row

    @functools.cached_property
    def upstream(self) -> Array:
        """The gradient by the output."""
        return self._normal(3, self.rows, self.units)

    def _normal(self, seed: int, rows: int, columns: int) -> Array:
        random = np.random.default_rng(seed)
        return random.standard_normal((rows, columns), np.float32)


@dataclass
class FitWork:
    """A training set and a network of relu layers under a softmax.

    Attributes
    ----------
    name : str
        "digits" or "synthetic".
    units : tuple of int
        The dense layers behind the inputs; the last are the classes.
    batch_size, epochs : int
        Of one call.
    rows : int
        Only for "synthetic".
    """

    name: str
    units: tuple[int, ...]
    batch_size: int
    epochs: int
    rows: int = 0

    @functools.cached_property
    def data(self) -> tuple[Array, Array]:
        """Inputs (rows, features), standardised, and labels (rows,)."""
        if self.name == "digits":
            from sklearn.datasets import load_digits

            x, y = load_digits(return_X_y=True)
            x = (x / 16.0).astype(np.float32)
            return x, y.astype(np.int64)
        random = np.random.default_rng(0)
        x = random.standard_normal((self.rows, 64), np.float32)
        teacher = random.standard_normal((64, self.units[-1]), np.float32)
        return x, np.argmax(x @ teacher, 1)

    @property
    def layers(self) -> list[tuple[str, dict[str, Any]]]:
        """The layers by tf.keras's class names and arguments."""
        *hidden, last = self.units
        found: list[tuple[str, dict[str, Any]]] = [
            ("Dense", {"units": units, "activation": "relu"}) for units in hidden
        ]
        return [*found, ("Dense", {"units": last})]

    @property
    def steps(self) -> int:
        """The number of updates in one call."""
        return self.epochs * -(-len(self.data[0]) // self.batch_size)

    def head(self, batches: int = 10) -> tuple[Array, Array]:
        """Return the first batches, on which the subjects are compared."""
        x, y = self.data
        rows = batches * self.batch_size
        return x[:rows], y[:rows]

    def weights(self) -> list[Array]:
        """Return kernel and bias of each layer, new arrays of the same values."""
        random = np.random.default_rng(2)
        found = []
        inputs = self.data[0].shape[1]
        for units in self.units:
            bound = (6 / (inputs + units)) ** 0.5
            kernel = random.uniform(-bound, bound, (inputs, units))
            found += [kernel.astype(np.float32), np.zeros(units, np.float32)]
            inputs = units
        return found


@dataclass
class LayersWork(FitWork):
    """A training set of images or sequences, and a network of any layers.

    Attributes
    ----------
    shape : tuple of int
        One row's; the rows are noise, or the digits where they have as many values.
    stack : tuple of (str, dict)
        The layers by tf.keras's class names and arguments.
    """

    shape: tuple[int, ...] = ()
    stack: tuple[tuple[str, dict[str, Any]], ...] = ()

    @functools.cached_property
    def data(self) -> tuple[Array, Array]:
        """Inputs (rows, *shape) and labels (rows,)."""
        if self.name == "digits":
            x, y = FitWork("digits", (10,), self.batch_size, 1).data
            return x.reshape(len(x), *self.shape), y
        random = np.random.default_rng(0)
        x = random.standard_normal((self.rows, *self.shape), np.float32)
        return x, random.integers(0, 10, self.rows)

    @property
    def layers(self) -> list[tuple[str, dict[str, Any]]]:
        """The layers by tf.keras's class names and arguments."""
        return list(self.stack)

    def head(self, batches: int = 2) -> tuple[Array, Array]:
        """Return the first batches; few, for labels of noise drive roundings apart."""
        return super().head(batches)

    def model(self, seed: int = 2) -> Any:
        """Return our model with weights of its initializers."""
        import optlab

        made = [
            optlab.layers.get({"class_name": name, "config": arguments})
            for name, arguments in self.layers
        ]
        return optlab.Sequential(made, self.shape, seed=seed)

    def weights(self) -> list[Array]:
        """Return the weights of each layer, new arrays of the same values."""
        found: list[Array] = self.model().get_weights()
        return found


def _fill(flat: Array, seed: int, away_from_zero: float = 0.0) -> None:
    """Write N(0, 1), piece by piece so that no second large array is needed.

    Gradients are kept away from 0: there epsilon decides, and frameworks disagree on
    where it belongs.
    """
    random = np.random.default_rng(seed)
    for start in range(0, flat.size, 1 << 20):
        piece = flat[start : start + (1 << 20)]
        piece[:] = random.standard_normal(piece.size, np.float32)
        if away_from_zero:
            piece += np.copysign(flat.dtype.type(away_from_zero), piece)


@dataclass
class SweepWork:
    """Trainings of one small network, alike but for the learning rate.

    Attributes
    ----------
    runs : int
        How many.
    rows, steps : int
        Of the data, 16 inputs each; steps on all rows at once.
    """

    runs: int
    rows: int = 64
    steps: int = 500
    #: What a sweep changes.
    path: ClassVar[str] = "optimizer.learning_rate"

    @property
    def rates(self) -> list[float]:
        """The learning rates, evenly spaced by their logarithm."""
        return [float(rate) for rate in np.geomspace(1e-4, 1e-2, self.runs)]

    @functools.cached_property
    def experiment(self) -> Any:
        """The experiment of all runs."""
        from optlab.experiments import Experiment

        options = {"n_samples": self.rows, "n_features": 16}
        return Experiment(
            data={"source": "linear", "options": options, "validation": 0.0},
            model={"layers": [{"units": 16, "activation": "relu"}, {"units": 1}]},
            loss={"name": "mean_squared_error"},
            optimizer={"name": "adam", "learning_rate": RATE},
            training={"epochs": self.steps, "batch_size": self.rows, "metrics": []},
        )

    @functools.cached_property
    def data(self) -> tuple[Array, Array]:
        """Inputs and targets, (rows, 16) and (rows, 1)."""
        data = self.experiment.load_data()
        return data.x, np.reshape(data.y, (-1, 1))

    def weights(self) -> list[Array]:
        """Return the first weights."""
        found: list[Array] = self.experiment.build().model.get_weights()
        return found
