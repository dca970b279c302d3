"""Instruments: what the loss's curvature and the gradient's noise say of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optlab.instruments.hessian import Hessian
    from optlab.instruments.noise import GradientNoise, gradient_noise
    from optlab.instruments.preconditioning import Preconditioner, preconditioner
    from optlab.instruments.spectrum import Density, density, eigenvalues, trace

#: Name -> where it is; SciPy is imported with the first that is used.
_HOMES = {
    "Density": "spectrum",
    "GradientNoise": "noise",
    "Hessian": "hessian",
    "Preconditioner": "preconditioning",
    "density": "spectrum",
    "eigenvalues": "spectrum",
    "gradient_noise": "noise",
    "preconditioner": "preconditioning",
    "trace": "spectrum",
}

__all__ = [
    "Density",
    "GradientNoise",
    "Hessian",
    "Preconditioner",
    "density",
    "eigenvalues",
    "gradient_noise",
    "preconditioner",
    "trace",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
