"""The cure in the lines of the user's own script: old, new, and where."""

from __future__ import annotations

import contextlib
import functools
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optlab.errors import InputError
from optlab.experiments.paths import Tree
from optlab.validation.programs.building import layers_of
from optlab.validation.programs.calls import arguments_of
from optlab.validation.programs.code import loss_text, optimizer_text
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.places import Place
from optlab.validation.programs.program import Program
from optlab.validation.programs.source import Source, edited, given


@dataclass(frozen=True)
class LineChange:
    """One change of a program's source.

    Attributes
    ----------
    line : int or None
        Where the old text begins; None where the place is not known.
    old, new : str
        Source. An empty `old` is an insertion in front of the line, an empty `new` a
        deletion.
    beside : str
        Of an insertion within a line: the call that it goes "before" or "after".
    """

    line: int | None
    old: str
    new: str
    beside: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        if self.old:
            return f"{where}{self.old}  ->  {self.new or '(remove)'}"
        if self.beside:
            at = f"line {self.line}, " if self.line else ""
            return f"{at}{self.beside}: {self.new}"
        return f"before {where}{self.new}" if where else self.new


def line_changes(
    captured: Captured, script: str, before: Program, cured: Program
) -> list[LineChange]:
    """Return what to change in the user's program, in the order of its lines."""
    text = Path(script).read_text("utf-8") if script else ""
    source = Source(text)
    found = [
        *_step_changes(captured, cured),
        *_layer_changes(captured, source, before, cured),
        *_compile_changes(captured, source, before, cured),
        *_fit_changes(captured, source, before, cured),
    ]
    return sorted(found, key=lambda change: change.line or 10**9)


def _step_changes(captured: Captured, cured: Program) -> list[LineChange]:
    """Return the removal of a train_step of one's own."""
    if cured.tree["model"].get("train_step") != "keras":
        return []
    owner = type(captured.model)
    line: int | None = None
    with contextlib.suppress(OSError, TypeError):
        line = inspect.getsourcelines(owner.train_step)[1]
    return [LineChange(line, f"def train_step of {owner.__name__}", "")]


def _layer_changes(
    captured: Captured, source: Source, before: Program, cured: Program
) -> list[LineChange]:
    template = before.template
    old, new = before.tree["model"]["layers"], cured.tree["model"]["layers"]
    if old == new:
        return []
    kept = {entry["name"]: entry for entry in new if "name" in entry}
    own = [captured.places.get(id(layer)) for layer in template.layers.values()]
    first = next((place for place in own if place is not None), None)
    call_of = functools.partial(source.call, beside=own)
    if not kept:
        calls = [call_of(one) for entry in new for one in layers_of(entry, template)]
        made = source.spelled(f"keras.Sequential([{', '.join(calls)}])")
        text = f"{source.owner(captured.places.get(id(captured.model)))} = {made}"
        return [LineChange(_line(first), "the whole model", text)]
    found = []
    for entry in old:
        place = captured.places.get(id(template.layers.get(entry["name"])))
        call = source.at(place) or call_of(template.layers[entry["name"]])
        line = _line(place)
        changed = kept.get(entry["name"])
        if changed is None:
            found.append(LineChange(line, call, ""))
        elif changed != entry:
            found += _changed(line, call, entry, changed, template, call_of)
    return found + _insertions(captured, source, new, template, call_of)


def _insertions(
    captured: Captured, source: Source, new: list[Tree], template: Any, call_of: Any
) -> list[LineChange]:
    """Return the layers that are new, each with the layer that it goes before."""
    found: list[LineChange] = []
    line, beside = None, "after the last layer"
    for entry in reversed(new):
        if "name" in entry:
            place = captured.places.get(id(template.layers[entry["name"]]))
            line = place.line if place else line
            text = source.at(place) or call_of(template.layers[entry["name"]])
            beside = f"before {text}"
            continue
        made = [call_of(one) for one in layers_of(entry, template)]
        found[:0] = [LineChange(line, "", text, beside) for text in made]
    return found


def _changed(
    line: int | None, call: str, old: Tree, new: Tree, template: Any, call_of: Any
) -> list[LineChange]:
    """Return the changes of one layer: its own call, and layers that follow it."""
    made = layers_of(new, template)
    keys = [k for k in {**old, **new} if old.get(k) != new.get(k)]
    extra = ("batch_normalization", "dropout")
    own = [k for k in keys if k not in (*extra, "trainable", "name")]
    values: dict[str, str | None] = {}
    written = dict(part.split("=", 1) for part in arguments_of(made[0]) if "=" in part)
    for key in own:
        values[key] = written.get(key)
        if key in ("units", "dropout") or (
            key == "activation" and not new.get("units")
        ):
            values[key] = repr(new[key]) if key in new else None
    if "dropout" in keys and old.get("dropout") and not old.get("units"):
        values["rate"] = repr(new.get("dropout", 0.0))
    found = []
    if values:
        try:
            text = edited(call, **values)
        except (SyntaxError, InputError):
            text = call_of(made[0])
        found.append(LineChange(line, call, text))
    if "trainable" in keys:
        text = f"{new['name']!r}: layer.trainable = {new.get('trainable', True)}"
        found.append(LineChange(line, f"layer {new['name']!r} frozen", text))
    for one in made[1:]:
        found.append(LineChange(line, "", call_of(one), f"after {call}"))
    return found


def _line(place: Place | None) -> int | None:
    return None if place is None else place.line


def _compile_changes(
    captured: Captured, source: Source, before: Program, cured: Program
) -> list[LineChange]:
    place = captured.places.get(id(captured.model))
    call = source.at(place)
    values: dict[str, str | None] = {}
    found = []
    if before.tree["loss"] != cured.tree["loss"]:
        values["loss"] = source.spelled(loss_text(cured))
    if before.tree["optimizer"] != cured.tree["optimizer"]:
        own = captured.places.get(id(captured.model.optimizer))
        text = source.at(own)
        same = before.tree["optimizer"]["name"] == cured.tree["optimizer"]["name"]
        rate = cured.tree["optimizer"].get("learning_rate")
        name = type(captured.model.optimizer).__name__
        if same and f"{name}(" in text and own != place and not isinstance(rate, dict):
            new = edited(text, lr=None, learning_rate=repr(rate))
            found.append(LineChange(_line(own), text, new))
        else:
            values["optimizer"] = source.spelled(optimizer_text(cured))
    if values:
        found.append(_of_call(place, call, "model.compile", values))
    return found


def _fit_changes(
    captured: Captured, source: Source, before: Program, cured: Program
) -> list[LineChange]:
    place, call = captured.place, source.at(captured.place)
    old, new = before.tree["training"], cured.tree["training"]
    values: dict[str, str | None] = {}
    for key in ("epochs", "batch_size", "shuffle", "steps_per_epoch"):
        if old.get(key) != new.get(key):
            default = True if key == "shuffle" else None
            value = new.get(key, default)
            values[key] = None if value is None else repr(value)
    if cured.tree["data"].get("unsplit"):
        values["validation_split"] = None
    if new.get("class_weight") == "balanced":
        values["class_weight"] = "weights"
    line = _line(place)
    found = _row_changes(captured, source, before, cured, values)
    if values and captured.call == "train_on_batch":
        says = [f"{key} {value}" for key, value in values.items() if value]
        found.append(LineChange(line, "", f"# in the loop: {', '.join(says)}"))
    elif values:
        found.append(_of_call(place, call, f"model.{captured.call}", values))
    return found


def _row_changes(
    captured: Captured,
    source: Source,
    before: Program,
    cured: Program,
    values: dict[str, str | None],
) -> list[LineChange]:
    """Return what happens to the rows before `fit`; their new names go to `values`."""
    call = source.at(captured.place)
    line = _line(captured.place)
    table, first = cured.tree["data"], before.tree["data"]
    changed = {k for k in table if table[k] != first.get(k, "none")}
    found = []
    names = ["x", "y"]
    for k, key in enumerate(("scale", "target_scale")):
        written = given(call, k, names[k])
        if written.isidentifier():
            names[k] = written
        elif written and key in changed:  # an expression: it gets a name
            found.append(LineChange(line, "", f"{names[k]} = {written}"))
            values[names[k]] = names[k]
    x, y = names
    if "scale" in changed:
        rank = len(cured.template.input_shapes[0])
        axis = tuple(range(rank)) if rank > 1 else 0
        text = f"{x} = ({x} - {x}.mean({axis})) / ({x}.std({axis}) + 1e-12)"
        if table["scale"] == "minmax":
            text = f"{x} = {x} / {x}.max()"
        if captured.arguments.get("validation_data") is not None:
            text += "  # validation rows by the same numbers"
        found.append(LineChange(line, "", text))
    if "target_scale" in changed:
        found.append(LineChange(line, "", f"{y} = ({y} - {y}.mean(0)) / {y}.std(0)"))
    if values.get("class_weight"):
        text = (
            "weights = dict(enumerate(len(y) / (np.bincount(y) * len(np.bincount(y)))))"
        )
        found.append(LineChange(line, "", text.replace("(y)", f"({y})")))
    if "source" in changed:
        found.append(
            LineChange(line, "", f"# repair the rows {x}, {y} (see the cause)")
        )
    return found


def _of_call(
    place: Place | None, call: str, name: str, values: dict[str, str | None]
) -> LineChange:
    if call:
        return LineChange(_line(place), call, edited(call, **values))
    inner = ", ".join(f"{key}={value}" for key, value in values.items() if value)
    return LineChange(None, f"{name}(...)", f"{name}(..., {inner})")
