"""Ten dense programs through both engines: ``python -m benchmarks.programs.engines``.

Verdict and first cause have to be the same, whether optlab's layers train or tf.keras.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from optlab import diagnose

#: A model, its rows, and fit's arguments.
Made = tuple[Any, Any, Any, dict[str, Any]]


def rows(count: int = 160) -> tuple[Any, Any]:
    """Return two columns and labels by the sign of their product."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(count, 2)).astype("float32")
    return x, (x[:, 0] * x[:, 1] > 0).astype(int)


def network(
    *entries: tuple[int, str], rate: float = 0.01, loss: Any = "binary_crossentropy"
) -> Any:
    """Return a compiled chain of dense layers of these units and activations."""
    import keras

    keras.utils.set_random_seed(0)
    parts = [keras.layers.Dense(n, activation=name) for n, name in entries]
    model = keras.Sequential([keras.Input((2,)), *parts])
    model.compile(keras.optimizers.Adam(rate), loss)
    return model


def healthy() -> Made:
    """Nothing is wrong."""
    return network((16, "relu"), (1, "sigmoid")), *rows(), {"epochs": 60}


def rows_of_xor() -> Made:
    """Softmax over one unit, on the four rows of XOR."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    y = np.array([0, 1, 1, 0])
    return network((16, "relu"), (1, "softmax"), rate=0.05), x, y, {"epochs": 100}


def no_bend() -> Made:
    """Linear hidden layers."""
    return network((16, "linear"), (1, "sigmoid")), *rows(), {"epochs": 60}


def low_rate() -> Made:
    """A rate of a millionth."""
    return network((16, "relu"), (1, "sigmoid"), rate=1e-6), *rows(), {"epochs": 60}


def backwards() -> Made:
    """A rate below 0."""
    model = network((16, "relu"), (1, "sigmoid"), rate=-0.03)
    return model, *rows(100), {"epochs": 40}


def one_unit_for_four() -> Made:
    """Class numbers 0 to 3 under a sigmoid."""
    x, _ = rows(240)
    y = (x[:, 0] > 0).astype(int) + 2 * (x[:, 1] > 0)
    return network((16, "relu"), (1, "sigmoid")), x, y, {"epochs": 40}


def large_inputs() -> Made:
    """Columns in the tens of thousands."""
    x, y = rows()
    return network((16, "tanh"), (1, "sigmoid")), x * 2e4 + 5e4, y, {"epochs": 60}


def bounded() -> Made:
    """A sigmoid for numbers beyond 1."""
    x, _ = rows()
    y = 3 * x[:, 0] + np.sin(2 * x[:, 1])
    return network((32, "relu"), (1, "sigmoid"), loss="mse"), x, y, {"epochs": 80}


def random_labels() -> Made:
    """Labels that belong to no row."""
    x, y = rows()
    y = np.random.default_rng(5).permutation(y)
    return network((16, "relu"), (1, "sigmoid")), x, y, {"epochs": 20}


def labels_from_one() -> Made:
    """Classes 1 to 3 for three units."""
    x, _ = rows()
    y = 1 + (x[:, 0] > -0.4).astype(int) + (x[:, 0] > 0.4)
    loss = "sparse_categorical_crossentropy"
    return network((16, "relu"), (3, "softmax"), loss=loss), x, y, {"epochs": 40}


CASES: tuple[Callable[[], Made], ...] = (
    *(healthy, rows_of_xor, no_bend, low_rate, backwards),
    *(one_unit_for_four, large_inputs, bounded, random_labels, labels_from_one),
)


def answers(case: Callable[[], Made], budget: float = 120.0) -> list[tuple[str, str]]:
    """Return verdict and first cause of both engines."""
    found = []
    for engine in ("optlab", "keras"):
        model, x, y, arguments = case()
        answer = diagnose(
            model, x, y, budget=budget, jobs=1, engine=engine, **arguments
        )
        first = answer.causes[0].cause if answer.causes else ""
        found.append((answer.verdict, first))
    return found


def main() -> int:
    """Print both answers of every case; fail where two differ."""
    differ = 0
    for case in CASES:
        ours, theirs = answers(case)
        differ += ours != theirs
        same = "same" if ours == theirs else f"tf.keras: {theirs}"
        sys.stdout.write(f"{case.__name__:18} {ours[0]:18} {ours[1]:26} {same}\n")
        sys.stdout.flush()
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
