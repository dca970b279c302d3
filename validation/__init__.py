"""The only code that imports TensorFlow: twins, parity, and what TensorFlow does.

Nothing is imported before it is asked for, and TensorFlow not before it is needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optlab.validation.behaviours import catalogue
    from optlab.validation.diagnose_when_stuck import DiagnoseWhenStuck
    from optlab.validation.keras_experiment import experiment_of
    from optlab.validation.matrix.plan import plan
    from optlab.validation.parity import Tolerance, assert_parity, compare
    from optlab.validation.runs.verdict import verify_experiment
    from optlab.validation.twins import Setup, from_keras, to_keras

__all__ = [
    "DiagnoseWhenStuck",
    "Setup",
    "Tolerance",
    "assert_parity",
    "catalogue",
    "compare",
    "experiment_of",
    "from_keras",
    "plan",
    "to_keras",
    "verify_experiment",
]

_HOME_OF = {
    "DiagnoseWhenStuck": "diagnose_when_stuck",
    "Setup": "twins",
    "Tolerance": "parity",
    "assert_parity": "parity",
    "catalogue": "behaviours",
    "compare": "parity",
    "experiment_of": "keras_experiment",
    "from_keras": "twins",
    "plan": "matrix",
    "to_keras": "twins",
    "verify_experiment": "runs.verdict",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_HOME_OF[name]}")
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
