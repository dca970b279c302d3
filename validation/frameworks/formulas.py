"""The formulas that torch and optax have where tf.keras has others, on NumPy arrays.

Each takes the parameter, the gradient, the step from 1, the state of the steps before
(empty at first) and the arguments of ours; it returns the new parameter and keeps what
it needs in the state. They are here to prove which line differs: with it, the other
framework's numbers come out to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.frameworks.moments import means, rectification


def torch_rmsprop(
    w: Any, g: Any, t: int, s: dict[str, Any], rate: float, rho: float, epsilon: float
) -> Any:
    """Add epsilon to the root, not under it."""
    s["v"] = rho * s.get("v", 0 * g) + (1 - rho) * g * g
    return w - rate * g / (np.sqrt(s["v"]) + epsilon)


def torch_adagrad(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    initial_accumulator_value: float,
    epsilon: float,
) -> Any:
    """Add epsilon to the root, not under it."""
    s["v"] = s.get("v", 0 * g + initial_accumulator_value) + g * g
    return w - rate * g / (np.sqrt(s["v"]) + epsilon)


def inner_adamax(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Add epsilon to the gradient, inside the maximum."""
    s["m"] = beta_1 * s.get("m", 0 * g) + (1 - beta_1) * g
    s["u"] = np.maximum(beta_2 * s.get("u", 0 * g), np.abs(g) + epsilon)
    return w - rate / (1 - beta_1**t) * s["m"] / s["u"]


def optax_nadam(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Look ahead by one constant momentum, which nothing warms up."""
    m, v, first, second = means(g, t, s, beta_1, beta_2)
    mean = beta_1 * m / (1 - beta_1 ** (t + 1)) + (1 - beta_1) * g / first
    return w - rate * mean / (np.sqrt(v / second) + epsilon)


def optax_adan(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    beta_3: float,
    epsilon: float,
) -> Any:
    """Weight the difference by 1 - beta_2, the paper's beta_2 in the place of ours."""
    change = g - s.get("g", g)
    s["g"] = g
    s["m"] = beta_1 * s.get("m", 0 * g) + (1 - beta_1) * g
    s["d"] = beta_2 * s.get("d", 0 * g) + (1 - beta_2) * change
    ahead = g + (1 - beta_2) * change
    s["n"] = beta_3 * s.get("n", 0 * g) + (1 - beta_3) * ahead * ahead
    mean = s["m"] / (1 - beta_1**t) + (1 - beta_2) * s["d"] / (1 - beta_2**t)
    return w - rate * mean / (np.sqrt(s["n"] / (1 - beta_3**t)) + epsilon)


def optax_yogi(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
    initial_accumulator_value: float = 1e-6,
) -> Any:
    """Begin the mean with the number that the mean square begins with."""
    begun = 0 * g + initial_accumulator_value
    s["m"] = beta_1 * s.get("m", begun) + (1 - beta_1) * g
    v = s.get("v", begun)
    s["v"] = v - (1 - beta_2) * np.sign(v - g * g) * g * g
    root = np.sqrt(s["v"] / (1 - beta_2**t))
    return w - rate * s["m"] / (1 - beta_1**t) / (root + epsilon)


def optax_radam(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Rectify from 5 on, at 5 too, and add epsilon to the corrected root."""
    m, v, first, second = means(g, t, s, beta_1, beta_2)
    mean = m / first
    rectified = rectification(t, beta_2)
    if rectified is None:
        return w - rate * mean
    return w - rate * rectified * mean / (np.sqrt(v / second) + epsilon)


def optax_rprop(w: Any, g: Any, t: int, s: dict[str, Any], rate: float) -> Any:
    """Take the step of the time before, unless the sign changes now."""
    before = s.get("update", 0 * g)
    agreed = g * before
    size = s.get("size", 0 * g + rate)
    factor = np.where(agreed > 0, 1.2, 0.5)
    s["size"] = np.where(agreed == 0, size, np.clip(size * factor, 1e-6, 50.0))
    s["update"] = np.where(agreed < 0, 0.0, s["size"] * np.sign(g))
    return w - np.where(agreed < 0, 0.0, before)
