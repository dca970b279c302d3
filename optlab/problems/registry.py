"""The named problems, one table for the command line, experiment files and tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError, unknown_name
from optlab.lookup import Registry, construct
from optlab.problems.beale import Beale
from optlab.problems.booth import Booth
from optlab.problems.double_well import DoubleWell
from optlab.problems.himmelblau import Himmelblau
from optlab.problems.problem import Problem
from optlab.problems.quadratic import Quadratic
from optlab.problems.rastrigin import Rastrigin
from optlab.problems.rosenbrock import Rosenbrock
from optlab.problems.saddle import Saddle

PROBLEMS: Registry[Problem] = Registry(
    "problem",
    {
        cls.name: cls
        for cls in (
            Beale,
            Booth,
            DoubleWell,
            Himmelblau,
            Quadratic,
            Rastrigin,
            Rosenbrock,
            Saddle,
        )
    },
)


def names() -> list[str]:
    """Return the names of all problems, sorted."""
    return sorted(PROBLEMS)


def get(problem: str | Mapping[str, Any] | Problem, **options: Any) -> Problem:
    """Return a problem by its name.

    Parameters
    ----------
    problem : str, dict or Problem
        A name from `names`, hyphens and underscores alike; or a dictionary
        ``{"name": ..., "options": {...}}``, as `Problem.get_config` gives; or a
        problem, which comes back as it is.
    **options
        Arguments of the problem's class, such as ``dimension=10``.

    Raises
    ------
    InputError
        If there is no such name or option, or an option's value is out of range.

    Examples
    --------
    >>> get("quadratic", condition_number=100, dimension=3)
    Quadratic(condition_number=100.0, dimension=3, rotation_seed=None)
    """
    if isinstance(problem, Problem):
        if options:
            raise InputError(
                "Options go with a name, not with a problem that is already built. "
                f"Received: problem={problem!r}, options={options}"
            )
        return problem
    if isinstance(problem, Mapping):
        return _from_dict(problem, options)
    if not isinstance(problem, str):
        raise InputError(
            "A problem must be a name, a dictionary or a Problem. "
            f"Received: {problem!r}"
        )
    cls = PROBLEMS.find(problem)
    made: Problem = construct("problem", cls.name, cls, options)
    return made


def _from_dict(problem: Mapping[str, Any], options: Mapping[str, Any]) -> Problem:
    for key in problem:
        if key not in ("name", "options"):
            raise unknown_name("key of a problem,", key, ("name", "options"))
    if not isinstance(problem.get("name"), str):
        raise InputError(
            f"A problem's dictionary must have a `name`. Received: {dict(problem)}"
        )
    return get(problem["name"], **{**dict(problem.get("options") or {}), **options})
