"""One decorator for every compiled function, with a disk cache that is never stale.

Numba's own cache looks only at the file that holds the function: after an edit in a
helper elsewhere the caller keeps the old machine code. Here the name of the cache
folder is a digest of every source file of `optlab.kernels` and of the versions of Numba
and NumPy, so any edit opens a new, empty folder.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np

from optlab.kernels.kernel_cache import KernelCache, usable

_FOLDER = Path(__file__).resolve().parent


def cache_root() -> Path:
    """Return the folder above all caches: NUMBA_CACHE_DIR, or the user's cache."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given)
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # neither HOME nor an entry for the user
        return Path(tempfile.gettempdir()) / f"optlab-{os.geteuid()}"
    return Path(home) / "optlab"


@functools.cache
def digest() -> str:
    """Return 16 hex digits that change with any kernel source or library version."""
    found = hashlib.sha256(f"{numba.__version__} {np.__version__}".encode())
    for path in sorted(_FOLDER.rglob("*.py")):
        found.update(str(path.relative_to(_FOLDER)).encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


@functools.cache
def cache_folder() -> Path | None:
    """Return the folder of this digest, made if needed; None if none can be used."""
    folder = cache_root() / digest()
    return folder if usable(folder) else None


@contextmanager
def _numba_cache_in(folder: Path) -> Iterator[None]:
    """Point Numba's cache at `folder` while a function is being decorated.

    Numba fixes a function's cache folder at decoration, so the setting is put back at
    once and the cache of the user's own code stays where it was.
    """
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before


def kernel(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Compile `function` with Numba under the rules that all kernels share.

    No fastmath, so results are IEEE's; ``error_model="numpy"``, because Python's check
    for division by zero would stop vectorisation; ``nogil``, so threads can run side by
    side; cached on disk where a folder can be written.

    Parameters
    ----------
    function : callable
        A function of flat arrays and scalars.
    **options
        Passed on to `numba.njit`, such as ``parallel=True`` or ``inline="always"``.
    """
    if function is None:
        return functools.partial(kernel, **options)
    folder = cache_folder()
    jit = functools.partial(numba.njit, error_model="numpy", nogil=True, **options)
    compiled = jit()(function)
    if folder is None or not hasattr(compiled, "enable_caching"):
        return compiled
    if not Path(function.__code__.co_filename).exists():
        return compiled  # typed at a prompt: there is no file to cache beside
    try:
        with _numba_cache_in(folder):
            compiled._cache = KernelCache(function)
    except RuntimeError:
        pass  # Numba finds no folder that it can write to
    return compiled
