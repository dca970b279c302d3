"""Find an object by name or configuration in a registry, as tf.keras's `get` does.

An initializer or a regularizer may be given as an instance, a class, a name
(``"he_normal"`` or ``"HeNormal"``), an experiment file's table
(``{"name": "random_normal", "stddev": 0.1}``) or tf.keras's serialized form
(``{"class_name": "HeNormal", "config": {...}}``).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.errors import InputError, nearest, unknown_name


def snake_case(name: str) -> str:
    """Return tf.keras's snake-case form of a class name.

    Examples
    --------
    >>> snake_case("BatchNormalization"), snake_case("L1L2")
    ('batch_normalization', 'l1_l2')
    """
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def construct(kind: str, label: str, cls: type, arguments: Mapping[str, Any]) -> Any:
    """Call `cls` with keyword arguments, naming the first one it does not take.

    Parameters
    ----------
    kind, label : str
        What is made and under which name, for the message.
    cls : type
        Its class.
    arguments : mapping
        Keyword arguments. tf.keras's arguments that optlab lacks may be there with the
        value None or False, which asks for nothing.
    """
    valid = [name for name in inspect.signature(cls).parameters if name != "self"]
    wanted = {}
    for name, value in arguments.items():
        if name in valid:
            wanted[name] = value
        elif value is not None and value is not False:
            guess = nearest(name, valid)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise InputError(
                f"The {kind} {label!r} has no argument {name!r} that can be "
                f"{value!r}.{hint} Valid: {', '.join(valid) or 'none'}."
            )
    try:
        return cls(**wanted)
    except TypeError as error:
        raise InputError(f"The {kind} {label!r} cannot be made: {error}") from error


def lookup(kind: str, identifier: object, registry: Mapping[str, type]) -> Any:
    """Return the object that `identifier` stands for.

    Parameters
    ----------
    kind : str
        What is looked up, in the singular, for messages: "initializer".
    identifier : object
        A name, a table, a serialized object, a class, or an instance or other callable,
        which is returned as it is.
    registry : mapping of str to type
        The classes by name.

    Raises
    ------
    InputError
        If the name or an argument is unknown, or the identifier is of another type.
    """
    if isinstance(identifier, str):
        label, arguments = identifier, {}
    elif isinstance(identifier, Mapping):
        arguments = dict(identifier)
        if "class_name" in arguments:
            label = arguments["class_name"]
            arguments = dict(arguments.get("config") or {})
        elif "name" in arguments:
            label = arguments.pop("name")
        else:
            raise InputError(
                f"A table for {_a(kind)} needs a `name`. Received: {dict(identifier)!r}"
            )
    elif inspect.isclass(identifier):
        return construct(kind, identifier.__name__, identifier, {})
    elif callable(identifier) or type(identifier) in registry.values():
        return identifier
    else:
        raise InputError(
            f"Could not interpret {identifier!r} as {_a(kind)}. Expected a name, a "
            f"table such as {{'name': {min(registry)!r}}}, or an instance."
        )
    if label not in registry:
        raise unknown_name(kind, label, {snake_case(name) for name in registry})
    return construct(kind, str(label), registry[label], arguments)


def _a(kind: str) -> str:
    """Put the indefinite article before a noun."""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def keras_object(
    module: str, instance: object, config: Mapping[str, Any]
) -> dict[str, Any]:
    """Return tf.keras's serialized form of an object with that configuration."""
    return {
        "module": module,
        "class_name": type(instance).__name__,
        "config": dict(config),
        "registered_name": None,
    }


def number(name: str, value: object, low: float | None = None) -> float:
    """Return `value` as a float, or raise where it is no finite number.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What came.
    low : float, optional
        The smallest number allowed.
    """
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = float("nan")
    if isinstance(value, (bool, str)) or not abs(found) < float("inf"):
        raise InputError(f"`{name}` must be a number. Received: {name}={value!r}")
    if low is not None and found < low:
        raise InputError(f"`{name}` must be at least {low}. Received: {name}={value!r}")
    return found


def is_count(value: object, low: int) -> bool:
    """Tell whether `value` is an integer of at least `low`."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        return False
    return bool(value >= low)


def checked_seed(seed: Any) -> int | None:
    """Return the seed as an integer, at least 0, or None; raise for anything else."""
    if seed is None:
        return None
    if not is_count(seed, 0):
        raise InputError(
            f"`seed` must be None or an integer, at least 0. Received: seed={seed!r}"
        )
    return int(seed)
