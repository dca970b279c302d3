"""Write update rules in JavaScript, from the syntax trees of the functions themselves.

A rule is arithmetic, a few functions and assignments. Every operation is translated in
its place and rounded by `F`, the page's rounding to the dtype (with TensorFlow's flush
of subnormals), so that the same operations in the same order give the same bits. What
began with `np.float64` is rounded by `D` instead, the same for float64.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from optlab.errors import InputError

Function = Callable[..., Any]

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "===",
    ast.NotEq: "!==",
    ast.And: "&&",
    ast.Or: "||",
}
#: What has a JavaScript twin in the page's `number.js`: whether F rounds the result.
_FUNCTIONS = {
    "sqrt": ("Math.sqrt", True),
    "abs": ("Math.abs", False),
    "absolute": ("Math.abs", False),
    "maximum": ("maximum", False),
    "minimum": ("minimum", False),
    "sign": ("sign", False),
    "floor": ("Math.floor", False),
    "float64": ("", False),
    "power": ("F.power", False),
    "float32_rounded": ("Math.fround", False),
    "float": ("", False),
}


class UntranslatableError(InputError):
    """A function that uses what the page has no twin of."""


class Translator:
    """Translates functions, each once, with the helpers that they call.

    Attributes
    ----------
    sources : dict of str to str
        The JavaScript of each function by its name there, in the order needed.
    """

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}
        #: The functions that return float64 whatever they are given.
        self.wide: set[str] = set()
        self._names: dict[tuple[str, str], str] = {}

    def function(self, function: Function, noted: bool = False) -> str:
        """Translate a function, and return its name in JavaScript.

        Parameters
        ----------
        function : callable
            Arithmetic on its parameters, or methods of an optimizer that read `self`.
        noted : bool
            Whether the result takes one more argument, called with the name and the
            value of every assignment.

        Raises
        ------
        UntranslatableError
            If it holds anything else; the message names the line.
        """
        function = getattr(function, "py_func", function)
        code = function.__code__
        key = (
            f"{function.__module__}:{code.co_filename}:{code.co_firstlineno}",
            code.co_name,
        )
        if key not in self._names:
            name = function.__name__
            while name in self._names.values():
                name += "_"
            self._names[key] = name
            try:
                writer = _Writer(self, function, noted)
                self.sources[name] = writer.written(name)
                if writer.returns_wide:
                    self.wide.add(name)
            except UntranslatableError:
                del self._names[key]
                raise
        return self._names[key]


class _Writer:
    """Writes one function."""

    def __init__(self, translator: Translator, function: Function, noted: bool) -> None:
        self._translator, self._function, self._noted = translator, function, noted
        self._values = {
            **function.__globals__,
            **inspect.getclosurevars(function).nonlocals,
        }
        self._types: set[str] = set()
        #: The variables that hold float64 in a rule of any dtype.
        self._wide_names: set[str] = set()
        self.returns_wide = False

    def written(self, name: str) -> str:
        tree = tree_of(self._function)
        parameters = [a.arg for a in tree.args.args]
        own = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in ast.walk(node.targets[0])
            if isinstance(target, ast.Name) and target.id not in parameters
        }
        self._local = own | set(parameters)
        body = [line for statement in tree.body for line in self._statement(statement)]
        head = (
            [f"  let {', '.join(sorted(own - self._types))};"]
            if own - self._types
            else []
        )
        taken = [*parameters, *(["note"] if self._noted else [])]
        lines = [f"function {name}({', '.join(taken)}) {{", *head]
        return "\n".join([*lines, *(f"  {line}" for line in body), "}"])

    def _statement(self, node: ast.stmt) -> list[str]:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return []
        if isinstance(node, ast.Return) and node.value is not None:
            return [f"return {self._returned(node.value)};"]
        if isinstance(node, ast.If):
            lines = [f"if ({self._expression(node.test)}) {{"]
            lines += [f"  {x}" for s in node.body for x in self._statement(s)]
            if node.orelse:
                lines.append("} else {")
                lines += [f"  {x}" for s in node.orelse for x in self._statement(s)]
            return [*lines, "}"]
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            return self._assignment(node.targets[0], node.value)
        raise self._refusal(node)

    def _assignment(self, target: ast.expr, value: ast.expr) -> list[str]:
        if isinstance(target, ast.Name) and _is_type(value):
            self._types.add(target.id)
            return []
        if isinstance(target, ast.Attribute):
            return [f"{self._expression(target)} = {self._expression(value)};"]
        if not isinstance(target, ast.Name):
            raise self._refusal(target)
        lines = [f"{target.id} = {self._expression(value)};"]
        if self._is_wide(value):
            self._wide_names.add(target.id)
        if self._noted:
            lines.append(f'if (note) note("{target.id}", {target.id});')
        return lines

    def _returned(self, node: ast.expr) -> str:
        """Write what is returned; coefficients are rounded to the dtype at last."""
        if not self._noted:
            self.returns_wide = self._is_wide(node)
        elif isinstance(node, ast.Tuple):
            values = [
                f"F({self._expression(e)})" if self._is_wide(e) else self._expression(e)
                for e in node.elts
            ]
            return f"[{', '.join(values)}]"
        return self._expression(node)

    def _is_wide(self, node: ast.expr) -> bool:
        """Tell whether an expression is float64 in a rule of any dtype."""
        if isinstance(node, ast.Name):
            return node.id in self._wide_names
        if isinstance(node, ast.BinOp):
            return self._is_wide(node.left) or self._is_wide(node.right)
        if isinstance(node, ast.UnaryOp):
            return self._is_wide(node.operand)
        if isinstance(node, ast.IfExp):
            return self._is_wide(node.body) or self._is_wide(node.orelse)
        if isinstance(node, ast.Call):
            name = _called(node)
            helper = self._values.get(name)
            if name == "float64":
                return True
            if name in _FUNCTIONS and name != "float32_rounded":
                return any(self._is_wide(argument) for argument in node.args)
            if callable(helper) and hasattr(
                getattr(helper, "py_func", helper), "__code__"
            ):
                return self._translator.function(helper) in self._translator.wide
        return False

    def _rounding(self, node: ast.expr) -> str:
        return "D" if self._is_wide(node) else "F"

    def _expression(self, node: ast.expr) -> str:
        write = getattr(self, f"_{type(node).__name__.lower()}", None)
        if write is None:
            raise self._refusal(node)
        text: str = write(node)
        return text

    def _name(self, node: ast.Name) -> str:
        if node.id in self._local:
            return node.id
        value = self._values.get(node.id)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return repr(value)
        raise self._refusal(node)

    def _constant(self, node: ast.Constant) -> str:
        if isinstance(node.value, bool):
            return "true" if node.value else "false"
        if not isinstance(node.value, (int, float)):
            raise self._refusal(node)
        return repr(node.value)

    def _attribute(self, node: ast.Attribute) -> str:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return f"self.{node.attr}"
        raise self._refusal(node)

    def _binop(self, node: ast.BinOp) -> str:
        if isinstance(node.op, ast.Pow) and _is_two(node.right):
            base = self._expression(node.left)
            return f"{self._rounding(node)}({base} * {base})"
        sign = _OPERATORS.get(type(node.op))
        if sign is None:
            raise self._refusal(node)
        text = f"{self._expression(node.left)} {sign} {self._expression(node.right)}"
        # What methods compute of `self` is Python's own float64.
        return (
            f"({text})"
            if "self" in self._local and not self._types
            else f"{self._rounding(node)}({text})"
        )

    def _unaryop(self, node: ast.UnaryOp) -> str:
        sign = {ast.USub: "-", ast.UAdd: "+", ast.Not: "!"}.get(type(node.op))
        if sign is None:
            raise self._refusal(node)
        return f"{sign}({self._expression(node.operand)})"

    def _compare(self, node: ast.Compare) -> str:
        sign = _OPERATORS.get(type(node.ops[0]))
        if len(node.ops) != 1 or sign is None:
            raise self._refusal(node)
        left, right = self._expression(node.left), self._expression(node.comparators[0])
        return f"({left} {sign} {right})"

    def _boolop(self, node: ast.BoolOp) -> str:
        sign = f" {_OPERATORS[type(node.op)]} "
        return f"({sign.join(self._expression(v) for v in node.values)})"

    def _ifexp(self, node: ast.IfExp) -> str:
        parts = [self._expression(x) for x in (node.test, node.body, node.orelse)]
        return "({} ? {} : {})".format(*parts)

    def _tuple(self, node: ast.Tuple) -> str:
        return f"[{', '.join(self._expression(e) for e in node.elts)}]"

    def _call(self, node: ast.Call) -> str:
        name = _called(node)
        if name == "tuple" and isinstance(node.args[0], ast.GeneratorExp):
            return self._unrolled(node.args[0])
        values = [self._expression(argument) for argument in node.args]
        if node.keywords:
            raise self._refusal(node)
        if name in self._types:
            return f"F({values[0]})"
        if name == "where" and len(values) == 3:
            return "({} ? {} : {})".format(*values)
        if name in _FUNCTIONS:
            called, rounds = _FUNCTIONS[name]
            if name == "power" and self._is_wide(node):
                # The page's powers are exact; others are for the browser to round.
                if not _is_step(node.args[1]):
                    raise self._refusal(node)
                called = "D.power"
            text = f"{called}({', '.join(values)})"
            return f"{self._rounding(node)}({text})" if rounds else text
        helper = self._values.get(name)
        if not callable(helper) or not hasattr(
            getattr(helper, "py_func", helper), "__code__"
        ):
            raise self._refusal(node)
        if any(self._is_wide(argument) for argument in node.args):
            raise self._refusal(node)  # A helper is written for the dtype alone.
        return f"{self._translator.function(helper)}({', '.join(values)})"

    def _unrolled(self, node: ast.GeneratorExp) -> str:
        """Write a tuple made of the attributes whose names a closure holds."""
        loop = node.generators[0]
        names = self._values.get(getattr(loop.iter, "id", ""))
        call = node.elt
        if (
            names is None
            or not isinstance(call, ast.Call)
            or getattr(call.func, "id", "") != "float32_rounded"
        ):
            raise self._refusal(node)
        return f"[{', '.join(f'Math.fround(self.{name})' for name in names)}]"

    def _refusal(self, node: ast.AST) -> UntranslatableError:
        return UntranslatableError(
            f"The study page cannot say {ast.unparse(node)!r} of "
            f"{self._function.__name__} in JavaScript."
        )


def tree_of(function: Function) -> ast.FunctionDef:
    """Return the syntax tree of a function.

    Raises
    ------
    UntranslatableError
        If its source cannot be read.
    """
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise UntranslatableError(
            f"The source of {function.__name__} cannot be read, so the study page "
            "cannot hold it: keep the rule in a file."
        ) from None
    tree = ast.parse(source).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise UntranslatableError(f"{function.__name__} must be written with def.")
    return tree


def lines_of(function: Function) -> list[list[str]]:
    """Return [target, text] of every assignment and returned value, as it is read."""
    function = getattr(function, "py_func", function)
    lines = []
    for node in ast.walk(tree_of(function)):
        if isinstance(node, ast.Assign):
            lines.append((node.lineno, ast.unparse(node.targets[0]), node.value))
    return [
        [name, ast.unparse(value).replace("np.", "")]
        for _, name, value in sorted(lines, key=lambda line: line[0])
    ]


def _is_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "type"


def _called(node: ast.Call) -> str:
    """Return the last name of what is called."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return getattr(node.func, "id", "")


def _is_step(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and _called(node) == "float64":
        node = node.args[0]
    return isinstance(node, ast.Name) and node.id == "step"


def _is_two(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 2
