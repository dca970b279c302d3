"""The catalogue of causes: one function each, registered by its name."""

from optlab.diagnosis.causes import (
    data,
    init,
    loss,
    model,
    optimizer,
    program,
    regularization,
)
from optlab.diagnosis.causes.base import CAUSES, Cause, Suspicion, cause, get

__all__ = [
    "CAUSES",
    "Cause",
    "Suspicion",
    "cause",
    "data",
    "get",
    "init",
    "loss",
    "model",
    "optimizer",
    "program",
    "regularization",
]
