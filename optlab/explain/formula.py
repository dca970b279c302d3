"""The lines of an update rule, read from its source, as a formula for people."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from optlab.explain.recorder import plain

Function = Callable[..., Any]

#: Modules whose name is left out: `np.sqrt(v)` reads sqrt(v).
_SILENT = ("np", "numpy", "math")


def formula(
    rule: Function,
    coefficients: Function,
    slots: int,
    param: str = "parameter",
    grad: str = "g",
) -> list[str]:
    """Return what a step computes: first once, then for each parameter.

    Parameters
    ----------
    rule, coefficients : callable
        As in `optlab.optimizers.Rule`.
    slots : int
        How many state arrays the rule has.
    param, grad : str
        What the parameter and the gradient that go into the rule are called; the
        parameter that comes out is always "parameter".

    Returns
    -------
    list of str
        One line of source each; what cannot be read from source is left out.
    """
    names = names_of(rule)
    once = _shown(coefficients, ("1", "t"))
    body, returned = _parts(coefficients, once, {})
    taken = names[2 + slots :]
    renamed = _shown(rule, (param, grad))
    local = _locals(rule)
    for name, element in zip(taken, returned, strict=False):
        text = ast.unparse(element)
        # A coefficient that has a name already keeps it in the rule.
        known = isinstance(element, (ast.Name, ast.Constant))
        if text != name and known and text not in local:
            renamed[name] = text
        elif text != name:
            body.append(f"{name} = {text}")
    bound = _shown(rule, ("parameter", "g"))
    lines, results = _parts(rule, renamed, bound)
    targets = ["parameter", *names[2 : 2 + slots]]
    for name, element in zip(targets, results, strict=False):
        if ast.unparse(element) != name:
            lines.append(f"{name} = {ast.unparse(element)}")
    return [*body, *lines]


def assigned(function: Function, name: str, renamed: Mapping[str, str]) -> list[str]:
    """Return the lines of a function, its value called `name`."""
    lines, returned = _parts(function, renamed, {})
    return [*lines, *(f"{name} = {ast.unparse(value)}" for value in returned)]


def names_of(function: Function) -> list[str]:
    """Return the names of a function's parameters."""
    return list(inspect.signature(plain(function)).parameters)


def _locals(function: Function) -> set[str]:
    code = getattr(plain(function), "__code__", None)
    return set(getattr(code, "co_varnames", ()))


def _shown(function: Function, wanted: Sequence[str]) -> dict[str, str]:
    """Map a function's first parameters to the names they are shown by.

    A name that the function uses for something else is left to it.
    """
    local = _locals(function)
    found = zip(names_of(function), wanted, strict=False)
    return {old: new for old, new in found if new not in local}


def _parts(
    function: Function, renamed: Mapping[str, str], bound: Mapping[str, str]
) -> tuple[list[str], list[ast.expr]]:
    """Return a function's statements, and the values that it returns."""
    writer = _Writer(renamed, bound)
    lines: list[str] = []
    returned: list[ast.expr] = []
    for statement in _body(plain(function)):
        if isinstance(statement, ast.Return) and statement.value is not None:
            value = writer.visit(statement.value)
            returned = list(value.elts) if isinstance(value, ast.Tuple) else [value]
        else:
            lines += ast.unparse(writer.visit(statement)).splitlines()
    return lines, returned


def _body(function: Function) -> list[ast.stmt]:
    """Return the statements of a function without its docstring."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return []
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return []
    has_docstring = ast.get_docstring(definition) is not None
    return definition.body[1 if has_docstring else 0 :]


class _Writer(ast.NodeTransformer):
    """Renames, and drops the module before a function's name.

    Parameters
    ----------
    renamed : mapping of str to str
        Names to write differently; one that is shown as a digit becomes the number.
    bound : mapping of str to str
        What names are called instead once the function has bound them anew.
    """

    def __init__(self, renamed: Mapping[str, str], bound: Mapping[str, str]) -> None:
        self._renamed = dict(renamed)
        self._bound = bound

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        """Rename on the right, then on the left, where names are new."""
        node.value = self.visit(node.value)
        for target in node.targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and part.id in self._bound:
                    self._renamed[part.id] = self._bound[part.id]
        node.targets = [self.visit(target) for target in node.targets]
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Rename a name."""
        new = self._renamed.get(node.id, node.id)
        return ast.Constant(int(new)) if new.isdigit() else ast.Name(new, node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Write np.sqrt as sqrt."""
        if isinstance(node.value, ast.Name) and node.value.id in _SILENT:
            return ast.Name(node.attr, node.ctx)
        self.generic_visit(node)
        return node
