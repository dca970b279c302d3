"""Instruments: what the loss's curvature and the gradient's noise say of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optlab.instruments.hessian import Hessian
    from optlab.instruments.noise import GradientNoise, gradient_noise
    from optlab.instruments.preconditioning import Preconditioner, preconditioner
    from optlab.instruments.slices import (
        Landscape,
        filter_normalized,
        landscape,
    )
    from optlab.instruments.spectrum import Density, density, eigenvalues, trace
    from optlab.validation.keras_instruments import KerasInstruments

#: Name -> where it is; SciPy, or TensorFlow, is imported with the first that is used.
_HOMES = {
    "Density": "optlab.instruments.spectrum",
    "GradientNoise": "optlab.instruments.noise",
    "Hessian": "optlab.instruments.hessian",
    "KerasInstruments": "optlab.validation.keras_instruments",
    "Landscape": "optlab.instruments.slices",
    "Preconditioner": "optlab.instruments.preconditioning",
    "density": "optlab.instruments.spectrum",
    "eigenvalues": "optlab.instruments.spectrum",
    "filter_normalized": "optlab.instruments.slices",
    "gradient_noise": "optlab.instruments.noise",
    "landscape": "optlab.instruments.slices",
    "preconditioner": "optlab.instruments.preconditioning",
    "trace": "optlab.instruments.spectrum",
}

__all__ = [
    "Density",
    "GradientNoise",
    "Hessian",
    "KerasInstruments",
    "Landscape",
    "Preconditioner",
    "density",
    "eigenvalues",
    "filter_normalized",
    "gradient_noise",
    "landscape",
    "preconditioner",
    "trace",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
