"""Experiments as TOML text: reading, writing, and changing a file in place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optlab.errors import InputError
from optlab.experiments.paths import Tree, replaced
from optlab.plain import plain

#: The order in which tables are written.
ORDER = ("data", "function", "model", "loss", "optimizer", "training")


def read_text(path: Path) -> str:
    """Return the text of an experiment file, or say why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"There is no experiment file {path}.") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: byte {error.start}.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def parse(text: str, origin: str) -> Tree:
    """Return the tables of a TOML text.

    Raises
    ------
    InputError
        If it is not TOML; the message has line and column.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{origin} is not TOML: {error}") from None
    except RecursionError:
        raise InputError(f"{origin} is nested too deeply.") from None


def _item(value: Any) -> Any:
    """Return a value as tomlkit writes it: tables inline, lists of tables by line."""
    import tomlkit

    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, entry in value.items():
            table.append(key, _item(entry))
        return table
    if isinstance(value, list):
        array = tomlkit.array()
        for entry in value:
            array.append(_item(entry))
        return array.multiline(any(isinstance(entry, Mapping) for entry in value))
    return tomlkit.item(value)


def write(tree: Tree) -> str:
    """Return the tables of an experiment as TOML text."""
    import tomlkit

    document = tomlkit.document()
    for name in ORDER:
        if name in tree:
            table = tomlkit.table()
            for key, value in tree[name].items():
                table.append(key, _item(value))
            document.append(name, table)
    return tomlkit.dumps(document)


def edit(text: str, changes: Mapping[str, Any]) -> str:
    """Return a TOML text with values changed at dotted paths and comments kept.

    Parameters
    ----------
    text : str
    changes : mapping
        Dotted path -> value; None removes the key.

    Raises
    ------
    InputError
        If the text is not TOML, or a path leads nowhere.
    """
    import tomlkit

    wanted = replaced(parse(text, "the experiment"), changes)
    document: Any = tomlkit.parse(text)
    for path, value in changes.items():
        *above, last = path.split(".")
        holder = document
        for key in above:
            at = _key(holder, key)
            if isinstance(at, str) and at not in holder:
                top = holder is document
                holder[at] = tomlkit.table() if top else tomlkit.inline_table()
            holder = holder[at]
        at = _key(holder, last)
        if value is not None:
            holder[at] = _item(plain(value))
        elif isinstance(at, int) or at in holder:
            del holder[at]
    edited = tomlkit.dumps(document)
    # Comments are worth less than a file that says what it should.
    return edited if tomllib.loads(edited) == wanted else write(wanted)


def _key(holder: Any, key: str) -> int | str:
    return int(key) if isinstance(holder, list) else key
