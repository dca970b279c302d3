"""TensorFlow's power of a tensor (provisional: NumPy's)."""

from __future__ import annotations

from typing import Any

import numpy as np


def tf_power(x: Any, y: Any) -> Any:
    """Return x**y for an array `x` and a scalar `y` of its dtype."""
    return np.power(x, y)
