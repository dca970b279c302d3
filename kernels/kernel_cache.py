"""Machine code on disk: whole or not at all, our own, and proved before it is loaded.

Numba keeps an index and numbered files, and unpickles whatever it finds there. Here
every compiled signature is one file, named by a digest of all that it depends on; it
begins with a digest of its content, so that a damaged file is a miss. Only a folder
that nobody else can write to is used, because what is read from it is run.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import stat
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache
from numba.core.serialize import dumps

_DIGEST_BYTES = hashlib.sha256().digest_size


class CodeFiles:
    """The files of one function; Numba's cache loads from them and saves to them.

    Parameters
    ----------
    folder : path
        Where they are.
    base : str
        What their names begin with.
    stamp : tuple
        Time and size of the function's source file.
    """

    def __init__(self, folder: str, base: str, stamp: Any) -> None:
        self._folder, self._base, self._stamp = Path(folder), base, stamp

    def _path(self, key: Any) -> Path:
        mark = hashlib.sha256(repr((numba.__version__, self._stamp, key)).encode())
        return self._folder / f"{self._base}.{mark.hexdigest()[:32]}.nbc"

    def load(self, key: Any) -> Any:
        """Return what was saved under `key`, or None."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        body = content[_DIGEST_BYTES:]
        if hashlib.sha256(body).digest() != content[:_DIGEST_BYTES]:
            warn_once(f"The compiled kernel {path} is damaged; it is compiled again.")
            return None
        return pickle.loads(body)

    def save(self, key: Any, data: Any) -> None:
        """Write `data` under `key`."""
        body = dumps(data)
        write_whole(self._path(key), hashlib.sha256(body).digest() + body)

    def flush(self) -> None:
        """Forget nothing: a name is never used for two things."""


class KernelCache(FunctionCache):  # type: ignore[misc]
    """Numba's cache of one function, on `CodeFiles`; without a disk it goes on."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = CodeFiles(
            self._cache_path,
            self._impl.filename_base,
            self._impl.locator.get_source_stamp(),
        )

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save a compiled signature, or warn that it cannot be."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            warn_unwritable(Path(self._cache_path), error)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even after a power cut."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def warn_unwritable(folder: Path, error: OSError) -> None:
    """Say once that compiled kernels cannot be kept."""
    warn_once(
        f"Compiled kernels cannot be kept in {folder} ({error.strerror}): every "
        "process compiles them anew. NUMBA_CACHE_DIR names another folder."
    )


@functools.cache
def warn_once(message: str) -> None:
    """Warn, the first time that there is reason to."""
    warnings.warn(message, RuntimeWarning, stacklevel=2)


def usable(folder: Path) -> bool:
    """Make a folder for code and tell whether it is ours alone and can be written.

    Parameters
    ----------
    folder : path
        Made with mode 0700 where it is missing.

    Warns
    -----
    RuntimeWarning
        If somebody else could put code there; it is not used then.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        stranger = _stranger(folder.resolve())
        if stranger is None:
            with tempfile.TemporaryFile(dir=folder):
                return True
    except OSError:
        return False  # a read-only home is no fault
    warn_once(
        f"The kernel cache {folder} is not used, because others could put code there: "
        f"{stranger}. Remove it, or set NUMBA_CACHE_DIR to a folder of your own."
    )
    return False


def _stranger(folder: Path) -> str | None:
    """Say who besides us could write to a folder or put another in its place."""
    if not hasattr(os, "geteuid"):
        return None  # Windows keeps a user's folders to that user
    us = os.geteuid()
    for place in (folder, *folder.parents):
        state = place.stat()
        mode = stat.S_IMODE(state.st_mode)
        if state.st_uid not in ((us,) if place == folder else (us, 0)):
            return f"{place} belongs to user {state.st_uid}"
        # In a shared folder with the sticky bit, /tmp, only owners replace what is
        # theirs. A group is trusted above, where many systems give each user one.
        shared = mode & (0o022 if place == folder else 0o002)
        if shared and not (place != folder and mode & stat.S_ISVTX):
            return f"{place} has mode {mode:04o}"
    return None
