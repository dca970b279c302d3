"""Functions whose text is generated: kept in the kernel cache, and compiled.

The text is written under a name that is a digest of everything it was made of, so it is
compiled once a machine and never served stale.
"""

from __future__ import annotations

import functools
import hashlib
import linecache
import types
from collections.abc import Callable, Mapping
from typing import Any

import numba
import numpy as np

from optlab.kernels.jit import cache_folder, digest
from optlab.kernels.kernel_cache import warn_once, warn_unwritable, write_whole

Function = Callable[..., Any]

#: For what kernels call: IEEE's rounding, no cache of its own.
_scalar = functools.partial(numba.njit, error_model="numpy")


def generated(
    name: str,
    source: str,
    made_of: str,
    functions: Mapping[str, Function],
    helpers: Mapping[str, Any],
    kernels: tuple[str, ...],
) -> dict[str, Any]:
    """Return the functions of a text by their names.

    Parameters
    ----------
    name : str
        What its file is called, besides the digest.
    source : str
        The text.
    made_of : str
        What else tells one text's machine code from another's.
    functions : mapping
        Plain functions that it calls, compiled for it alone.
    helpers : mapping
        Other names that it refers to; `np` is there.
    kernels : tuple of str
        The functions that are entered from Python, which are not compiled yet. All
        others of the text are.
    """
    text = "|".join([digest(), source, made_of])
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    # A long rule would not be inlined of itself, and its loop then not be vectorised.
    inlined = _scalar(forceinline=True)
    names: dict[str, Any] = {
        **{key: inlined(_named(each, mark)) for key, each in functions.items()},
        **helpers,
        "np": np,
        "__name__": __name__,
    }
    path = _write_once(f"{name}-{mark}.py", source)
    exec(compile(source, path, "exec"), names)
    for key, each in list(names.items()):
        if isinstance(each, types.FunctionType) and each.__code__.co_filename == path:
            own = _named(each, mark)
            names[key] = own if key in kernels else _scalar()(own)
    return names


def _named(function: Function, mark: str) -> Function:
    """Return a copy of a function whose name within its module ends in `mark`.

    Machine code is linked by name. If code of two rules, cached by two processes, had
    one in common, then the first that is loaded would serve the callers of both.
    """
    function = getattr(function, "py_func", function)
    copy = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__module__ = function.__module__
    copy.__qualname__ = f"{function.__qualname__}_{mark}"
    return copy


def _write_once(name: str, source: str) -> str:
    """Write `source` into the kernel cache unless it is there whole; return its path.

    Numba compares the time of the file with the time it remembers, so a file that is
    there already must not be touched.
    """
    folder = cache_folder()
    if folder is not None:
        path = folder / "rules" / name
        try:
            if not path.exists() or path.read_text() != source:
                if path.exists():
                    warn_once(f"The generated source {path} is damaged; rewritten.")
                path.parent.mkdir(exist_ok=True)
                write_whole(path, source.encode())
            return str(path)
        except OSError as error:
            warn_unwritable(path.parent, error)
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    return name
