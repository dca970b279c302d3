"""Eight small problems on which optimizers are compared.

In the spirit of Schmidt, Schneider, Hennig, "Descending through a crowded valley",
2021, but small: a training takes milliseconds to a second.
"""

from __future__ import annotations

from typing import Any

from optlab.experiments.experiment import Experiment

_CLASSES = {"name": "sparse_categorical_crossentropy", "from_logits": True}
_BINARY = {"name": "binary_crossentropy", "from_logits": True}
_AMOUNTS = {"name": "mean_squared_error"}


def _net(
    data: dict[str, Any], layers: list[tuple[int, str]], loss: Any, epochs: int
) -> dict[str, Any]:
    return {
        "data": data,
        "model": {"layers": [{"units": n, "activation": a} for n, a in layers]},
        "loss": loss,
        "training": {"epochs": epochs, "batch_size": 32},
    }


_PROBLEMS: dict[str, dict[str, Any]] = {
    "quadratic": {
        "function": {
            "name": "quadratic",
            "start": [1.0, 1.0],
            "options": {"condition_number": 100.0, "dimension": 2},
        },
        "training": {"steps": 200},
    },
    "rosenbrock": {
        "function": {"name": "rosenbrock", "start": [-1.2, 1.0]},
        "training": {"steps": 500},
    },
    "digits": _net(
        {"source": "digits", "scale": "minmax"},
        [(32, "relu"), (10, "linear")],
        _CLASSES,
        8,
    ),
    "wine": _net(
        {"source": "wine", "scale": "standard"},
        [(16, "tanh"), (3, "linear")],
        _CLASSES,
        20,
    ),
    "breast-cancer": _net(
        {"source": "breast_cancer", "scale": "standard"},
        [(16, "relu"), (1, "linear")],
        _BINARY,
        15,
    ),
    "diabetes": _net(
        {"source": "diabetes", "scale": "standard", "target_scale": "standard"},
        [(16, "relu"), (1, "linear")],
        _AMOUNTS,
        20,
    ),
    "spirals": _net(
        {"source": "spirals", "options": {"n_samples": 400, "noise": 0.1}},
        [(16, "tanh"), (16, "tanh"), (1, "linear")],
        _BINARY,
        40,
    ),
    "noisy-regression": _net(
        {"source": "sine", "options": {"n_samples": 400, "noise": 0.3}},
        [(16, "tanh"), (1, "linear")],
        _AMOUNTS,
        30,
    ),
}
NAMES = tuple(_PROBLEMS)


def valley() -> list[Experiment]:
    """Return the eight problems, each named."""
    return [
        Experiment.from_tree({**tables, "optimizer": {"name": "sgd"}}, name=name)
        for name, tables in _PROBLEMS.items()
    ]
