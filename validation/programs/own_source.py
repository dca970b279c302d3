"""What a written program takes over from the script: classes, constants, the model."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path

from optlab.errors import InputError
from optlab.validation.programs.program import Program
from optlab.validation.programs.source import Source


def own_source(script: str, names: set[str]) -> list[str]:
    """Return the script's imports, definitions and constants, for these names.

    Raises
    ------
    InputError
        If one of them is not defined at the top of the script.
    """
    if not names:
        return []
    if not script:
        raise InputError(f"{sorted(names)[0]} is a class whose source is not known.")
    text = Path(script).read_text("utf-8")
    kept: list[str] = []
    left = set(names)
    for node in ast.parse(text).body:
        names_of_it = _named(node)
        if names_of_it:
            kept.append(ast.get_source_segment(text, node) or "")
            left -= names_of_it
    if left:
        raise InputError(f"{sorted(left)[0]} is not defined at the top of the script.")
    return [*kept, ""]


def own_model(program: Program, script: str) -> tuple[set[str], list[str]]:
    """Return the names that a model of a class of one's own needs, and its line.

    Raises
    ------
    InputError
        If the script does not make it by a call whose names are known at its top.
    """
    template = program.template
    kind = type(template.model).__name__
    why = f"The model is of the class {kind}: the changed lines are the fix. "
    if program.tree["model"].get("train_step") == "keras":
        raise InputError(f"{why}Its own train_step has to go.")
    if int(template.optimizer.iterations.numpy()):
        raise InputError(f"{why}It has been trained before.")
    text = Path(script).read_text("utf-8") if script else ""
    call = Source(text).at(template.made)
    if not call:
        raise InputError(f"{why}Where it is made is not known.")
    known = set().union(*map(_named, ast.parse(text).body))
    nodes = ast.walk(ast.parse(call, mode="eval"))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    unknown = sorted(used - known - set(dir(builtins)))
    if unknown:
        raise InputError(f"{why}{call} needs {unknown[0]!r}.")
    return used & known, [f"model = {call}"]


def _named(node: ast.stmt) -> set[str]:
    """Return the names that an import, a definition or a constant gives."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        names = [alias.asname or alias.name for alias in node.names]
        return {name.partition(".")[0] for name in names}
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return {node.name}
    return _constants(node)


def _constants(node: ast.stmt) -> set[str]:
    """Return the names that a statement gives to numbers, texts or lists of them."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    if not isinstance(node, ast.Assign) or len(names) < len(targets):
        return set()
    try:
        ast.literal_eval(node.value)
    except (ValueError, TypeError):
        return set()
    return names
