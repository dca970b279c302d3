"""What several formulas of other frameworks share: running means, RAdam's factor."""

from __future__ import annotations

from typing import Any

import numpy as np


def means(
    g: Any, t: int, s: dict[str, Any], beta_1: float, beta_2: float
) -> tuple[Any, Any, float, float]:
    """Renew mean and mean square; return them and what they are corrected by."""
    s["m"] = beta_1 * s.get("m", 0 * g) + (1 - beta_1) * g
    s["v"] = beta_2 * s.get("v", 0 * g) + (1 - beta_2) * g * g
    return s["m"], s["v"], 1 - beta_1**t, 1 - beta_2**t


def rectification(t: int, beta_2: float) -> Any:
    """Return RAdam's factor of step t, or None where its length is below 5."""
    limit = 2 / (1 - beta_2) - 1
    length = limit - 2 * t * beta_2**t / (1 - beta_2**t)
    if length < 5:
        return None
    above = (length - 4) * (length - 2) * limit
    below = (limit - 4) * (limit - 2) * length
    return np.sqrt(above / below)
