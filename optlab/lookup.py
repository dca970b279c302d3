"""Find an object by name or configuration in a registry, as tf.keras's `get` does.

An initializer or a regularizer may be given as an instance, a class, a name
(``"he_normal"`` or ``"HeNormal"``), an experiment file's table
(``{"name": "random_normal", "stddev": 0.1}``) or tf.keras's serialized form
(``{"class_name": "HeNormal", "config": {...}}``).
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from optlab.errors import InputError, nearest, shown, unknown_name

T = TypeVar("T")


#: Class names that tf.keras writes as one word.
_ONE_WORD = {"RMSprop": "Rmsprop", "AdamW": "Adamw"}


@functools.cache
def snake_case(name: str) -> str:
    """Return tf.keras's snake-case form of a class name.

    Examples
    --------
    >>> snake_case("BatchNormalization"), snake_case("L1L2"), snake_case("AdamW")
    ('batch_normalization', 'l1_l2', 'adamw')
    """
    for word, one in _ONE_WORD.items():
        name = name.replace(word, one)
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def takes(function: Any, *values: Any) -> bool:
    """Whether a function can be called with so many arguments, as far as it says.

    Examples
    --------
    >>> takes(max, 1, 2), takes(lambda step: step, 1), takes(lambda: 0, 1), takes(3)
    (True, True, False, False)
    """
    if not callable(function):
        return False
    try:
        inspect.signature(function).bind(*values)
    except TypeError:
        return False
    except ValueError:
        pass  # a function in C that does not say what it takes
    return True


def listed(given: Any, single: tuple[type, ...]) -> list[Any]:
    """Return what was given as a list: all of a sequence, or the one; None for none.

    Parameters
    ----------
    given : object
    single : tuple of type
        What is one thing although it can be iterated over.
    """
    if given is None:
        return []
    if isinstance(given, single) or callable(given):
        return [given]
    try:
        entries = iter(given)
    except TypeError:
        return [given]
    return list(entries)


@functools.lru_cache(maxsize=512)
def parameters_of(cls: Any) -> Mapping[str, inspect.Parameter]:
    """Return what the constructor of a class takes; looked up once a class."""
    return inspect.signature(cls).parameters


#: Arguments of tf.keras that optlab lacks, which are False by default.
_OFF = frozenset(
    "sparse ragged stateful unroll time_major return_state synchronized renorm "
    "rms_scaling zero_output_for_mask supports_masking".split()
)


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
        value None, or False where tf.keras takes it, which asks for nothing.

    Raises
    ------
    InputError
        If an argument is unknown, missing, or refused by the class.
    """
    parameters = parameters_of(cls)
    any_name = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    valid = [
        name
        for name, parameter in parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    wanted = {}
    for name, value in arguments.items():
        if name in valid or any_name:
            wanted[name] = value
        elif value is not None and not (value is False and name in _OFF):
            guess = nearest(name, valid)
            hint = f" Did you mean {guess!r}?" if guess else ""
            if name.endswith("_constraint"):
                hint = " optlab has no constraints."
            raise InputError(
                f"The {kind} {label!r} has no argument {name!r} that can be "
                f"{value!r}.{hint} Valid: {', '.join(valid) or 'none'}."
            )
    for name in valid:
        if parameters[name].default is inspect.Parameter.empty and name not in wanted:
            raise InputError(f"The {kind} {label!r} needs `{name}`.")
    return cls(**wanted)


class Registry(Mapping[str, type[T]]):
    """The classes of one kind by their names.

    Found by its own name, by the class's and by aliases; case, spaces, hyphens and
    underscores do not count. Iterating goes over the own names only.

    Parameters
    ----------
    kind : str
        What is looked up, in the singular, for messages: "initializer".
    classes : mapping of str to type
        The classes by the name that files and commands use.
    aliases : mapping of str to str
        Further names of these.

    Examples
    --------
    >>> shades = Registry("shade", {"dark_red": int}, {"ruby": "dark_red"})
    >>> shades.find("Dark Red"), shades.find("ruby"), list(shades)
    (<class 'int'>, <class 'int'>, ['dark_red'])
    """

    def __init__(
        self,
        kind: str,
        classes: Mapping[str, type[T]],
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = kind
        self.aliases = dict(aliases or {})
        self._classes = dict(classes)
        self._names = {
            _key(name): own
            for own, cls in self._classes.items()
            for name in (cls.__name__, own)
        } | {_key(alias): own for alias, own in self.aliases.items()}

    def enter(self, name: str, cls: type[T]) -> None:
        """Add a class under a name."""
        self._classes[name] = cls
        self._names |= {_key(cls.__name__): name, _key(name): name}

    def __getitem__(self, name: str) -> type[T]:
        return self._classes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def name(self, name: object) -> str | None:
        """Return the own name of what has this name, None where nothing has."""
        return self._names.get(_key(name)) if isinstance(name, str) else None

    def find(self, name: object) -> type[T]:
        """Return the class of that name.

        Raises
        ------
        InputError
            If there is none; the message names the nearest.
        """
        own = self.name(name)
        if own is None:
            raise unknown_name(self.kind, name, [*self._classes, *self.aliases])
        return self._classes[own]

    def split(self, table: Mapping[str, Any]) -> tuple[type[T], dict[str, Any]]:
        """Return the class and the arguments that a table stands for.

        Parameters
        ----------
        table : mapping
            An experiment file's, ``{"name": "huber", "delta": 2.0}``, or tf.keras's
            serialized form, ``{"class_name": "Huber", "config": {"delta": 2.0}}``.

        Raises
        ------
        InputError
            If it has no name, an unknown one, or no mapping as `config`.
        """
        arguments = dict(table)
        name: object = arguments.pop("name", None)
        if "class_name" in table:
            name, config = table["class_name"], table.get("config")
            if table.get("registered_name") is not None:
                raise InputError(
                    f"optlab has no counterpart of the {self.kind} class {name!r} of "
                    f"module {table.get('module')!r}."
                )
            arguments = {} if config is None else config
        if not isinstance(name, str) or not isinstance(arguments, Mapping):
            raise InputError(
                f"A table for {a(self.kind)} needs a `name`, as in {{'name': "
                f"{min(self)!r}, ...}} or {{'class_name': ..., 'config': {{...}}}}. "
                f"Received: {dict(table)!r}"
            )
        return self.find(name), dict(arguments)

    def get(self, identifier: object) -> Any:  # type: ignore[override]
        """Return the object that `identifier` stands for.

        Parameters
        ----------
        identifier : object
            A name, a table, a serialized object, a class, or an instance or other
            callable, which is returned as it is.

        Raises
        ------
        InputError
            If the name or an argument is unknown, or the identifier is of another type.
        """
        if isinstance(identifier, str):
            return construct(self.kind, identifier, self.find(identifier), {})
        if isinstance(identifier, Mapping):
            cls, arguments = self.split(identifier)
            label = identifier.get("class_name", identifier.get("name"))
            return construct(self.kind, str(label), cls, arguments)
        if inspect.isclass(identifier):
            return construct(self.kind, identifier.__name__, identifier, {})
        if callable(identifier) or isinstance(
            identifier, tuple(self._classes.values())
        ):
            return identifier
        raise InputError(
            f"Could not interpret {identifier!r} as {a(self.kind)}. Expected a name, a "
            f"table such as {{'name': {min(self)!r}}}, or an instance."
        )


def _key(name: str) -> str:
    """Return a name without what does not count in it."""
    return re.sub(r"(?<=\w)[-_\s]+(?=\w)", "", name.strip()).lower()


def a(kind: str) -> str:
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
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if isinstance(value, (bool, np.bool_, str)) or not abs(found) < float("inf"):
        raise InputError(f"`{name}` must be a number. Received: {name}={shown(value)}")
    if low is not None and found < low:
        raise InputError(
            f"`{name}` must be at least {low}. Received: {name}={shown(value)}"
        )
    return found


def flag(name: str, value: object) -> bool:
    """Return True or False, or raise for anything else.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What came. A text such as "False" is refused: Python takes it for true.
    """
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise InputError(
        f"`{name}` must be true or false. "
        f"Received: {name}={shown(value)}.{meant_boolean(value)}"
    )


def meant_boolean(value: object) -> str:
    """Return " Did you mean false?" for "False" and the like, else nothing."""
    text = value if isinstance(value, str) else shown(value)
    meant = _MEANT.get(text.strip().lower())
    return f" Did you mean {meant}?" if meant else ""


#: What texts and numbers say that are written where a boolean belongs.
_MEANT = {
    **dict.fromkeys(("false", "no", "off", "0", "0.0", "none"), "false"),
    **dict.fromkeys(("true", "yes", "on", "1", "1.0"), "true"),
}


def one_of(name: str, value: object, allowed: Sequence[str]) -> str:
    """Return a name out of `allowed`, or raise and name the nearest."""
    if isinstance(value, str) and value in allowed:
        return value
    guess = nearest(value, allowed) if isinstance(value, str) else None
    raise InputError(
        f"`{name}` must be one of {', '.join(allowed)}. Received: {name}={value!r}."
        f"{f' Did you mean {guess!r}?' if guess else ''}"
    )


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
