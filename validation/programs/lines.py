"""The cure in the lines of the user's own script: old, new, and where."""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.experiments.paths import Tree
from optlab.optimizers import TWINS
from optlab.validation.programs.building import layers_of
from optlab.validation.programs.calls import arguments_of
from optlab.validation.programs.code import loss_text, optimizer_text
from optlab.validation.programs.covering import in_steps
from optlab.validation.programs.hooks import Captured, Place
from optlab.validation.programs.program import Program


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
    """

    line: int | None
    old: str
    new: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        if not self.old:
            before = f"before line {self.line}: " if self.line else ""
            return f"{before}{self.new}"
        return f"{where}{self.old}  ->  {self.new or '(remove)'}"


def cured_program(program: Program, before: Any, cured: Any) -> Program:
    """Return the cure as a program, whichever engine found it.

    Parameters
    ----------
    program : Program
        As captured.
    before, cured : Experiment or Program
        What was searched, and its cure.
    """
    if isinstance(cured, Program):
        return cured
    if not isinstance(before, Experiment):
        raise InputError("The cure of an experiment needs the experiment.")
    tree, old, new = program.to_dict(), before.to_dict(), cured.to_dict()
    captured = tree["model"]["layers"]
    # A first Flatten is in the rows of the experiment.
    front = len(captured) - len(old["model"]["layers"])
    tree["model"]["layers"] = captured[:front] + _named(
        old["model"]["layers"], new["model"]["layers"], captured[front:]
    )
    for table in ("loss", "optimizer"):
        if new.get(table) != old.get(table):
            tree[table] = new[table]
    if new.get("training") != old.get("training"):
        tree["training"] = _of_epochs(new["training"], tree["training"])
    tree["loss"].pop("plain", None)
    for key in ("scale", "target_scale"):
        if key in new["data"]:
            tree["data"][key] = new["data"][key]
    if new["data"]["source"] != old["data"]["source"]:
        tree["data"]["source"] = new["data"]["source"]
    return program.with_tree(tree)


def _of_epochs(cured: Tree, captured: Tree) -> Tree:
    """Return a cured training table, its number of steps as the program gives it."""
    whole = dict(captured)
    in_steps(whole)
    if "steps" not in cured or cured["steps"] != whole.get("steps"):
        return cured
    given = {k: captured[k] for k in ("epochs", "steps_per_epoch") if k in captured}
    return {k: v for k, v in cured.items() if k != "steps"} | given


def _named(old: list[Tree], new: list[Tree], named: list[Tree]) -> list[Tree]:
    """Give the entries of a cure the names of the layers that they still are."""
    found: list[Tree] = []
    at = 0
    for entry in new:
        place = next(
            (k for k in range(at, len(old)) if _same_kind(old[k], entry)), None
        )
        if place is None or (len(new) != len(old) and old[place] != entry):
            found.append(dict(entry))
            continue
        found.append(_edited(old[place], entry, named[place]))
        at = place + 1
    return found


def _edited(old: Tree, new: Tree, captured: Tree) -> Tree:
    """Return a captured entry with what a cure has otherwise than before."""
    changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    kept = {key: value for key, value in captured.items() if key not in changed}
    return kept | {key: value for key, value in new.items() if key in changed}


def _same_kind(old: Tree, new: Tree) -> bool:
    kinds = ("units", "batch_normalization", "dropout")
    first = next((k for k in kinds if old.get(k)), "activation")
    second = next((k for k in kinds if new.get(k)), "activation")
    return first == second and old.get("class") == new.get("class")


def line_changes(
    captured: Captured, script: str, before: Program, cured: Program
) -> list[LineChange]:
    """Return what to change in the user's program, in the order of its lines."""
    text = Path(script).read_text("utf-8") if script else ""
    source = _Source(text)
    found = [
        *_step_changes(captured, cured),
        *_layer_changes(captured, source, before, cured),
        *_compile_changes(captured, source, before, cured),
        *_fit_changes(captured, source, before, cured),
    ]
    return sorted(found, key=lambda change: change.line or 10**9)


class _Source:
    """The text of a script, by places."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def at(self, place: Place | None) -> str:
        """Return the source of a call, in one line."""
        if place is None or place.end_line > len(self.lines):
            return ""
        rows = [line.encode() for line in self.lines[place.line - 1 : place.end_line]]
        rows[-1] = rows[-1][: place.end_column]
        rows[0] = rows[0][place.column :]
        return " ".join(row.decode().strip() for row in rows)


def edited(call: str, **changes: str | None) -> str:
    """Return the source of a call with keyword arguments set, or taken away (None).

    Positional arguments are found by the names in `_POSITIONS`.
    """
    node = ast.parse(call, mode="eval").body
    if not isinstance(node, ast.Call):
        raise InputError(f"{call} is no call.")
    node = copy.deepcopy(node)
    name = (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else getattr(node.func, "id", "")
    )
    positions = _POSITIONS.get(name, ())
    for key, value in changes.items():
        made = None if value is None else ast.parse(value, mode="eval").body
        place = positions.index(key) if key in positions else None
        if place is not None and place < len(node.args):
            if made is not None:
                node.args[place] = made
            else:
                del node.args[place]
            continue
        given = [word for word in node.keywords if word.arg == key]
        if made is None:
            node.keywords = [word for word in node.keywords if word.arg != key]
        elif given:
            given[0].value = made
        else:
            node.keywords.append(ast.keyword(key, made))
    return ast.unparse(node)


#: Names of positional arguments.
_POSITIONS: dict[str, tuple[str, ...]] = {
    "Dense": ("units", "activation"),
    "Dropout": ("rate",),
    "Activation": ("activation",),
    "Conv2D": ("filters", "kernel_size"),
    "LSTM": ("units",),
    "compile": ("optimizer", "loss"),
    "fit": ("x", "y", "batch_size", "epochs"),
    **{entry.cls.__name__: ("learning_rate",) for entry in TWINS.values()},
}


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
    captured: Captured, source: _Source, before: Program, cured: Program
) -> list[LineChange]:
    template = before.template
    old, new = before.tree["model"]["layers"], cured.tree["model"]["layers"]
    if old == new:
        return []
    kept = {entry["name"]: entry for entry in new if "name" in entry}
    first = next(
        (
            captured.places[id(layer)]
            for layer in template.layers.values()
            if id(layer) in captured.places
        ),
        None,
    )
    if not kept:
        calls = [_call(one) for entry in new for one in layers_of(entry, template)]
        text = f"model = keras.Sequential([{', '.join(calls)}])"
        return [LineChange(_line(first), "the whole model", text)]
    found = []
    for entry in old:
        place = captured.places.get(id(template.layers.get(entry["name"])))
        call = source.at(place) or _call(template.layers[entry["name"]])
        line = _line(place)
        changed = kept.get(entry["name"])
        if changed is None:
            found.append(LineChange(line, call, ""))
        elif changed != entry:
            found += _changed(line, call, entry, changed, template)
    line = None
    for entry in reversed(new):
        if "name" in entry:
            place = captured.places.get(id(template.layers[entry["name"]]))
            line = place.line if place else line
            continue
        for one in reversed(layers_of(entry, template)):
            found.append(LineChange(line, "", _call(one)))
    return found


def _changed(
    line: int | None, call: str, old: Tree, new: Tree, template: Any
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
            text = _call(made[0])
        found.append(LineChange(line, call, text))
    if "trainable" in keys:
        text = f"{new['name']!r}: layer.trainable = {new.get('trainable', True)}"
        found.append(LineChange(line, f"layer {new['name']!r} frozen", text))
    for one in made[1:]:
        found.append(LineChange(line, "", f"{_call(one)}  # after this layer"))
    return found


def _line(place: Place | None) -> int | None:
    return None if place is None else place.line


def _call(layer: Any) -> str:
    return f"{type(layer).__name__}({', '.join(arguments_of(layer))})"


def _compile_changes(
    captured: Captured, source: _Source, before: Program, cured: Program
) -> list[LineChange]:
    place = captured.places.get(id(captured.model))
    call = source.at(place)
    values: dict[str, str | None] = {}
    found = []
    if before.tree["loss"] != cured.tree["loss"]:
        values["loss"] = loss_text(cured)
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
            values["optimizer"] = optimizer_text(cured)
    if values:
        found.append(_of_call(place, call, "model.compile", values))
    return found


def _fit_changes(
    captured: Captured, source: _Source, before: Program, cured: Program
) -> list[LineChange]:
    place, call = captured.place, source.at(captured.place)
    old, new = before.tree["training"], cured.tree["training"]
    values: dict[str, str | None] = {}
    for key in ("epochs", "batch_size", "shuffle", "steps_per_epoch"):
        if old.get(key) != new.get(key):
            default = True if key == "shuffle" else None
            value = new.get(key, default)
            values[key] = None if value is None else repr(value)
    if new.get("class_weight") == "balanced":
        values["class_weight"] = "weights"
    found = []
    x, y = _given(call, 0, "x") or "x", _given(call, 1, "y") or "y"
    line = _line(place)
    table, first = cured.tree["data"], before.tree["data"]
    if table.get("scale", "none") != first.get("scale", "none"):
        rank = len(cured.template.input_shapes[0])
        axis = tuple(range(rank)) if rank > 1 else 0
        text = f"{x} = ({x} - {x}.mean({axis})) / ({x}.std({axis}) + 1e-12)"
        if table["scale"] == "minmax":
            text = f"{x} = {x} / {x}.max()"
        if captured.arguments.get("validation_data") is not None:
            text += "  # validation rows by the same numbers"
        found.append(LineChange(line, "", text))
    if table.get("target_scale", "none") != first.get("target_scale", "none"):
        found.append(LineChange(line, "", f"{y} = ({y} - {y}.mean(0)) / {y}.std(0)"))
    if values.get("class_weight"):
        text = (
            "weights = dict(enumerate(len(y) / (np.bincount(y) * len(np.bincount(y)))))"
        )
        found.append(LineChange(line, "", text.replace("(y)", f"({y})")))
    if table.get("source") != first.get("source"):
        found.append(
            LineChange(line, "", f"# repair the rows {x}, {y} (see the cause)")
        )
    if values and captured.call == "train_on_batch":
        says = [f"{key} {value}" for key, value in values.items() if value]
        found.append(LineChange(line, "", f"# in the loop: {', '.join(says)}"))
    elif values:
        found.append(_of_call(place, call, f"model.{captured.call}", values))
    return found


def _of_call(
    place: Place | None, call: str, name: str, values: dict[str, str | None]
) -> LineChange:
    if call:
        return LineChange(_line(place), call, edited(call, **values))
    inner = ", ".join(f"{key}={value}" for key, value in values.items() if value)
    return LineChange(None, f"{name}(...)", f"{name}(..., {inner})")


def _given(call: str, position: int, name: str) -> str:
    """Return the source of an argument of a call; empty where it is not a name."""
    try:
        node = ast.parse(call, mode="eval").body
    except SyntaxError:
        return ""
    if not isinstance(node, ast.Call):
        return ""
    named = [word.value for word in node.keywords if word.arg == name]
    value = (
        named[0]
        if named
        else (node.args[position] if position < len(node.args) else None)
    )
    return ast.unparse(value) if isinstance(value, ast.Name) else ""
