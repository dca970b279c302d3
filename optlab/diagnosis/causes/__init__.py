"""The catalogue of causes: one function each, registered by its name."""

from optlab.diagnosis.causes import (
    data,
    fit,
    init,
    loss,
    model,
    optimizer,
    program,
    regularization,
    sequence,
    shape,
)
from optlab.diagnosis.causes.base import CAUSES, Cause, Suspicion, cause, get

__all__ = [
    "CAUSES",
    "Cause",
    "Suspicion",
    "cause",
    "data",
    "fit",
    "get",
    "init",
    "loss",
    "model",
    "optimizer",
    "program",
    "regularization",
    "sequence",
    "shape",
]
