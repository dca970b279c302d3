"""Dotted paths into an experiment: read, replace, compare."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError, nearest

Tree = dict[str, Any]


def _step(container: Any, key: str, path: str) -> Any:
    """Return the key or list index that `key` is for `container`, or raise."""
    if isinstance(container, Mapping):
        return key
    if isinstance(container, list):
        try:
            index = int(key)
        except ValueError:
            index = len(container)
        if -len(container) <= index < len(container):
            return index
        raise InputError(
            f"{path!r}: expected a number below {len(container)} instead of {key!r}, "
            f"for there are {len(container)} entries."
        )
    raise InputError(
        f"{path!r}: there is no {key!r} in {container!r}, which is no table."
    )


def read_path(tree: Tree, path: str) -> Any:
    """Return the value at a dotted path such as ``model.layers.0.units``.

    Raises
    ------
    InputError
        If there is none; the message names the nearest key.
    """
    found: Any = tree
    for key in path.split("."):
        at = _step(found, key, path)
        if isinstance(found, Mapping) and at not in found:
            guess = nearest(key, found)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise InputError(f"{path!r}: there is no {key!r}.{hint}")
        found = found[at]
    return found


def replaced(tree: Tree, changes: Mapping[str, Any]) -> Tree:
    """Return a copy of a tree with values set at dotted paths; None removes a key.

    Tables that a path goes through are made where they are missing.

    Raises
    ------
    InputError
        If a path leads through a value that is no table, or past the end of a list.
    """
    new = copy.deepcopy(tree)
    for path, value in changes.items():
        container: Any = new
        *above, last = path.split(".")
        for key in above:
            at = _step(container, key, path)
            if isinstance(container, dict) and container.get(at) is None:
                container[at] = {}
            container = container[at]
        at = _step(container, last, path)
        if value is not None:
            container[at] = copy.deepcopy(value)
        elif isinstance(container, list):
            del container[at]
        else:
            container.pop(at, None)
    return new


def difference(old: Tree, new: Tree) -> dict[str, tuple[Any, Any]]:
    """Return dotted path -> (old value, new value) where two trees differ.

    None stands for a key that is not there. Lists of another length differ as a whole.
    """
    found: dict[str, tuple[Any, Any]] = {}

    def compare(a: Any, b: Any, path: str) -> None:
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            for key in [*a, *(k for k in b if k not in a)]:
                compare(a.get(key), b.get(key), f"{path}.{key}" if path else key)
        elif (
            isinstance(a, list)
            and isinstance(b, list)
            and len(a) == len(b)
            and any(isinstance(entry, Mapping) for entry in [*a, *b])
        ):
            for index, (x, y) in enumerate(zip(a, b, strict=True)):
                compare(x, y, f"{path}.{index}")
        elif a != b or type(a) is not type(b):
            found[path] = (a, b)

    compare(old, new, "")
    return found
