"""Examine: what data and set-up say before anything is trained."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from optlab.diagnosis.scoring import classes
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.layers import Dense, Embedding, configuration
from optlab.typing import Array

#: Losses by what they are for.
CLASS_LOSSES = {
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
}
#: Activations whose derivative is below 1 nearly everywhere.
SATURATING = {"sigmoid", "tanh"}
#: Layers that pass over a sequence step by step.
RECURRENT = ("SimpleRNN", "LSTM", "GRU")
#: Activations that are not straight lines.
BENT = {
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "tanh",
    "sigmoid",
    "softplus",
    "exponential",
    "softmax",
}


@dataclass
class Facts:
    """Numbers about an experiment and its data.

    Attributes
    ----------
    experiment : Experiment
        As it came.
    data : Data
        Its rows with the scaling it asks for.
    tree : dict
        The experiment as dictionaries.
    """

    experiment: Experiment
    data: Any
    tree: dict[str, Any]

    @classmethod
    def of(cls, experiment: Experiment, data: Any) -> Facts:
        """Collect the facts of an experiment."""
        return cls(experiment, data, experiment.to_dict())

    # Data.

    @property
    def task(self) -> str:
        """What the targets ask for."""
        return str(self.data.task)

    @property
    def rows(self) -> int:
        """The number of training rows."""
        return len(self.data.x)

    @cached_property
    def x(self) -> Array:
        """The training inputs in float64, rows with missing values left out."""
        x = np.asarray(self.data.x, float).reshape(self.rows, -1)
        return np.asarray(x[np.isfinite(x).all(axis=1)])

    @cached_property
    def y(self) -> Array:
        """The training targets in float64, one row a sample, finite rows only."""
        y = np.asarray(self.data.y, float).reshape(self.rows, -1)
        return np.asarray(y[np.isfinite(y).all(axis=1)])

    @cached_property
    def non_finite(self) -> tuple[int, int]:
        """How many training rows have NaN or infinity in inputs, and in targets."""
        x = np.asarray(self.data.x, float).reshape(self.rows, -1)
        y = np.asarray(self.data.y, float).reshape(self.rows, -1)
        return (
            int((~np.isfinite(x).all(axis=1)).sum()),
            int((~np.isfinite(y).all(axis=1)).sum()),
        )

    @cached_property
    def input_size(self) -> float:
        """The largest of |mean| and standard deviation of any column."""
        if not self.x.size:
            return 0.0
        return float(max(np.abs(self.x.mean(axis=0)).max(), self.x.std(axis=0).max()))

    @cached_property
    def input_offset(self) -> float:
        """The largest |mean| of a column in its own standard deviations."""
        if not self.x.size:
            return 0.0
        spread = self.x.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        return float((np.abs(self.x.mean(axis=0)) / spread).max())

    @cached_property
    def target_size(self) -> float:
        """The largest of |mean| and standard deviation of the targets."""
        if self.task != "regression" or not self.y.size:
            return 0.0
        return float(max(np.abs(self.y.mean(axis=0)).max(), self.y.std(axis=0).max()))

    @cached_property
    def labels(self) -> Array:
        """The finite class numbers of the training rows; empty for other tasks."""
        if self.task not in ("binary", "multiclass"):
            return np.zeros(0)
        found: Array = np.asarray(classes(self.data.y))
        finite: Array = found[np.isfinite(found)]
        return finite

    @cached_property
    def minority(self) -> float:
        """The share of the rarest class that occurs."""
        if not self.labels.size:
            return 1.0
        counts = np.unique(self.labels, return_counts=True)[1]
        return float(counts.min() / counts.sum())

    # Set-up.

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The entries of the model table."""
        found: list[dict[str, Any]] = self.tree["model"]["layers"]
        return found

    @cached_property
    def model(self) -> Any:
        """The model, built; what it begins with is read off its layers."""
        return self.experiment.build(self.data, strict=False).model

    @cached_property
    def _dense(self) -> list[Any]:
        return [part for part in self.model.parts() if isinstance(part, Dense)]

    @cached_property
    def dense(self) -> list[dict[str, Any]]:
        """The dense layers as tables, those inside others included."""
        return [configuration(layer) for layer in self._dense]

    @property
    def hidden(self) -> list[dict[str, Any]]:
        """The dense layers but the last."""
        return self.dense[:-1]

    @property
    def output(self) -> dict[str, Any]:
        """The last dense layer."""
        if not self.dense:
            raise InputError("A diagnosis needs a dense layer that gives the outputs.")
        return self.dense[-1]

    @cached_property
    def _activations(self) -> list[str]:
        """One activation a dense layer, its own or of the layers after it."""
        found: list[str] = []
        for layer in self.model.parts():
            if isinstance(layer, Dense):
                found.append(layer.activation_name)
            elif layer.activation_name != "linear" and found:
                found[-1] = layer.activation_name
        return found

    @property
    def final_activation(self) -> str:
        """The activation after the last dense layer."""
        if not self._activations:
            raise InputError("A diagnosis needs a dense layer that gives the outputs.")
        return self._activations[-1]

    @property
    def hidden_activations(self) -> list[str]:
        """One activation a hidden layer, its own or of the layer after it."""
        return self._activations[:-1]

    @cached_property
    def kernels(self) -> list[Array]:
        """The first weights of each dense layer."""
        return [np.array(layer.kernel, float) for layer in self._dense]

    @cached_property
    def fans(self) -> list[tuple[int, int]]:
        """(inputs, outputs) of each dense layer."""
        return [layer.kernel.shape for layer in self._dense]

    @cached_property
    def gains(self) -> list[float]:
        """Each kernel's first values' size, relative to He's for its fan-in.

        1 keeps the size of a signal through relu layers.
        """
        found = []
        for kernel in self.kernels:
            size = float(np.sqrt(np.mean(np.square(kernel))))
            found.append(size / math.sqrt(2.0 / len(kernel)))
        return found

    @property
    def loss(self) -> str:
        """The loss's name in tf.keras's snake case."""
        from optlab import losses

        made = type(losses.get(self.tree["loss"]["name"])).__name__
        return "".join(
            ("_" if k and c.isupper() else "") + c.lower() for k, c in enumerate(made)
        )

    @property
    def from_logits(self) -> bool:
        """Whether the loss takes logits."""
        return bool(self.tree["loss"].get("from_logits"))

    @property
    def optimizer(self) -> dict[str, Any]:
        """The optimizer table."""
        found: dict[str, Any] = self.tree["optimizer"]
        return found

    @property
    def optimizer_name(self) -> str:
        """The optimizer's lower-case name."""
        return str(self.optimizer["name"]).lower()

    @cached_property
    def rate(self) -> float:
        """The learning rate of the first step."""
        return float(self.experiment.optimizer.make().learning_rate)

    @cached_property
    def schedule(self) -> Any:
        """The schedule of the rate as a function of the step; None where constant."""
        return self.experiment.optimizer.make().schedule

    @property
    def sequential_input(self) -> bool:
        """Whether a row is more than a vector: a sequence, or a picture."""
        return len(self.data.x.shape) > 2

    @property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return tuple(int(n) for n in self.data.x.shape[1:])

    @cached_property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of the outputs for one row; empty where it is not known."""
        found = getattr(self.model, "output_shape", None) or ()
        return tuple(found)

    @property
    def target_shape(self) -> tuple[int, ...]:
        """The shape of the targets of one row."""
        return tuple(int(n) for n in np.shape(self.data.y)[1:])

    @cached_property
    def recurrent(self) -> list[dict[str, Any]]:
        """The entries of recurrent layers, in order."""
        return [e for e in self.layers if e.get("class") in RECURRENT]

    @property
    def metrics(self) -> list[str]:
        """The names of the metrics that are watched, in snake case."""
        given = self.tree.get("training", {}).get("metrics") or ()
        return [str(m["name"] if isinstance(m, dict) else m) for m in given]

    @cached_property
    def few(self) -> bool:
        """Whether the rows that are scored are those that are trained on."""
        x, x_val = self.data.x, self.data.x_val
        same = x_val is not None and len(x_val) == len(x)
        return x_val is x or (same and bool(np.array_equal(x_val, x)))

    @cached_property
    def frozen_trunk(self) -> int:
        """How many layers are frozen in front of a dense layer that learns.

        0 where a layer after the first one that learns is frozen, too, or where the
        frozen ones are dense themselves.
        """
        held, free, dense = [], [], False
        for place, entry in enumerate(self.layers):
            if entry.get("trainable") is False:
                held.append(place)
                dense = dense or (bool(entry.get("units")) and "class" not in entry)
            elif entry.get("units") or entry.get("filters"):
                free.append(place)
        if dense or not held or not free or max(held) > min(free):
            return 0
        return len(held)

    @property
    def frozen_fresh(self) -> bool:
        """Whether the frozen layers hold weights that nothing was trained for."""
        return True

    @property
    def rescaled(self) -> bool:
        """Whether the first layer scales its inputs by itself."""
        first = self.layers[0] if self.layers else {}
        return first.get("class") in ("Rescaling", "Normalization")

    @property
    def relu(self) -> bool:
        """Whether a hidden layer has a relu."""
        return "relu" in self.hidden_activations

    @cached_property
    def tokens(self) -> bool:
        """Whether the inputs are numbers of words."""
        words = any(isinstance(part, Embedding) for part in self.model.parts())
        x = self.x
        return words and bool(x.size and x.min() >= 0 and (x == np.floor(x)).all())

    @property
    def penalties(self) -> list[Any]:
        """The regularizers of all layers, on weights and on outputs."""
        entries = [*self.layers, *self.dense]
        found = [v for e in entries for k, v in e.items() if k.endswith("_regularizer")]
        for entry in self.layers:
            if entry.get("class") == "ActivityRegularization":
                factors = {k: entry[k] for k in ("l1", "l2") if entry.get(k)}
                found.append({"name": "l1_l2", **factors} if factors else None)
        return [value for value in found if value]

    @property
    def deep(self) -> bool:
        """Whether layers that are not dense ones learn, too."""
        return any(e.get("filters") or e.get("class") in RECURRENT for e in self.layers)

    @property
    def kind(self) -> str:
        """How far layers can be changed: "chain", "graph" or "opaque"."""
        return "chain"

    @property
    def given_batch_size(self) -> int:
        """Rows in a batch as the set-up asks for, be they fewer."""
        return int(self.tree.get("training", {}).get("batch_size", 32))

    @property
    def batch_size(self) -> int:
        """Rows in a batch, at most all."""
        return max(1, min(self.given_batch_size, self.rows))

    @property
    def steps_per_epoch(self) -> int:
        """Updates in one epoch."""
        return -(-self.rows // self.batch_size)

    @cached_property
    def updates(self) -> int:
        """Updates in the whole run."""
        training = self.experiment.training
        if training.steps is not None:
            return int(training.steps)
        return self.steps_per_epoch * int(training.epochs or 20)
