"""Write problems in JavaScript, by running their own formulas on symbols.

A problem computes on arrays. Given arrays of symbols instead of numbers, NumPy applies
the same operations in the same order, and every symbol notes how it was made.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.problems import Problem


class Tape:
    """The statements that made the symbols so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        #: Whether a function was used whose last bit the browsers are free to choose.
        self.exact = True

    def add(self, expression: str) -> Symbol:
        """Note an expression, and return the symbol of its value."""
        name = f"t{len(self.lines)}"
        self.lines.append(f"const {name} = F({expression});")
        return Symbol(self, name)


class Symbol:
    """A number not yet known."""

    def __init__(self, tape: Tape, name: str) -> None:
        self.tape, self.name = tape, name

    def __add__(self, other: Any) -> Symbol:
        """Note a sum."""
        return self.tape.add(f"{self.name} + {_text(other)}")

    def __radd__(self, other: Any) -> Symbol:
        """Note a sum."""
        return self.tape.add(f"{_text(other)} + {self.name}")

    def __sub__(self, other: Any) -> Symbol:
        """Note a difference."""
        return self.tape.add(f"{self.name} - {_text(other)}")

    def __rsub__(self, other: Any) -> Symbol:
        """Note a difference."""
        return self.tape.add(f"{_text(other)} - {self.name}")

    def __mul__(self, other: Any) -> Symbol:
        """Note a product."""
        return self.tape.add(f"{self.name} * {_text(other)}")

    def __rmul__(self, other: Any) -> Symbol:
        """Note a product."""
        return self.tape.add(f"{_text(other)} * {self.name}")

    def __truediv__(self, other: Any) -> Symbol:
        """Note a quotient."""
        return self.tape.add(f"{self.name} / {_text(other)}")

    def __rtruediv__(self, other: Any) -> Symbol:
        """Note a quotient."""
        return self.tape.add(f"{_text(other)} / {self.name}")

    def __neg__(self) -> Symbol:
        """Note a negation."""
        return self.tape.add(f"-{self.name}")

    def sqrt(self) -> Symbol:
        """Note a square root, which NumPy asks of an object."""
        return self.tape.add(f"Math.sqrt({self.name})")

    def sin(self) -> Symbol:
        """Note a sine."""
        self.tape.exact = False
        return self.tape.add(f"Math.sin({self.name})")

    def cos(self) -> Symbol:
        """Note a cosine."""
        self.tape.exact = False
        return self.tape.add(f"Math.cos({self.name})")

    def exp(self) -> Symbol:
        """Note an exponential."""
        self.tape.exact = False
        return self.tape.add(f"Math.exp({self.name})")


def _text(value: Any) -> str:
    if isinstance(value, Symbol):
        return value.name
    return f"F({float(value)!r})"


def traced(problem: Problem) -> tuple[str, bool]:
    """Return a problem of two coordinates as a JavaScript object, and its exactness.

    Returns
    -------
    source : str
        ``{value(x, y), gradient(x, y)}``; a quadratic bowl takes its curvatures from
        `curvatures`, so that they can be dragged.
    exact : bool
        Whether its operations are all such that every browser rounds them alike.

    Raises
    ------
    InputError
        If it has not two coordinates, or its formula takes numbers alone.
    """
    if problem.dimension != 2:
        raise InputError(
            "The study page draws problems of two coordinates. "
            f"Received: {problem!r}, which has {problem.dimension}."
        )
    parts, exact = [], True
    bowl = is_bowl(problem)
    for name in ("value", "gradient"):
        tape = Tape()
        given = vars(problem).copy()
        if bowl:
            vars(problem)["curvatures"] = _symbols(
                tape, "curvatures[0]", "curvatures[1]"
            )
        try:
            with np.errstate(all="ignore"):
                found = getattr(problem, f"_{name}")(_symbols(tape, "x", "y"))
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"The formula of {problem!r} cannot be followed for the study page: "
                f"{error}. Write it with arithmetic and NumPy's functions."
            ) from None
        finally:
            vars(problem).update(given)
        text = _text(found) if name == "value" else f"[{', '.join(map(_text, found))}]"
        body = " ".join(tape.lines)
        parts.append(f"{name}(x, y) {{ {body} return {text}; }}")
        exact = exact and tape.exact
    return "{ " + ",\n".join(parts) + " }", exact


def is_bowl(problem: Problem) -> bool:
    """Whether a problem is a quadratic bowl along the coordinate axes."""
    return hasattr(problem, "curvatures") and getattr(problem, "_axes", 0) is None


def _symbols(tape: Tape, *names: str) -> Any:
    return np.array([Symbol(tape, name) for name in names], object)
