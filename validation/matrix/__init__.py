"""The matrix: optimizers, options, dtypes, gradients and modes against tf.keras."""

from optlab.validation.matrix.cases import Case, cases
from optlab.validation.matrix.harness import Check, run
from optlab.validation.matrix.plan import Part, plan
from optlab.validation.matrix.processes import run_parts
from optlab.validation.matrix.tolerances import BOUNDS, Bound, tolerance

__all__ = [
    "BOUNDS",
    "Bound",
    "Case",
    "Check",
    "Part",
    "cases",
    "plan",
    "run",
    "run_parts",
    "tolerance",
]
