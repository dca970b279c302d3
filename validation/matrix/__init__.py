"""The matrix: optimizers, options, dtypes, gradients and modes against tf.keras."""

from optlab.validation.matrix.cases import OptimizerCase, cases
from optlab.validation.matrix.drawing import draw_check
from optlab.validation.matrix.harness import Check, run
from optlab.validation.matrix.plan import Part, plan, random_parts
from optlab.validation.matrix.processes import run_parts
from optlab.validation.matrix.tolerances import BOUNDS, Bound, tolerance

__all__ = [
    "BOUNDS",
    "Bound",
    "Check",
    "OptimizerCase",
    "Part",
    "cases",
    "draw_check",
    "plan",
    "random_parts",
    "run",
    "run_parts",
    "tolerance",
]
