"""The formulas that libraries written for torch have where ours are others.

They take what those of `optlab.validation.frameworks.formulas` take, and prove which
line differs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.adamp import at_right_angles, projected, views
from optlab.validation.frameworks.moments import means, rectification


def uncorrected_adamp(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
    delta: float = 0.1,
) -> Any:
    """Add epsilon to the uncorrected root."""
    m, v, first, second = means(g, t, s, beta_1, beta_2)
    update = m * np.sqrt(second) / (np.sqrt(v) + epsilon)
    for shape in views(w.shape):
        weights = w.reshape(shape)
        if at_right_angles(weights, g.reshape(shape), delta, epsilon):
            update = projected(weights, update.reshape(shape), epsilon)
            break
    return w - rate / first * update.reshape(w.shape)


def late_adopt(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Clip by the step counted from the one before the first."""
    if t == 1:
        s["v"], s["m"] = g * g, 0 * g
        return w
    bound = t**0.25
    scaled = np.clip(g / np.maximum(np.sqrt(s["v"]), epsilon), -bound, bound)
    s["m"] = beta_1 * s["m"] + (1 - beta_1) * scaled
    s["v"] = beta_2 * s["v"] + (1 - beta_2) * g * g
    return w - rate * s["m"]


def corrected_lamb(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Divide by the correction of the mean after the norms were made equal."""
    m, v, first, _ = means(g, t, s, beta_1, beta_2)
    update = m / (np.sqrt(v) + epsilon)
    weights, step = np.linalg.norm(w), np.linalg.norm(update)
    trust: Any = min(float(weights), 10.0) / (step + epsilon) if weights and step else 1
    return w - rate / first * trust * update


def inner_laprop(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Add epsilon to the uncorrected root, and 1e-15 under it."""
    s["v"] = beta_2 * s.get("v", 0 * g) + (1 - beta_2) * g * g
    root = (np.sqrt(s["v"] + 1e-15) + epsilon) / np.sqrt(1 - beta_2**t)
    s["m"] = beta_1 * s.get("m", 0 * g) + (1 - beta_1) * g / root
    return w - rate / (1 - beta_1**t) * s["m"]


def matrix_lars(
    w: Any, g: Any, t: int, s: dict[str, Any], rate: float, momentum: float
) -> Any:
    """Leave vectors as they are: their steps are the whole gradient."""
    ratio = 0.001 * np.linalg.norm(w) / np.linalg.norm(g) if w.ndim > 1 else 1.0
    s["m"] = momentum * s.get("m", 0 * g) + rate * ratio * g
    return w - s["m"]


def inner_mars(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    gamma: float,
    epsilon: float,
) -> Any:
    """Add epsilon to the uncorrected root, and 1e-15 under it."""
    change = g + gamma * (beta_1 / (1 - beta_1)) * (g - s.get("g", 0 * g))
    s["g"] = g
    change = change / max(1.0, float(np.linalg.norm(change)))
    m, v, first, second = means(change, t, s, beta_1, beta_2)
    root = (np.sqrt(v + 1e-15) + epsilon) / np.sqrt(second)
    return w - rate / first * m / root


def waiting_radam(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Make no step before the length is 5."""
    m, v, first, second = means(g, t, s, beta_1, beta_2)
    rectified = rectification(t, beta_2)
    if rectified is None:
        return w
    root = (np.sqrt(v) + epsilon) / np.sqrt(second)
    return w - rate / first * rectified * m / root


def nadamw(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> Any:
    """Look ahead by a second step of the mean, corrected as the first."""
    m, v, first, second = means(g, t, s, beta_1, beta_2)
    ahead = beta_1 * m + (1 - beta_1) * g
    return w - rate / first * ahead / (np.sqrt(v / second) + epsilon)


def first_mars(
    w: Any,
    g: Any,
    t: int,
    s: dict[str, Any],
    rate: float,
    beta_1: float,
    beta_2: float,
    gamma: float,
    epsilon: float,
) -> Any:
    """Correct nothing at the first step, as if nothing had changed."""
    change = g + gamma * (beta_1 / (1 - beta_1)) * (g - s.get("g", g))
    s["g"] = g
    change = change / max(1.0, float(np.linalg.norm(change)))
    m, v, first, second = means(change, t, s, beta_1, beta_2)
    return w - rate / first * m / (np.sqrt(v / second) + epsilon)


def ones_rmsprop(
    w: Any, g: Any, t: int, s: dict[str, Any], rate: float, rho: float, epsilon: float
) -> Any:
    """Begin the mean square with 1."""
    s["v"] = rho * s.get("v", 0 * g + 1) + (1 - rho) * g * g
    return w - rate * g / np.sqrt(s["v"] + epsilon)
