"""Checks of single numbers among the arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError


def positive(name: str, value: Any) -> int:
    """Return `value` as an integer of at least 1, or raise InputError."""
    return at_least(name, value, 1)


def at_least(name: str, value: Any, least: int) -> int:
    """Return `value` as an integer of at least `least`, or raise InputError."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        whole = True
    if not whole or value < least:
        raise InputError(
            f"`{name}` must be an integer of at least {least}. "
            f"Received: {name}={value!r}"
        )
    return int(value)
