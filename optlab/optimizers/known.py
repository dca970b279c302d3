"""The optimizers by name, for those that make others from a configuration.

`optlab.optimizers.registry` enters them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError, InputTypeError, unknown_name

#: Class by the lower-case name that files and commands use.
OPTIMIZERS: dict[str, Any] = {}
#: Optimizers that hold others, and so cannot be made from a name alone.
WRAPPERS: dict[str, Any] = {}
#: Those that have no update rule, and look at value and gradient as they need.
SEARCHERS: dict[str, Any] = {}


def names() -> list[str]:
    """Return the names that `get` knows."""
    return sorted(OPTIMIZERS)


def register(name: str, cls: Any) -> None:
    """Add an optimizer of your own under a name.

    Raises
    ------
    InputError
        If the name is taken by another class.
    """
    key = _key(name)
    if OPTIMIZERS.get(key, cls) is not cls:
        raise InputError(f"The optimizer name {key!r} is taken by {OPTIMIZERS[key]}.")
    OPTIMIZERS[key] = cls


def lookup(name: str) -> Any:
    """Return the class of a name: "adam", "AdamW", or one that was registered.

    A name never imports anything, for it may come from a file of somebody else; see
    `import_rule`.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    if ":" in name and _key(name) not in OPTIMIZERS:
        raise InputError(
            f"The optimizer {name!r} has not been imported, and a name alone imports "
            f"nothing. Say --rule {name} on the command line, or "
            f"optlab.optimizers.import_rule({name!r}) in Python."
        )
    if _key(name) not in OPTIMIZERS:
        raise unknown_name("optimizer", name, names())
    return OPTIMIZERS[_key(name)]


def class_of(name: str) -> Any:
    """Return the class of a name, one that wraps others or searches among them.

    Raises
    ------
    InputError
        If there is none.
    """
    return (WRAPPERS | SEARCHERS).get(_key(name)) or lookup(name)


def made(identifier: Any) -> Any:
    """Return an optimizer from a name or a configuration; see `optimizers.get`.

    Raises
    ------
    InputError
        If the name is unknown.
    InputTypeError
        If the identifier is neither, or an argument is unknown.
    """
    if isinstance(identifier, str):
        if _key(identifier) in WRAPPERS:
            raise InputTypeError(
                f"{WRAPPERS[_key(identifier)].__name__} wraps other optimizers; make "
                "it in Python, or from a configuration."
            )
        return class_of(identifier).from_config({})
    if isinstance(identifier, Mapping):
        if "class_name" in identifier:
            name = str(identifier["class_name"])
            cls = class_of(name)
            config = identifier.get("config") or {}
            if not isinstance(config, Mapping) or not all(map(_is_text, config)):
                raise InputTypeError(
                    "The `config` of an optimizer must be a mapping of argument names. "
                    f"Received: {config!r}"
                )
            return cls.from_config(config)
        if "name" in identifier:
            if not all(map(_is_text, identifier)):
                raise InputTypeError(
                    "The keys of an optimizer's configuration must be argument names. "
                    f"Received: {list(identifier)}"
                )
            arguments = {k: v for k, v in identifier.items() if k != "name"}
            return class_of(str(identifier["name"])).from_config(arguments)
    raise InputTypeError(
        "An optimizer must be a name, a configuration with `class_name` or `name`, or "
        f"an Optimizer. Received: {identifier!r}"
    )


def _is_text(key: Any) -> bool:
    return isinstance(key, str)


def _key(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
