"""The arithmetic of an optimizer, number by number."""

from optlab.explain.engine import explain
from optlab.explain.explanation import Explanation, format_cell

__all__ = ["Explanation", "explain", "format_cell"]
