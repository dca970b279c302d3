"""Types of values in an experiment file that pydantic does not have by itself."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, PlainValidator

from optlab.errors import InputError


def is_number(value: object) -> bool:
    """Whether a value is a real number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_finite(value: object) -> bool:
    """Whether a value is a real number that a float can hold."""
    largest = sys.float_info.max
    return is_number(value) and abs(value) <= largest  # type: ignore[arg-type]


def made_by(module: str, value: Any) -> Any:
    """Have ``optlab.<module>.get`` check a name or a table; return what it made.

    Raises
    ------
    ValueError
        With the module's own message, if it cannot make anything of the value.
    """
    try:
        return importlib.import_module(f"optlab.{module}").get(value)
    except InputError as error:
        raise ValueError(str(error)) from None
    except TypeError as error:
        raise ValueError(str(error)) from None


def _name_or_table(value: Any) -> str | dict[str, Any]:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return dict(value)
    raise ValueError(
        'must be a name, or a table with a name such as { name = "..." }. '
        f"Received: {value!r}"
    )


def _checked_by(module: str) -> Any:
    def check(value: Any) -> str | dict[str, Any]:
        found = _name_or_table(value)
        made_by(module, found)
        return found

    return PlainValidator(check)


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _one_or_more_names(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and value:
        if all(isinstance(entry, str) for entry in value):
            return tuple(value)
    raise ValueError(f"must be a column name or a list of them. Received: {value!r}")


def _point(value: Any) -> tuple[float, ...]:
    entries = [value] if is_number(value) else value
    if isinstance(entries, list | tuple) and entries:
        if all(is_finite(x) for x in entries):
            return tuple(float(x) for x in entries)
    raise ValueError(f"must be a list of finite numbers. Received: {value!r}")


def _rate(value: Any) -> float | dict[str, Any]:
    if is_finite(value):
        return float(value)
    if isinstance(value, Mapping):
        made_by("schedules", dict(value))
        return dict(value)
    raise ValueError(
        "must be a finite number, or a schedule such as "
        f'{{ name = "exponential_decay", ... }}. Received: {value!r}'
    )


def _normalization(value: Any) -> bool | dict[str, Any]:
    if isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        from optlab.layers import BatchNormalization
        from optlab.lookup import construct

        construct("layer", "batch_normalization", BatchNormalization, value)
        return dict(value)
    raise ValueError(
        f"must be true, false, or a table of its arguments. Received: {value!r}"
    )


def _class_weight(value: Any) -> str | dict[str, float]:
    if value == "balanced":
        return "balanced"
    if isinstance(value, Mapping) and value:
        if all(is_number(w) and 0 <= w < np.inf for w in value.values()):
            return {str(key): float(weight) for key, weight in value.items()}
    raise ValueError(
        'must be "balanced", or a table of class = weight with weights of at least 0. '
        f"Received: {value!r}"
    )


Activation = Annotated[str | dict[str, Any], _checked_by("activations")]
BatchNorm = Annotated[bool | dict[str, Any], PlainValidator(_normalization)]
CallbackTable = Annotated[str | dict[str, Any], _checked_by("callbacks")]
ClassWeight = Annotated[str | dict[str, float], PlainValidator(_class_weight)]
Columns = Annotated[str | tuple[str, ...], PlainValidator(_one_or_more_names)]
Count = Annotated[int, Field(ge=1)]
Initializer = Annotated[str | dict[str, Any], _checked_by("initializers")]
MetricName = Annotated[str | dict[str, Any], _checked_by("metrics")]
Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Point = Annotated[tuple[float, ...], PlainValidator(_point)]
Rate = Annotated[float | dict[str, Any], PlainValidator(_rate)]
Regularizer = Annotated[str | dict[str, Any], _checked_by("regularizers")]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
AsTuple = BeforeValidator(_as_tuple)
