"""Train on arrays of your own, save the run, and go on from the file.

Run it from any folder: ``python own_data.py``. It leaves ``own_data.npz``.
"""

from __future__ import annotations

import numpy as np

import optlab


def rows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points in the plane, and whether each lies inside a ring."""
    x = np.random.default_rng(seed).uniform(-2, 2, (count, 2)).astype(np.float32)
    radius = np.hypot(x[:, 0], x[:, 1])
    return x, ((radius > 0.7) & (radius < 1.6)).astype(np.float32)


def main() -> None:
    """Train a small network, and then a little longer."""
    x, y = rows(2000, seed=0)
    hidden = [optlab.Dense(32, activation="relu") for _ in range(2)]
    model = optlab.Sequential([*hidden, optlab.Dense(1)], input_shape=(2,))
    arguments = {
        "batch_size": 64,
        "validation_data": rows(500, seed=1),
        "metrics": ["accuracy"],
    }
    run = optlab.fit(
        model,
        x,
        y,
        loss=optlab.losses.BinaryCrossentropy(from_logits=True),
        optimizer=optlab.Adam(0.01),
        epochs=10,
        **arguments,
    )
    print(f"{run.epochs} epochs: accuracy {run.history['val_accuracy'][-1]:.3f}")
    run.save("own_data.npz")

    before = optlab.Run.load("own_data.npz")
    run = optlab.fit(before.model, x, y, epochs=20, resume=before, **arguments)
    print(f"{run.epochs} epochs: accuracy {run.history['val_accuracy'][-1]:.3f}")


if __name__ == "__main__":
    main()
