"""Changes of an experiment, as functions from one tree of tables to another.

Each takes and returns plain dictionaries and leaves its argument alone, so that edits
compose in any order.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

Tree: TypeAlias = dict[str, Any]
Edit: TypeAlias = Callable[[Tree], Tree]


def setting(table: str, **values: Any) -> Edit:
    """Set keys of one table; None takes a key away."""

    def edit(tree: Tree) -> Tree:
        tree = copy.deepcopy(tree)
        target = tree.setdefault(table, {})
        for key, value in values.items():
            if value is None:
                target.pop(key, None)
            else:
                target[key] = value
        return tree

    return edit


def all_of(*edits: Edit) -> Edit:
    """Apply several edits, one after the other."""

    def edit(tree: Tree) -> Tree:
        for one in edits:
            tree = one(tree)
        return tree

    return edit


def on_layers(change: Callable[[list[Tree]], Any]) -> Edit:
    """Change the list of layer entries in place."""

    def edit(tree: Tree) -> Tree:
        tree = copy.deepcopy(tree)
        change(tree["model"]["layers"])
        return tree

    return edit


def redrawn(edit: Edit) -> Edit:
    """Let the initializers give the first weights after an edit, and no file."""
    return all_of(edit, setting("model", weights=None))


def dense_entries(layers: Iterable[Tree]) -> list[Tree]:
    """Return the entries with units."""
    return [entry for entry in layers if entry.get("units")]


def without(*keys: str) -> Edit:
    """Take keys away from every layer entry."""

    def change(layers: list[Tree]) -> None:
        for entry in layers:
            for key in keys:
                entry.pop(key, None)
        layers[:] = [e for e in layers if any(e.get(k) for k in _PARTS)]

    return on_layers(change)


_PARTS = ("units", "activation", "batch_normalization", "dropout")


def hidden_activation(name: str, only: Iterable[str] = ()) -> Edit:
    """Give the hidden layers an activation; with `only`, just those that have these."""
    only = set(only)

    def change(layers: list[Tree]) -> None:
        last = dense_entries(layers)[-1]
        for entry in layers:
            if entry is last:
                break
            old = entry.get("activation", "linear")
            if entry.get("units") and (not only or old in only):
                entry["activation"] = name
            elif not entry.get("units") and entry.get("activation"):
                if not only or old in only:
                    entry["activation"] = name

    return on_layers(change)


def output_activation(name: str, units: int | None = None) -> Edit:
    """Give the last dense layer an activation, and other units where asked."""

    def change(layers: list[Tree]) -> None:
        last = dense_entries(layers)[-1]
        last["activation"] = name
        if units is not None:
            last["units"] = units
        place = next(k for k, entry in enumerate(layers) if entry is last)
        layers[place + 1 :] = [
            e for e in layers[place + 1 :] if not e.get("activation")
        ]

    return on_layers(change)


def initializers(kernel: str | None, bias: str | None = "zeros") -> Edit:
    """Give every dense layer these initializers; None leaves what there is."""

    def change(layers: list[Tree]) -> None:
        for entry in dense_entries(layers):
            if kernel is not None:
                entry["kernel_initializer"] = kernel
            if bias is not None:
                entry.pop("bias_initializer", None)

    return redrawn(on_layers(change))


def hidden_layers(units: list[int], activation: str = "relu") -> Edit:
    """Replace all hidden layers by fresh ones of these widths."""

    def change(layers: list[Tree]) -> None:
        last = dense_entries(layers)[-1]
        fresh: list[Tree] = [
            {
                "units": width,
                "activation": activation,
                "kernel_initializer": "he_normal" if activation == "relu" else None,
            }
            for width in units
        ]
        for entry in fresh:
            if entry["kernel_initializer"] is None:
                del entry["kernel_initializer"]
        place = next(k for k, entry in enumerate(layers) if entry is last)
        layers[:] = fresh + layers[place:]

    return redrawn(on_layers(change))


def batch_normalized() -> Edit:
    """Put batch normalization into every hidden dense entry."""

    def change(layers: list[Tree]) -> None:
        for entry in dense_entries(layers)[:-1]:
            entry["batch_normalization"] = True

    return on_layers(change)


def optimizer(name: str, rate: float) -> Edit:
    """Replace the optimizer table."""

    def edit(tree: Tree) -> Tree:
        tree = copy.deepcopy(tree)
        tree["optimizer"] = {"name": name, "learning_rate": rate}
        return tree

    return edit


def rate(value: float) -> Edit:
    """Set the learning rate."""
    return setting("optimizer", learning_rate=value)


def length(steps_per_epoch: int, updates: int) -> Edit:
    """Train for about so many updates, in whole epochs."""
    epochs = max(1, -(-updates // steps_per_epoch))
    return setting("training", epochs=epochs, steps=None)


def data_file(path: str) -> Edit:
    """Take the rows from a repaired .npz file."""
    return setting(
        "data", source=path, target=None, features=None, options=None, one_hot=None
    )
