"""The cure of a search, as a program with the names of the user's own layers."""

from __future__ import annotations

from typing import Any

from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.experiments.paths import Tree
from optlab.validation.programs.covering import in_steps
from optlab.validation.programs.program import Program


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
