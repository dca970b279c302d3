"""The text of a user's script: its calls by place, edited, and how it names things."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable
from typing import Any

from optlab.errors import InputError
from optlab.optimizers import TWINS
from optlab.validation.programs.calls import arguments_of
from optlab.validation.programs.places import Place


class Source:
    """The text of a script: its calls by place, and how it spells what a change names.

    Parameters
    ----------
    text : str
        The script; empty where there is none.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        try:
            tree = ast.parse(text)
        except SyntaxError:
            tree = ast.Module([], [])
        self.imported = {
            (alias.asname or alias.name).partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }

    def at(self, place: Place | None) -> str:
        """Return the source of a call, in one line."""
        if place is None or place.end_line > len(self.lines):
            return ""
        rows = [line.encode() for line in self.lines[place.line - 1 : place.end_line]]
        rows[-1] = rows[-1][: place.end_column]
        rows[0] = rows[0][place.column :]
        return " ".join(row.decode().strip() for row in rows)

    def owner(self, place: Place | None) -> str:
        """Return the object of a call: `m` of ``m.compile(...)``; else "model"."""
        function = _function(self.at(place))
        if isinstance(function, ast.Attribute):
            return ast.unparse(function.value)
        return "model"

    def call(self, layer: Any, beside: Iterable[Place | None] = ()) -> str:
        """Return the call that makes a layer, in the script's own spelling.

        Parameters
        ----------
        layer : keras.Layer
            What is made.
        beside : iterable of Place
            Where the script makes its own layers: their spelling is followed.
        """
        name = type(layer).__name__
        functions = [_function(self.at(place)) for place in beside]
        owners = [
            f"{ast.unparse(function.value)}."
            for function in functions
            if isinstance(function, ast.Attribute)
        ]
        plain = any(isinstance(function, ast.Name) for function in functions)
        prefix = "keras.layers."
        if name in self.imported or (plain and not self.imported):
            prefix = ""
        elif owners:
            prefix = owners[0]
        elif "layers" in self.imported:
            prefix = "layers."
        return self.spelled(f"{prefix}{name}({', '.join(arguments_of(layer))})")

    def spelled(self, text: str) -> str:
        """Return source with `keras` as the script has imported it."""
        if "keras" in self.imported or "tf" not in self.imported:
            return text
        return re.sub(r"(?<![\w.])keras\.", "tf.keras.", text)


def _function(call: str) -> ast.expr | None:
    """Return what a call calls."""
    try:
        node = ast.parse(call, mode="eval").body
    except SyntaxError:
        return None
    return node.func if isinstance(node, ast.Call) else None


def edited(call: str, **changes: str | None) -> str:
    """Return the source of a call with keyword arguments set, or taken away (None).

    Positional arguments are found by the names in `_POSITIONS`.
    """
    node = ast.parse(call, mode="eval").body
    if not isinstance(node, ast.Call):
        raise InputError(f"{call} is no call.")
    node = copy.deepcopy(node)
    name = (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else getattr(node.func, "id", "")
    )
    positions = _POSITIONS.get(name, ())
    for key, value in changes.items():
        made = None if value is None else ast.parse(value, mode="eval").body
        place = positions.index(key) if key in positions else None
        if place is not None and place < len(node.args):
            if made is not None:
                node.args[place] = made
            else:
                del node.args[place]
            continue
        given = [word for word in node.keywords if word.arg == key]
        if made is None:
            node.keywords = [word for word in node.keywords if word.arg != key]
        elif given:
            given[0].value = made
        else:
            node.keywords.append(ast.keyword(key, made))
    return ast.unparse(node)


#: Names of positional arguments.
_POSITIONS: dict[str, tuple[str, ...]] = {
    "Dense": ("units", "activation"),
    "Dropout": ("rate",),
    "Activation": ("activation",),
    "Conv2D": ("filters", "kernel_size"),
    "LSTM": ("units",),
    "compile": ("optimizer", "loss"),
    "fit": ("x", "y", "batch_size", "epochs"),
    **{entry.cls.__name__: ("learning_rate",) for entry in TWINS.values()},
}


def given(call: str, position: int, name: str) -> str:
    """Return the source of an argument of a call; empty where it has none."""
    try:
        node = ast.parse(call, mode="eval").body
    except SyntaxError:
        return ""
    if not isinstance(node, ast.Call):
        return ""
    named = [word.value for word in node.keywords if word.arg == name]
    value = (
        named[0]
        if named
        else (node.args[position] if position < len(node.args) else None)
    )
    return "" if value is None else ast.unparse(value)
