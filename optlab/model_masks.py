"""Masks in the configuration of a functional tf.keras model.

tf.keras writes the mask of an Embedding or a Masking layer down as operations of their
own, and hands the result to every layer that takes one. Here masks travel by
themselves: all there is to do is to see that they are the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from optlab.errors import InputError

Entry = Mapping[str, Any]
#: Where steps are left out: an output of ours, and the value that stands there.
Mask = frozenset[tuple[str, float]]

#: Operations that tf.keras puts masks together with.
_TOGETHER = ("Any", "ExpandDims", "LogicalOr", "Concatenate")
#: Those that stand for an input without a mask.
_PLAIN = ("ZerosLike", "OnesLike")


class Masks:
    """The masks of a model that is being read.

    Attributes
    ----------
    computed : dict of str to Mask
        What operations of the model compute, by their names.
    carried : dict of str to Mask
        What our own layers hand on, by the names of their outputs.
    """

    def __init__(self) -> None:
        self.computed: dict[str, Mask] = {}
        self.carried: dict[str, Mask] = {}

    def take(self, entry: Entry, ends: Mapping[str, str]) -> bool:
        """Read an operation that computes a mask; tell whether it is one.

        Parameters
        ----------
        entry : mapping
            An operation or a layer.
        ends : mapping
            Names of our layers' outputs, by those of tf.keras.
        """
        kind = entry.get("class_name")
        if not str(entry.get("module")).startswith("keras.src.ops"):
            return False
        nodes = entry.get("inbound_nodes") or [{}]
        args = list(flat(nodes[0].get("args") or []))
        names = [name for name in map(tensor_name, args) if name is not None]
        mask: Mask | None = None
        if kind == "NotEqual" and set(names) <= set(ends):
            values = [float(one) for one in args if isinstance(one, (int, float))]
            if len(names) == len(values) == 1:
                mask = frozenset({(ends[names[0]], values[0])})
        elif kind in _TOGETHER and names and set(names) <= set(self.computed):
            mask = frozenset().union(*(self.computed[name] for name in names))
        elif kind in _PLAIN:
            mask = frozenset()
        if mask is not None:
            self.computed[str(entry.get("name"))] = mask
        return mask is not None

    def hand_on(self, entry: Entry, given: tuple[str, ...], end: str) -> None:
        """Note the mask of a layer's output, by the layer's entry and its inputs."""
        settings = entry.get("config") or {}
        if entry.get("class_name") == "Embedding" and settings.get("mask_zero"):
            self.carried[end] = frozenset({(given[0], 0.0)})
        elif entry.get("class_name") == "Masking":
            self.carried[end] = frozenset({(given[0], float(settings["mask_value"]))})
        else:
            passed = [self.carried[name] for name in given if name in self.carried]
            self.carried[end] = frozenset().union(*passed)

    def check(self, name: str, mask: Any, given: tuple[str, ...]) -> None:
        """Refuse a layer that is called with another mask than its inputs carry.

        Raises
        ------
        InputError
            Naming the layer.
        """
        carried = [self.carried.get(one) for one in given]
        masks = mask if isinstance(mask, (list, tuple)) else [mask]
        for one in masks:
            if one is None:
                continue
            computed = self.computed.get(tensor_name(one) or "")
            if computed is None or computed not in carried:
                raise InputError(
                    f"The layer {name!r} of the Keras model is called with a mask that "
                    "is not the one of its input, which optlab lacks."
                )


def tensor_name(one: Any) -> str | None:
    """Return the name of what made a tensor of a configuration; None for others."""
    if isinstance(one, Mapping) and one.get("class_name") == "__keras_tensor__":
        return str(one["config"]["keras_history"][0])
    return None


def flat(args: Any) -> Iterator[Any]:
    """Yield what lists and tuples hold, and those in them."""
    for one in args:
        if isinstance(one, (list, tuple)):
            yield from flat(one)
        else:
            yield one
