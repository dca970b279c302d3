"""Files written whole or not at all: to a name beside the target, then renamed.

A reader never sees half a file, and a write that is interrupted or meets a full disk
leaves the file of before.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from optlab.errors import InputError


def reason(error: OSError) -> str:
    """Return the system's word for an error, as "No space left on device"."""
    return error.strerror or str(error)


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path with ``~`` and ``~user`` replaced by the home folder.

    Raises
    ------
    InputError
        If there is no such user, or no home, or `path` is no path.
    """
    if not isinstance(path, (str, os.PathLike)) or "\0" in os.fsdecode(path):
        raise InputError(f"A path must be a text without NUL. Received: {path!r}")
    if any(len(os.fsencode(part)) > 255 for part in Path(os.fsdecode(path)).parts):
        raise InputError(f"A file's name is too long. Received: {str(path)[:60]!r}...")
    try:
        return Path(os.fsdecode(path)).expanduser()
    except RuntimeError as error:
        message = f"The path {os.fspath(path)!r} cannot be read: {error}"
        raise InputError(message) from None


@contextmanager
def write_atomically(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name when the block ends without an error.

    Parameters
    ----------
    path : path-like
        The file; an existing one is replaced, and a link to one is followed.

    Yields
    ------
    file
        Open for bytes. What the block writes is on the disk before the file is renamed.

    Raises
    ------
    InputError
        If the path is a folder or a device, or the system refuses; the message names
        the path and says why. The file of before is left as it was.
    """
    target = Path(os.path.realpath(expanded(path)))
    if target.exists() and not target.is_file():
        what = "folder" if target.is_dir() else "device"
        raise InputError(f"Cannot write {os.fspath(path)!r}: it is a {what}.")
    temporary = target.parent / f".{secrets.token_hex(8)}.part"
    try:
        try:
            with open(temporary, "xb") as file:  # the permissions of any new file
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(
            f"Cannot write {os.fspath(path)!r}: {reason(error)}."
        ) from error


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file in UTF-8, whole or not at all; errors as `write_atomically`."""
    with write_atomically(path) as file:
        file.write(text.encode())
