"""Compare optimizers on a function of your own, and draw their paths.

Run it from any folder: ``python own_function.py``. It leaves ``own_function.png``.
"""

from __future__ import annotations

import numpy as np

import optlab


def valley(x: np.ndarray) -> tuple[float, np.ndarray]:
    """Return a curved valley's value and gradient: steep in one way, flat along it."""
    along, across = x[0], x[1] - np.sin(x[0])
    value = 0.05 * along**2 + 10 * across**2
    gradient = np.array(
        [0.1 * along - 20 * across * np.cos(x[0]), 20 * across], dtype=x.dtype
    )
    return float(value), gradient


def main() -> None:
    """Walk down the valley with three optimizers."""
    problem = optlab.problems.Function(valley, start=[-4.0, 2.0])
    optimizers = {
        "SGD": optlab.SGD(0.04),
        "RMSprop": optlab.RMSprop(0.05),
        "Adam": optlab.Adam(0.1),
    }
    runs = {
        name: optlab.minimize(problem, optimizer, steps=300)
        for name, optimizer in optimizers.items()
    }
    for name, run in runs.items():
        x = ", ".join(f"{value:.3f}" for value in run.trajectory[-1])
        print(f"{name:8} f = {run.losses[-1]:.2e} at ({x})")
    axes = optlab.plots.plot_trajectory(runs, title="A curved valley, 300 steps")
    optlab.plots.save(axes, "own_function.png")


if __name__ == "__main__":
    main()
