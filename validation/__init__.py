"""The only code that imports TensorFlow: twins, parity, and what TensorFlow does."""

from __future__ import annotations

import importlib
from typing import Any

#: Names that need TensorFlow, and where they live; imported when first used.
_HOMES = {
    "DiagnoseWhenStuck": "diagnose_when_stuck",
    "experiment_of": "keras_experiment",
}

__all__ = ["DiagnoseWhenStuck", "experiment_of"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"optlab.validation.{_HOMES[name]}")
    return getattr(home, name)
