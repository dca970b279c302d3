"""Describe a function by everything that its machine code depends on.

Two functions with one description compile to the same code. So the description goes
through all that a function reaches: its bytecode with nested functions, defaults,
closures, the global values it reads and the functions among them, and the files that
hold them.
"""

from __future__ import annotations

import dis
import hashlib
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

#: As imported, for the folder is reached by a link.
_KERNELS = Path(__file__).parent


class RuleError(TypeError):
    """A function that cannot be compiled safely; the message says what to change."""


def fingerprint(function: Callable[..., Any]) -> str:
    """Describe a function, and all that it reaches, as text.

    Raises
    ------
    RuleError
        If it reads an attribute of a module that is not NumPy: such a value may change
        without a trace in the function.
    """
    return "\n".join(_described(function, {}))


def _described(function: Callable[..., Any], seen: dict[int, int]) -> Iterator[str]:
    function = getattr(function, "py_func", function)
    if id(function) in seen:
        yield f"function {seen[id(function)]}"
        return
    seen[id(function)] = len(seen)
    code = function.__code__
    yield f"function {function.__module__} {function.__qualname__}"
    for default in (function.__defaults__, function.__kwdefaults__):
        yield f"default {default!r}"
    path = Path(code.co_filename)
    if path.parent == _KERNELS or _KERNELS in path.parents:
        return  # what we wrote ourselves is in the digest of all kernels
    yield _file(path)
    yield from _code(code)
    values = dict(_globals(function, code))
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        values[name] = cell.cell_contents
    for name, value in sorted(values.items()):
        yield f"{name} ="
        yield from _value(function, name, value, seen)


def _value(
    function: Callable[..., Any], name: str, value: Any, seen: dict[int, int]
) -> Iterator[str]:
    value = getattr(value, "py_func", value)
    if isinstance(value, types.FunctionType):
        yield from _described(value, seen)
    elif isinstance(value, types.ModuleType):
        if value.__name__.split(".")[0] != "numpy":
            raise RuleError(
                f"{place_of(function)} reads an attribute of the module `{name}`, "
                "which can change without a trace in the compiled code. Import the "
                f"value itself, `from {value.__name__} import ...`, or make it a "
                "hyperparameter."
            )
        yield f"{value.__name__} {np.__version__}"
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    else:
        yield repr(value)


def _code(code: types.CodeType) -> Iterator[str]:
    """Describe bytecode with its constants, nested functions among them."""
    yield code.co_code.hex()
    yield repr((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code(constant)
        else:
            yield repr(constant)


def _globals(
    function: Callable[..., Any], code: types.CodeType
) -> Iterator[tuple[str, Any]]:
    """Return the global values that bytecode reads, in nested functions too."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            if step.argval in function.__globals__:
                yield step.argval, function.__globals__[step.argval]
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _globals(function, constant)


def _file(path: Path) -> str:
    """Describe the source file; what was typed at a prompt has none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def place_of(function: Callable[..., Any]) -> str:
    """Return a function's name with its file and line."""
    function = getattr(function, "py_func", function)
    code = function.__code__
    return f"`{function.__name__}` ({code.co_filename}:{code.co_firstlineno})"
