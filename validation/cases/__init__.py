"""What the casebook needs of TensorFlow: twins of its variants, and code as written."""

from optlab.validation.cases.agreement import compare_case
from optlab.validation.cases.as_written import run_as_written

__all__ = ["compare_case", "run_as_written"]
