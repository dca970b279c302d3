"""Whether the workers of a cluster are what this process is: versions and sources."""

from __future__ import annotations

import functools
import hashlib
import importlib
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from optlab.errors import InputError

#: What decides the bits of a result, beside Python and optlab's own sources.
PACKAGES = ("optlab", "numpy", "numba")


@functools.cache
def about() -> dict[str, str]:
    """Return the versions of this process, and a digest of optlab's sources.

    Examples
    --------
    >>> list(about())
    ['python', 'optlab', 'numpy', 'numba', "optlab's sources"]
    """
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        found[name] = importlib.import_module(name).__version__
    return found | {"optlab's sources": _digest()}


def _digest() -> str:
    """Return 16 hex digits that change with any source file of the package."""
    root = Path(__file__).resolve().parents[1]
    found = hashlib.sha256()
    for folder in (root, (root / "kernels").resolve()):
        for path in sorted(folder.rglob("*.py")):
            found.update(str(path.relative_to(folder)).encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def check_same(who: str, theirs: Mapping[str, str], mine: Mapping[str, str]) -> None:
    """Raise where a worker is another than this process.

    Parameters
    ----------
    who : str
        Names the worker.
    theirs, mine : mapping
        What `about` returns.

    Raises
    ------
    InputError
        Naming the worker, and both versions of all that differs.
    """
    other = [
        f"{name} {theirs.get(name, 'none')} (here {version})"
        for name, version in mine.items()
        if theirs.get(name) != version
    ]
    if other:
        raise InputError(
            f"{who} has {', '.join(other)}: its results would not be those of this "
            "machine. Give it the same environment."
        )


def check_all(run: Callable[..., dict[str, Any]]) -> None:
    """Raise where a worker of a cluster is another than this process.

    Parameters
    ----------
    run : callable
        `distributed.Client.run`: a function -> worker's address -> its answer.

    Raises
    ------
    InputError
        See `check_same`; or if a worker has no optlab.
    """
    mine = about()
    # Python's version first, by its own function: others may not be there to be called.
    for who, version in run(platform.python_version).items():
        check_same(f"Worker {who}", mine | {"python": version}, mine)
    for who, theirs in run(about, on_error="return").items():
        if isinstance(theirs, Exception):
            raise lacks_optlab(f"Worker {who}", theirs) from theirs
        check_same(f"Worker {who}", theirs, mine)


def lacks_optlab(who: str, error: Exception) -> InputError:
    """Return the error for a worker or a scheduler that cannot import this package."""
    version = about()["optlab"]
    return InputError(
        f"{who} cannot import optlab {version} ({type(error).__name__}: {error}). "
        "Start it in an environment that has it."
    )
