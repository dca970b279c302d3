"""Changes of an experiment, as functions from one tree of tables to another.

Each takes and returns plain dictionaries and leaves its argument alone, so that edits
compose in any order.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from optlab.errors import InputError

#: Penalties on the first layer of a network that is to choose its columns: the more
#: columns of noise a row has, the stronger the one that does best.
LEAN = (3e-3, 1e-2)
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
    """Return the entries of dense layers."""
    return [entry for entry in layers if is_dense(entry)]


def is_dense(entry: Tree) -> bool:
    """Whether an entry is a dense layer."""
    return bool(entry.get("units")) and entry.get("class", "Dense") == "Dense"


def ends_dense(layers: Iterable[Tree]) -> bool:
    """Whether a dense layer gives the outputs."""
    parts = [entry for entry in layers if entry.get("class") or entry.get("units")]
    return bool(parts) and is_dense(parts[-1])


def _is_trunk(entry: Tree) -> bool:
    """Whether an entry is a layer of another kind than a dense block has."""
    return bool(entry.get("class")) and not is_dense(entry)


def without(*keys: str) -> Edit:
    """Take keys away from every layer entry."""

    def change(layers: list[Tree]) -> None:
        for entry in layers:
            for key in keys:
                entry.pop(key, None)
        layers[:] = [
            e for e in layers if e.get("class") or any(e.get(k) for k in _PARTS)
        ]

    return on_layers(change)


def without_penalties() -> Edit:
    """Take the regularizers of all weights and outputs away."""

    def change(layers: list[Tree]) -> None:
        for entry in layers:
            for key in [key for key in entry if key.endswith("_regularizer")]:
                del entry[key]
            if entry.get("class") == "ActivityRegularization":
                entry |= {"l1": 0.0, "l2": 0.0}

    return on_layers(change)


_PARTS = ("units", "activation", "batch_normalization", "dropout")


def hidden_activation(name: str, only: Iterable[str] = ()) -> Edit:
    """Give the hidden layers an activation; with `only`, just those that have these."""
    only = set(only)

    def change(layers: list[Tree]) -> None:
        last = dense_entries(layers)[-1] if ends_dense(layers) else None
        for entry in layers:
            if entry is last:
                break
            own = is_dense(entry) or "filters" in entry
            alone = entry.get("activation") and "class" not in entry
            old = entry.get("activation", "linear")
            if (own or alone) and (not only or old in only):
                entry["activation"] = name
        if last is None:
            # Not the activation that gives the outputs.
            return

    return on_layers(change)


def output_activation(name: str, units: int | None = None) -> Edit:
    """Give the last dense layer an activation, and other units where asked."""

    def change(layers: list[Tree]) -> None:
        if not ends_dense(layers):
            while layers and not layers[-1].get("class") and "units" not in layers[-1]:
                layers.pop()
            new: Tree = {"activation": name}
            layers.append(new if units is None else {"units": units} | new)
            return
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
    """Replace the hidden dense layers by fresh ones of these widths.

    Layers of other kinds in front of them stay.
    """

    def change(layers: list[Tree]) -> None:
        if not ends_dense(layers):
            raise InputError("There is no dense layer to put hidden ones in front of.")
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
        kept = [k for k in range(place) if _is_trunk(layers[k])]
        trunk = layers[: kept[-1] + 1] if kept else []
        layers[:] = trunk + fresh + layers[place:]

    return redrawn(on_layers(change))


def whole_model(front: list[Tree], units: list[int], outputs: int) -> Edit:
    """Replace all layers: these, then relu layers of these widths, then the outputs."""

    def edit(tree: Tree) -> Tree:
        tree = copy.deepcopy(tree)
        fresh: list[Tree] = [
            {"units": n, "activation": "relu", "kernel_initializer": "he_normal"}
            for n in units
        ]
        tree["model"]["layers"] = [*front, *fresh, {"units": outputs}]
        return tree

    return edit


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
    """Set the learning rate, in six digits: a float32 of 0.0999999978 is 0.1."""
    return setting("optimizer", learning_rate=float(f"{value:.6g}"))


def length(steps_per_epoch: int, updates: int) -> Edit:
    """Train for about so many updates, in whole epochs."""
    epochs = max(1, -(-updates // steps_per_epoch))
    return setting("training", epochs=epochs, steps=None)


def penalized_inputs(strength: float) -> Edit:
    """Penalize the weights of the first layer by their size, so that few inputs count.

    Only where that layer is dense: another one does not weigh inputs one by one.
    """

    def change(layers: list[Tree]) -> None:
        parts = [e for e in layers if e.get("class", "") != "Flatten"]
        weighing = [e for e in parts if e.get("class") or e.get("units")]
        if weighing and is_dense(weighing[0]):
            weighing[0]["kernel_regularizer"] = {"name": "l1", "l1": strength}

    return on_layers(change)


def data_file(path: str) -> Edit:
    """Take the rows from a repaired .npz file."""
    return setting(
        "data", source=path, target=None, features=None, options=None, one_hot=None
    )
