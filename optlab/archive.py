"""Nested dictionaries, lists, numbers and arrays in one .npz file, written whole.

The structure is JSON under the key "document"; each array is a member of its own that
the JSON points to. Numbers keep all their bits. Nothing in the file is executed.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.files import reason, write_atomically

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
    target = Path(path)
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
    source = Path(path)
    if not source.exists() and not source.suffix:
        source = source.with_suffix(".npz")
    try:
        with open(source, "rb") as file, np.load(file, allow_pickle=False) as members:
            found = {name: members[name] for name in members.files}
        document: dict[str, Any] = _unpacked(json.loads(str(found["document"])), found)
    except OSError as error:
        raise InputError(f"Cannot read {source}: {reason(error)}") from error
    except (KeyError, ValueError, EOFError, AttributeError, zipfile.BadZipFile):
        raise InputError(
            f"{source} is not a file that optlab saved, or it is damaged."
        ) from None
    return document


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
