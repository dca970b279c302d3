"""``optlab optimizers``: the registry as a table, and one optimizer in full."""

from __future__ import annotations

import inspect
import sys
from typing import Annotated, Any

import numpy as np
import typer

from optlab.cli import output
from optlab.cli.maths import readable
from optlab.optimizers import TABLE, Optimizer, RuleOptimizer, registry

#: State is weighed on a matrix of this shape: some keep less than one value an element.
_WEIGHED = (128, 128)


def optimizers(
    name: Annotated[
        str | None, typer.Argument(help="An optimizer to show in full.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> None:
    """List the optimizers, or show one: its rule, where others differ, its arguments.

    "state" is the bytes that the optimizer keeps for each float32 parameter.
    """
    if name is not None:
        _one(name, json)
        return
    rows = [described(registered) for registered in registry.names()]
    if json:
        output.print_json(rows)
        return
    laid = output.table(
        ["name", "twin", "rate", "state", "rule"],
        [
            (
                row["name"],
                row["twin"] or "none",
                output.figure(row["learning_rate"]),
                output.figure(row["state_bytes"], 3),
                row["summary"].rstrip("."),
            )
            for row in rows
        ],
        left=2,
    )
    console, rule = output.results(), laid.columns[-1]
    others = max(len(row["name"]) for row in rows) + len(
        "  tf.keras  0.0025  state  rule"
    )
    # A line for each; `optlab optimizers NAME` says all.
    rule.justify, rule.overflow, rule.no_wrap = "left", "ellipsis", True
    rule.max_width = max(30, console.width - others)
    console.print(laid)
    wrappers, searchers = (
        ", ".join(cls.__name__ for _, cls in sorted(found.items()))
        for found in (registry.WRAPPERS, registry.SEARCHERS)
    )
    console.print(
        f"Wrappers of these: {wrappers}. Without an update rule: {searchers}.",
        markup=False,
    )


def _one(name: str, json: bool) -> None:
    cls = registry.class_of(name)
    if not issubclass(cls, RuleOptimizer):
        _without_rule(cls, json)
        return
    row = described(name)
    maths = _maths(registry.get(name))
    if json:
        output.print_json({**row, "arguments": _arguments(cls), "rule": maths})
        return
    console = output.results()
    arguments = ", ".join(f"{key}={value!r}" for key, value in _arguments(cls).items())
    for text in (maths, f"{cls.__name__}({arguments})"):
        console.print(text, markup=False, soft_wrap=True)
    if row["checked_against"]:
        sources = " and ".join(row["checked_against"])
        console.print(f"tf.keras has no such; checked against {sources}.")
    slots = ", ".join(row["slots"]) or "none"
    console.print(
        f"Slots: {slots}; {row['state_bytes']:g} bytes of state a float32 parameter.",
        markup=False,
    )


def _without_rule(cls: type[Optimizer], json: bool) -> None:
    """Print a wrapper, or an optimizer without a rule: what its class says of it."""
    summary = readable(inspect.getdoc(cls) or "")
    if json:
        row = {"class": cls.__name__, "summary": summary.splitlines()[0]}
        output.print_json({**row, "arguments": _keywords(cls), "rule": summary})
        return
    arguments = ", ".join(f"{key}={value!r}" for key, value in _keywords(cls).items())
    for text in (summary, f"{cls.__name__}({arguments})"):
        output.results().print(text, markup=False, soft_wrap=True)


def _keywords(cls: type[Optimizer]) -> dict[str, Any]:
    """Return the arguments that have a default."""
    found = _arguments(cls).items()
    return {k: v for k, v in found if v is not inspect.Parameter.empty}


def described(name: str) -> dict[str, Any]:
    """Return what is known of a registered optimizer, as --json prints it."""
    cls, optimizer = registry.lookup(name), registry.get(name)
    entry = next((e for e in TABLE.values() if e.cls is cls), None)
    tensor = np.zeros(_WEIGHED, np.float32)
    optimizer.build([tensor])
    state = optimizer.state.values()
    return {
        "name": name,
        "class": cls.__name__,
        "summary": readable(cls.__doc__ or "").splitlines()[0],
        "learning_rate": optimizer.learning_rate,
        "differs": _differs(optimizer),
        "twin": "tf.keras" if entry is not None and entry.twin else None,
        "checked_against": list(entry.sources) if entry is not None else [],
        "slots": list(optimizer.state),
        "state_bytes": sum(a.nbytes for slot in state for a in slot) / tensor.size,
    }


def _maths(optimizer: Any) -> str:
    """Return the text above the rule: the update, the paper, who differs and how."""
    module = sys.modules[optimizer.rule.function.__module__]
    return readable(module.__doc__ or "") + "\n"


def _differs(optimizer: Any) -> str:
    """Return the rule's paragraph on where tf.keras, torch, optax and paper part."""
    paragraphs = _maths(optimizer).split("\n\n")
    others = ("tf.keras", "torch", "optax", "paper")
    found = [p for p in paragraphs[1:] if any(name in p for name in others)]
    told = [p for p in found if not p.startswith("References")]
    return " ".join(" ".join(told).split())


def _arguments(cls: type[Optimizer]) -> dict[str, Any]:
    """Return the constructor's own arguments with their defaults."""
    signature = inspect.signature(cls)
    return {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    }
