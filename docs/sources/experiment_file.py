"""The reference of the experiment file, from its pydantic models."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

from docs.sources.markdown import table
from optlab.documentation import anchor
from optlab.experiments.experiment import TABLES

_HEAD = """\
# The experiment file

An experiment is a TOML file: `[data]`, `[model]` and `[loss]`, or `[function]`; then
`[optimizer]` and `[training]`. A key that is not listed is refused, and the nearest is
named. `optlab new FILE` writes a commented one to start from; `optlab run --list` lists
those that are shipped. Where names are asked for, they are those of the
[optimizers](../optimizers/index.md), [losses](losses.md), [layers](layers.md),
[metrics](metrics.md), [schedules](schedules.md), [callbacks](callbacks.md),
[initializers](initializers.md) and [problems](problems.md).
"""
_LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "minItems": "at least {}",
    "minLength": "at least {}",
}
_NAMES = {"object": "table", "array": "list", "number": "float"}


def pages() -> Iterator[tuple[str, str]]:
    """Yield the page."""
    parts = [_HEAD]
    for place, model in TABLES.items():
        name = ".".join(place)
        keys = model.model_json_schema(mode="serialization")
        shown = f"[{name}]" if len(place) == 1 else f"An entry of {name}"
        about = (inspect.getdoc(model) or "").partition(": ")[2]
        about = about[:1].upper() + about[1:]
        required = keys.get("required", ())
        rows = [
            (f"`{key}`", _type(each), _default(each, key in required))
            for key, each in keys["properties"].items()
        ]
        more = _MORE.get(name, "")
        parts += [f"({anchor('table', name)})=\n## {shown}\n", about + "\n", more]
        parts += [table(("key", "type", "default"), rows), ""]
    yield "reference/experiment-file.md", "\n".join(parts)


#: What tables take besides the keys that are declared.
_MORE = {
    "optimizer": "Other keys are arguments of the optimizer's constructor.\n",
    "loss": "Other keys are arguments of the loss's constructor.\n",
    "model.layers": (
        "Instead, `class` names a layer, and the other keys are its arguments.\n"
    ),
}


def _type(schema: dict[str, Any]) -> str:
    """Return what a key takes, in words."""
    if "anyOf" in schema:
        kinds = [_type(each) for each in schema["anyOf"] if each.get("type") != "null"]
        return " or ".join(kinds)
    if "enum" in schema:
        return ", ".join(f'`"{each}"`' for each in schema["enum"])
    kind = schema.get("type", "table")
    said = _NAMES.get(kind, kind)
    if kind == "array":
        said += f" of {_type(schema['items'])}"
    limits = [
        text.format(schema[key]) for key, text in _LIMITS.items() if key in schema
    ]
    return f"{said}, {', '.join(limits)}" if limits else said


def _default(schema: dict[str, Any], required: bool) -> str:
    if required:
        return "required"
    if schema.get("default") is None:
        return ""
    return f"`{json.dumps(schema['default'])}`"
