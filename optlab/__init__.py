"""A laboratory for first-order optimizers, checked against TensorFlow.

The names below are imported from their modules when first used, so that
``import optlab`` costs milliseconds and loads no heavy library.
"""

from __future__ import annotations

#: As in `typing`, which costs half the time of this import.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from optlab import (
        activations,
        callbacks,
        data,
        experiments,
        explain,
        initializers,
        layers,
        losses,
        metrics,
        optimizers,
        plots,
        problems,
        regularizers,
        schedules,
        validation,
    )
    from optlab.diagnosis.diagnose import diagnose
    from optlab.diagnosis.keras import fit_and_diagnose, watch
    from optlab.diagnosis.result import Diagnosis
    from optlab.errors import InputError
    from optlab.experiments import Experiment, sweep
    from optlab.layers import Activation, BatchNormalization, Dense, Dropout, Residual
    from optlab.model import Sequential
    from optlab.optimizers import (
        SGD,
        Adadelta,
        Adafactor,
        Adagrad,
        Adam,
        Adamax,
        AdamW,
        Ftrl,
        Lamb,
        Lion,
        LossScaleOptimizer,
        Muon,
        Nadam,
        RMSprop,
        ScheduleFreeAdamW,
        rule,
    )
    from optlab.parameters import Parameters
    from optlab.run import Run
    from optlab.tracing import Record
    from optlab.training.evaluation import evaluate
    from optlab.training.fit import fit
    from optlab.training.minimize import minimize

__version__ = "0.1.0"

#: Where each public name lives; a module that stands for itself is in `_MODULES`.
_HOMES = {
    "optlab.diagnosis": ("Diagnosis", "diagnose"),
    "optlab.diagnosis.keras": ("fit_and_diagnose", "watch"),
    "optlab.errors": ("InputError",),
    "optlab.experiments": ("Experiment", "sweep"),
    "optlab.layers": (
        "Activation",
        "BatchNormalization",
        "Dense",
        "Dropout",
        "Residual",
    ),
    "optlab.model": ("Sequential",),
    "optlab.optimizers": (
        "SGD",
        "Adadelta",
        "Adafactor",
        "Adagrad",
        "Adam",
        "AdamW",
        "Adamax",
        "Ftrl",
        "Lamb",
        "Lion",
        "LossScaleOptimizer",
        "Muon",
        "Nadam",
        "RMSprop",
        "ScheduleFreeAdamW",
        "rule",
    ),
    "optlab.parameters": ("Parameters",),
    "optlab.run": ("Run",),
    "optlab.tracing": ("Record",),
    "optlab.training": ("evaluate", "fit", "minimize"),
}
_MODULES = (
    "activations",
    "callbacks",
    "data",
    "experiments",
    "explain",
    "initializers",
    "instruments",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "plots",
    "problems",
    "regularizers",
    "schedules",
    "validation",
)
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "SGD",
    "Activation",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "BatchNormalization",
    "Dense",
    "Diagnosis",
    "Dropout",
    "Experiment",
    "Ftrl",
    "InputError",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "Muon",
    "Nadam",
    "Parameters",
    "RMSprop",
    "Record",
    "Residual",
    "Run",
    "ScheduleFreeAdamW",
    "Sequential",
    "activations",
    "callbacks",
    "data",
    "diagnose",
    "evaluate",
    "experiments",
    "explain",
    "fit",
    "fit_and_diagnose",
    "initializers",
    "instruments",
    "layers",
    "losses",
    "metrics",
    "minimize",
    "optimizers",
    "plots",
    "problems",
    "regularizers",
    "rule",
    "schedules",
    "sweep",
    "validation",
    "watch",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name in _HOME_OF:
        value = getattr(importlib.import_module(_HOME_OF[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"optlab.{name}")
    else:
        raise AttributeError(f"module 'optlab' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name[:2] == "__")})
