"""Analytic problems with gradients and known minima."""

from optlab.problems.beale import Beale
from optlab.problems.booth import Booth
from optlab.problems.check import central_differences, check_gradient
from optlab.problems.double_well import DoubleWell
from optlab.problems.function import Function
from optlab.problems.himmelblau import Himmelblau
from optlab.problems.problem import Problem
from optlab.problems.quadratic import Quadratic
from optlab.problems.rastrigin import Rastrigin
from optlab.problems.registry import get, names
from optlab.problems.rosenbrock import Rosenbrock
from optlab.problems.saddle import Saddle

__all__ = [
    "Beale",
    "Booth",
    "DoubleWell",
    "Function",
    "Himmelblau",
    "Problem",
    "Quadratic",
    "Rastrigin",
    "Rosenbrock",
    "Saddle",
    "central_differences",
    "check_gradient",
    "get",
    "names",
]
