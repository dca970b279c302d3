"""All cases, found in the folders `examples` and `prose`: one `CASE` in each file."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable

from optlab.cases.case import Case
from optlab.errors import InputError

_FOLDERS = ("optlab.cases.examples", "optlab.cases.prose")


@functools.cache
def catalogue() -> dict[str, Case]:
    """Return id -> case: the examples in the articles' order, then the others.

    Raises
    ------
    InputError
        If two files have the same id.
    """
    found: dict[str, Case] = {}
    for folder in _FOLDERS:
        package = importlib.import_module(folder)
        for module in pkgutil.iter_modules(package.__path__):
            case = importlib.import_module(f"{folder}.{module.name}").CASE
            if case.id in found:
                raise InputError(f"Two cases have the id {case.id!r}.")
            found[case.id] = case
    return {id: found[id] for id in sorted(found)}


def find(id: str) -> Case:
    """Return the case with an id; underscores work like hyphens.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    cases = catalogue()
    key = _normal(id)
    if key not in cases:
        raise _unknown(id, cases)
    return cases[key]


def select(words: Iterable[str]) -> list[Case]:
    """Return the cases that ids and group names stand for, each once.

    Parameters
    ----------
    words : iterable of str
        An id; "000" to "004" for the examples of an article; "examples" or "prose".

    Raises
    ------
    InputError
        If a word is none of these; the message names the nearest ids.
    """
    cases = catalogue()
    chosen: dict[str, Case] = {}
    for word in words:
        key = _normal(word)
        if key in cases:
            chosen[key] = cases[key]
            continue
        group = {
            id: case
            for id, case in cases.items()
            if id.partition("-")[0] == key or (key == "examples" and case.is_example)
        }
        if not group:
            raise _unknown(word, cases)
        chosen |= group
    return list(chosen.values())


def nearest_ids(id: str, cases: Iterable[str], most: int = 3) -> list[str]:
    """Return up to `most` ids like `id`, the nearest first."""
    import difflib

    known = list(cases)
    wanted = _normal(id)
    found = difflib.get_close_matches(wanted, known, most, 0.5)
    # "momentum" is near to "prose-momentum", which it is a part of.
    found += [key for key in known if wanted and wanted in key and key not in found]
    bare = {key.removeprefix("prose-"): key for key in known}
    close = difflib.get_close_matches(wanted.removeprefix("prose-"), bare, most, 0.5)
    found += [bare[key] for key in close if bare[key] not in found]
    return found[:most]


def _normal(id: str) -> str:
    return id.strip().lower().replace("_", "-")


def _unknown(id: str, cases: Iterable[str]) -> InputError:
    near = nearest_ids(id, cases)
    hint = f" Nearest: {', '.join(near)}." if near else ""
    return InputError(
        f"Unknown case {id!r}.{hint} `optlab cases` lists all of them; 'examples', "
        "'prose' and an article's number, such as '000', stand for several."
    )
