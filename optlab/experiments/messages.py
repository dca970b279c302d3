"""All that is wrong with an experiment, one line a problem, in its own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError, nearest
from optlab.experiments.lines import Problem
from optlab.lookup import meant_boolean

if TYPE_CHECKING:
    from pydantic import ValidationError


class ExperimentError(InputError):
    """An experiment that cannot be run as it is written.

    Attributes
    ----------
    problems : list of str
        One line each.
    """

    def __init__(self, problems: Sequence[str], origin: str = "") -> None:
        self.problems = list(problems)
        self.origin = origin
        lines = self.problems
        if origin and len(lines) == 1:
            message = f"{origin}: {lines[0]}"
        elif origin or len(lines) > 1:
            head = f"{origin}: " if origin else ""
            message = f"{head}{len(lines)} problems:\n" + "\n".join(
                f"  {line}" for line in lines
            )
        else:
            message = lines[0]
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the error cross from a worker process to its parent."""
        return type(self), (self.problems, self.origin)


class Several(ValueError):
    """Several problems of one table, raised at once by a validator."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


def unknown_key(place: str, key: str, valid: Iterable[str]) -> str:
    """Say that a table has no such key, and which one was probably meant."""
    valid = list(valid)
    guess = nearest(key, valid)
    hint = f" Did you mean {guess!r}?" if guess else f" Valid: {', '.join(valid)}."
    return f"{place} has no key {key!r}.{hint}"


def place_of(location: Sequence[int | str]) -> str:
    """Write a location as table and dotted path: ``[model] layers.2.units``."""
    table, *path = location
    dotted = ".".join(map(str, path))
    return f"[{table}] {dotted}" if dotted else f"[{table}]"


def _expectation(kind: str, context: dict[str, Any]) -> str:
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    bounds = {
        "greater_than_equal": ("at least", "ge"),
        "greater_than": ("above", "gt"),
        "less_than_equal": ("at most", "le"),
        "less_than": ("below", "lt"),
    }
    if kind in bounds:
        word, key = bounds[kind]
        return f"{word} {context[key]}"
    if kind == "literal_error":
        return f"one of {context['expected']}"
    if kind == "too_short":
        return f"a list of at least {context['min_length']}"
    return ""


def problems_of(
    error: ValidationError, valid_keys: dict[tuple[str, ...], list[str]]
) -> list[str]:
    """Translate what pydantic found into lines.

    Parameters
    ----------
    error : ValidationError
    valid_keys : dict
        Location of a table, list indices left out -> its keys.
    """
    lines: list[str] = []
    for found in error.errors():
        location = found["loc"] or ("experiment",)
        kind, context = found["type"], found.get("ctx", {})
        table = tuple(str(part) for part in location[:-1] if isinstance(part, str))
        key = str(location[-1])
        if kind == "extra_forbidden" and not table:
            valid = valid_keys[()]
            guess = nearest(key, valid)
            hint = f" Did you mean [{guess}]?" if guess else ""
            tables = ", ".join(f"[{name}]" for name in valid)
            lines.append(
                Problem.at(
                    location, f"There is no table [{key}].{hint} Tables: {tables}."
                )
            )
        elif kind == "extra_forbidden":
            text = unknown_key(place_of(location[:-1]), key, valid_keys[table])
            if table == ("model", "layers"):
                text += ' All arguments of a layer: { class = "Dense", ... }.'
            lines.append(Problem.at(location, text))
        elif kind == "missing" and not table:
            continue  # The choice of tables is checked as a whole elsewhere.
        elif kind == "missing":
            text = f"{place_of(location[:-1])} needs the key {key!r}."
            lines.append(Problem.at(location[:-1], text))
        elif kind == "value_error":
            reason = context["error"]
            texts = reason.problems if isinstance(reason, Several) else [str(reason)]
            place = place_of(location)
            lines.extend(Problem.at(location, _joined(place, text)) for text in texts)
        else:
            expected = _expectation(kind, context) or found["msg"]
            text = (
                f"{place_of(location)} must be {expected}. Received: {found['input']!r}"
            )
            if kind == "bool_type" and isinstance(found["input"], str):
                text += meant_boolean(found["input"])
            lines.append(Problem.at(location, text))
    return lines


def _joined(place: str, text: str) -> str:
    """Put a place before a text: ``[a] b must be ...`` or ``[a] b: Unknown ...``."""
    if text.startswith("["):
        return text
    verbs = ("must ", "needs ", "has ", "have ", "takes ", "holds ", "is ")
    bare = place.endswith("]") and not text[:1].isupper()
    return f"{place}{' ' if bare or text.startswith(verbs) else ': '}{text}"
