"""What a constructor takes: each argument declared once, with its default and range.

A hyperparameter stands in the body of an optimizer's class, ``beta_1 = Number(0.9,
"[0, 1)")``. The constructor, its signature, `get_config` and every check read it there.
"""

from __future__ import annotations

import inspect
import math
import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from optlab.errors import InputError, InputTypeError, nearest, shown
from optlab.lookup import flag

#: Numbers reach the parameters through float32, as in tf.keras, so all must fit it.
LARGEST = float(np.finfo("float32").max)


def float32_rounded(value: float) -> float:
    """Round to float32, as tf.keras does even for float64 parameters.

    It keeps the rate in a float32 variable, and casts Python numbers through float32.
    """
    return float(np.float32(value))


class Hyperparameter:
    """An argument of a constructor, read as an attribute and fixed once it is made."""

    name = ""

    def __init__(self, default: Any) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Hyperparameter: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Any: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        """Return the value that an optimizer was made with."""
        return self if instance is None else vars(instance)[self.name]

    def __set__(self, instance: Any, value: Any) -> None:
        """Refuse: state and compiled loops belong to the value at the beginning."""
        raise AttributeError(
            f"`{self.name}` is fixed once the optimizer is made. "
            f"Make a new one with {self.name}={value!r}."
        )

    def checked(self, value: Any) -> Any:
        """Return the value as it is kept, or raise InputError."""
        raise NotImplementedError

    def refusal(self, expected: str, value: Any) -> InputError:
        """Return the error that says what was expected and what came."""
        return InputError(
            f"`{self.name}` must be {expected}. Received: {self.name}={shown(value)}"
        )


class Number(Hyperparameter):
    """A finite number.

    Parameters
    ----------
    default : float or None
        Its default.
    interval : str
        Where it must lie, such as "[0, 1)".
    optional : bool
        Whether None is a value too.
    """

    def __init__(
        self,
        default: float | None,
        interval: str = "(-inf, inf)",
        optional: bool = False,
    ) -> None:
        super().__init__(default)
        self.interval, self.optional = interval, optional
        self._low, self._high = map(float, interval[1:-1].split(","))

    def checked(self, value: Any) -> float | None:
        """Return the number as a float."""
        if value is None and self.optional:
            return None
        number = as_float(value)
        if number is None:
            none = " or None" if self.optional else ""
            raise self.refusal(f"a number{none}", value)
        above = number >= self._low if self.interval[0] == "[" else number > self._low
        below = (
            number <= self._high if self.interval[-1] == "]" else number < self._high
        )
        if not (above and below):
            raise self.refusal(f"in {self.interval}", value)
        if not abs(number) <= LARGEST:
            raise self.refusal(f"a number of float32's range, {LARGEST:.2g}", value)
        return number


class Integer(Hyperparameter):
    """A whole number in a range; None too where that is the default.

    Parameters
    ----------
    default : int or None
        Its default.
    least, most : int
        The range, both ends in it.
    """

    def __init__(self, default: int | None, least: int, most: int) -> None:
        super().__init__(default)
        self.least, self.most = least, most

    def checked(self, value: Any) -> int | None:
        """Return the number as an int; 0 and False stand for None where that may be."""
        none = " or None" if self.default is None else ""
        if none and (value is None or value is False):
            return None
        integral = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        number = int(value) if integral else -1
        if none and integral and number == 0:
            return 0
        if not integral or number < self.least:
            raise self.refusal(f"an integer >= {self.least}{none}", value)
        if number > self.most:
            raise self.refusal(f"at most {self.most}", value)
        return number


class Flag(Hyperparameter):
    """True or false."""

    def checked(self, value: Any) -> bool:
        """Return the flag as a bool."""
        return flag(self.name, value)


class Choice(Hyperparameter):
    """One of a few values.

    Parameters
    ----------
    default : object
        Its default.
    values : tuple
        What it may be.
    """

    def __init__(self, default: Any, values: tuple[Any, ...]) -> None:
        super().__init__(default)
        self.values = values

    def checked(self, value: Any) -> Any:
        """Return the value."""
        if type(value) not in {type(each) for each in self.values} or (
            value not in self.values
        ):
            raise self.refusal(f"one of {', '.join(map(repr, self.values))}", value)
        return value


class Text(Hyperparameter):
    """A piece of text, or None."""

    def checked(self, value: Any) -> str | None:
        """Return the text."""
        if value is not None and not isinstance(value, str):
            raise self.refusal("text or None", value)
        return value


class Patterns(Hyperparameter):
    """Regular expressions, or None."""

    @classmethod
    def checked_as(cls, name: str, value: Any) -> list[str]:
        """Return the expressions of another argument as a list."""
        patterns = cls(None)
        patterns.name = name
        return patterns.checked(value)

    def checked(self, value: Any) -> list[str]:
        """Return the expressions as a list."""
        if value is None:
            return []
        words = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
        if not words or not all(isinstance(word, str) for word in value):
            raise self.refusal("a list of patterns", value)
        for word in value:
            try:
                re.compile(word)
            except re.error as error:
                message = f"a list of regular expressions; {word!r}: {error}"
                raise self.refusal(message, value) from None
        return list(value)


def as_float(value: Any) -> float | None:
    """Return a real number as a float; None for what is none, NaN or beyond float64."""
    if not isinstance(value, numbers.Real) or isinstance(value, (bool, np.bool_)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf  # type: ignore[operator]
    return None if math.isnan(number) else number


def declared(cls: type) -> dict[str, Hyperparameter]:
    """Return what a class declares in its own body, in order."""
    return {k: v for k, v in vars(cls).items() if isinstance(v, Hyperparameter)}


def bound(
    owner: str,
    names: Sequence[str],
    keywords_only: Iterable[str],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> dict[str, Any]:
    """Match a constructor's arguments to their names, or say which does not fit.

    Parameters
    ----------
    owner : str
        The name of the class, for messages.
    names : sequence of str
        Arguments that may stand without their name, in order.
    keywords_only : iterable of str
        The others.
    args, kwargs
        What came.

    Raises
    ------
    InputTypeError
        If an argument is unknown, comes twice or stands without a name it needs.
    """
    if len(args) > len(names):
        raise InputTypeError(
            f"{owner} takes at most {len(names)} arguments without their names: "
            f"{', '.join(names)}. Received: {len(args)}"
        )
    given = dict(zip(names, args, strict=False))
    others = [name for name in keywords_only if name not in names]
    for name in kwargs:
        if name in given:
            raise InputTypeError(f"{owner} got `{name}` twice.")
        if name not in names and name not in others:
            guess = nearest(name, [*names, *others])
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise InputTypeError(
                f"{owner} got an unknown option {name!r}.{hint} It takes "
                f"{', '.join(names)}; besides its own arguments: {', '.join(others)}."
            )
    return {**given, **kwargs}


def signature(
    own: Mapping[str, Hyperparameter],
    options: Mapping[str, Hyperparameter],
    rate: float,
) -> inspect.Signature:
    """Return the signature of an optimizer's constructor."""
    kind = inspect.Parameter
    found = [kind("learning_rate", kind.POSITIONAL_OR_KEYWORD, default=rate)]
    for name, each in own.items():
        found.append(kind(name, kind.POSITIONAL_OR_KEYWORD, default=each.default))
    for name, each in options.items():
        if name not in own:
            found.append(kind(name, kind.KEYWORD_ONLY, default=each.default))
    return inspect.Signature(found)
