"""Twenty small trainings: real and generated rows, networks of one to three layers."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import optlab

#: Rows whose targets are numbers.
_NUMBERS = ("diabetes", "sine")
#: Steps of a training, and the rows of one.
STEPS, BATCH = 300, 32


@dataclass(frozen=True)
class Problem:
    """Rows, and the network that learns them.

    Attributes
    ----------
    rows : str
        A name that `optlab.data.load` knows.
    units : tuple of int
        Those of the hidden layers.
    activation : str
        Theirs.
    """

    rows: str
    units: tuple[int, ...]
    activation: str = "relu"

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"{self.rows} {'-'.join(map(str, self.units)) or 'linear'}"

    def model(self, seed: int) -> optlab.Sequential:
        """Return the network with the first weights of a seed."""
        data = loaded(self.rows)
        hidden = [optlab.Dense(n, activation=self.activation) for n in self.units]
        last = optlab.Dense(1 if data.task != "multiclass" else len(data.class_names))
        return optlab.Sequential(
            [*hidden, last], input_shape=data.x.shape[1:], seed=seed
        )

    def loss(self) -> Any:
        """Return the loss of the rows' task."""
        return {
            "multiclass": optlab.losses.SparseCategoricalCrossentropy(from_logits=True),
            "binary": optlab.losses.BinaryCrossentropy(from_logits=True),
            "regression": optlab.losses.MeanSquaredError(),
        }[loaded(self.rows).task]


@functools.cache
def loaded(rows: str) -> Any:
    """Return the rows, standardized, and targets where they are numbers."""
    targets = "standard" if rows in _NUMBERS else "none"
    return optlab.data.load(rows, scale="standard", target_scale=targets, seed=0)


PROBLEMS = [
    Problem("digits", ()),
    Problem("digits", (64,)),
    Problem("digits", (128, 64)),
    Problem("digits", (64, 64, 64), "tanh"),
    Problem("wine", ()),
    Problem("wine", (32,)),
    Problem("wine", (64, 32), "tanh"),
    Problem("iris", (16,)),
    Problem("iris", (32, 32), "tanh"),
    Problem("breast_cancer", ()),
    Problem("breast_cancer", (64,)),
    Problem("breast_cancer", (32, 32), "tanh"),
    Problem("diabetes", ()),
    Problem("diabetes", (64,)),
    Problem("diabetes", (32, 32), "tanh"),
    Problem("moons", (32, 32)),
    Problem("circles", (64,)),
    Problem("spirals", (64, 64), "tanh"),
    Problem("blobs", (32,)),
    Problem("sine", (64, 64), "tanh"),
]
