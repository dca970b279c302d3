"""Nested dictionaries, lists, numbers and arrays in one .npz file, written whole.

The structure is JSON under the key "document"; each array is a member of its own that
the JSON points to. Numbers keep all their bits. Nothing in the file is executed.
"""

from __future__ import annotations

import json
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.files import expanded, reason, write_atomically
from optlab.typing import Array

_ARRAY = "__array__"


def write(path: str | os.PathLike[str], document: Mapping[str, Any]) -> Path:
    """Write a document; the file at `path` is the old one or the whole new one.

    Parameters
    ----------
    path : path
        Where to; ".npz" is added where there is no suffix.
    document : mapping
        Strings, numbers, None, arrays, and lists and dictionaries of these.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the folder is missing or cannot be written.
    """
    target = expanded(path)
    if not target.suffix:
        target = target.with_suffix(".npz")
    arrays: dict[str, Any] = {}
    text = json.dumps(_packed(document, arrays))
    arrays["document"] = np.array(text)
    with write_atomically(target) as file:
        np.savez(file, **arrays)
    return target


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what `write` wrote.

    Raises
    ------
    InputError
        If there is no such file, or it is none of ours.
    """
    source = expanded(path)
    if not source.exists() and not source.suffix:
        source = source.with_suffix(".npz")
    try:
        found = read_arrays(source)
        document = _unpacked(json.loads(str(found["document"])), found)
        if not isinstance(document, dict):
            raise ValueError
    except (InputError, KeyError, ValueError, TypeError, RecursionError) as error:
        if isinstance(error.__cause__, OSError):
            raise
        raise InputError(
            f"{source} is not a file that optlab saved, or it is damaged."
        ) from None
    return document


#: What comes out of NumPy and zipfile for an archive that is damaged.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    NotImplementedError,  # a way of packing that zipfile does not know
    RuntimeError,  # an encrypted member
    MemoryError,  # a header that promises more than there is
    OverflowError,
    tokenize.TokenError,  # a header of format 1 that is no Python text
    SyntaxError,
)


def read_arrays(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Return the arrays of an .npz file; nothing pickled is ever opened.

    Raises
    ------
    InputError
        If the file cannot be read, is no archive, is damaged, or holds a member that
        is no array; an `OSError` is its cause.
    """
    found: dict[str, Array] = {}
    try:
        with open(path, "rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise InputError(f"{path} is a single array; expected an .npz archive.")
            with archive:
                for name in archive.files:
                    found[name] = archive[name]
                    if not isinstance(found[name], np.ndarray):
                        raise InputError(f"{path}: the member {name!r} is no array.")
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"Cannot read {path}: {reason(error)}") from error
    except _DAMAGED as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} is not a readable .npz archive: {first}") from None
    return found


def _packed(value: Any, arrays: dict[str, Any]) -> Any:
    if isinstance(value, np.ndarray):
        key = f"array_{len(arrays)}"
        arrays[key] = value
        return {_ARRAY: key}
    if isinstance(value, np.generic):
        # A scalar keeps its dtype, so that what is read equals what was written.
        return _packed(np.asarray(value), arrays)
    if isinstance(value, Mapping):
        return {str(key): _packed(item, arrays) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_packed(item, arrays) for item in value]
    return value


def _unpacked(value: Any, arrays: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return arrays[value[_ARRAY]]
        return {key: _unpacked(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item, arrays) for item in value]
    return value
