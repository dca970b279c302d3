"""Trains each job in this process; prints the SHA-256 of its weights as JSON.

Run by `benchmarks.bits` in processes of other environments: ``jobs.py REPEAT``, jobs.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable

import numpy as np

import optlab


def dense(widths: tuple[int, ...], rows: int, batch: int, dtype: str) -> str:
    """Train a dense network on random classes for an epoch."""
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, widths[0])).astype(dtype)
    y = random.integers(0, widths[-1], rows)
    layers = [optlab.Dense(units, activation="relu") for units in widths[1:-1]]
    layers.append(optlab.Dense(widths[-1]))
    model = optlab.Sequential(layers, input_shape=(widths[0],), dtype=dtype)
    loss = optlab.losses.SparseCategoricalCrossentropy(from_logits=True)
    optlab.fit(model, x, y, loss=loss, optimizer="adam", batch_size=batch, epochs=2)
    return digest(model.parameters.flat)


def shipped(name: str) -> str:
    """Run a shipped experiment, for a few epochs."""
    run = optlab.experiments.find(name).replace({"training.epochs": 4}).run()
    return digest(*run.model.get_weights())


def step(name: str, shape: tuple[int, ...], dtype: str, **options: object) -> str:
    """Step one tensor, three times; by Muon, whose products take long, once."""
    random = np.random.default_rng(0)
    param = random.normal(size=shape).astype(dtype)
    optimizer = optlab.optimizers.get({"class_name": name, "config": options})
    optimizer.build([param])
    for _ in range(1 if name == "Muon" else 3):
        optimizer.apply([random.normal(size=shape).astype(dtype)])
    return digest(param)


def digest(*arrays: np.ndarray) -> str:
    """Return 16 hex digits of the arrays' bytes."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:16]


#: Name -> what trains and returns the digest.
JOBS: dict[str, Callable[[], str]] = {
    "fit 64-128-10, float32": lambda: dense((64, 128, 10), 1797, 32, "float32"),
    "fit 128-203-250-8, float64": lambda: dense(
        (128, 203, 250, 8), 2000, 64, "float64"
    ),
    "fit 64-256-256-10, float32": lambda: dense(
        (64, 256, 256, 10), 3200, 256, "float32"
    ),
    "fit 784-512-10, float32": lambda: dense((784, 512, 10), 640, 64, "float32"),
    "run digits, 4 epochs": lambda: shipped("digits"),
    "Adam on 1,000,000, float32": lambda: step("Adam", (1_000_000,), "float32"),
    "Adam on 300,000, float64, clipnorm": lambda: step(
        "Adam", (300_000,), "float64", clipnorm=0.7
    ),
    "Lamb on 300 x 1000, float32": lambda: step("Lamb", (300, 1000), "float32"),
    "Adafactor on 300 x 1000, float32": lambda: step(
        "Adafactor", (300, 1000), "float32"
    ),
    "Muon on 600 x 600, float32": lambda: step("Muon", (600, 600), "float32"),
    "Muon on 600 x 400, float64": lambda: step("Muon", (600, 400), "float64"),
}


def main() -> None:
    """Print where optlab is, and what each repetition of each job gave."""
    repeat, *wanted = sys.argv[1:]
    bits: dict[str, list[str]] = {name: [] for name in wanted or JOBS}
    for _ in range(int(repeat)):
        for name, found in bits.items():
            found.append(JOBS[name]())
    print(json.dumps({"optlab": str(optlab.__file__), "bits": bits}))


if __name__ == "__main__":
    main()
