"""Models in which a layer may take the output of any earlier one.

Layers are run in the order of their list. Each takes the output of the one before it,
unless it names its inputs: `Layer.after`. A chain is run by the model itself, without
any of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.layers import Layer
from optlab.layers.base import Array, Rng
from optlab.layers.buffer import Buffer
from optlab.model_arguments import LayerError

#: What stands for the model's own input among the names of a layer's inputs.
INPUT = "input"
#: Its number among the layers' outputs.
_START = -1


def sources(layers: Sequence[Layer]) -> list[tuple[int, ...]]:
    """Return for each layer the numbers of those whose outputs it takes; -1: the input.

    Raises
    ------
    InputError
        If a name is not that of an earlier layer, a layer takes more or fewer inputs
        than it can, or the output of one is not used.
    """
    found: list[tuple[int, ...]] = []
    numbers = {INPUT: _START}
    if INPUT in {layer.name for layer in layers}:
        if any(INPUT in (layer.inputs or ()) for layer in layers):
            raise InputError(
                f"A layer is called {INPUT!r}, the name of the model's own input among "
                "`inputs`: give it another name."
            )
    for k, layer in enumerate(layers):
        for name in layer.inputs or ():
            if name not in numbers:
                raise LayerError(
                    k,
                    layer,
                    f"`inputs` must name earlier layers, or {INPUT!r} for the model's "
                    f"input. Received: {name!r}; earlier: {', '.join(numbers)}",
                )
        taken = tuple(numbers[name] for name in layer.inputs or ()) or (k - 1,)
        if layer.merges and len(taken) < 2:
            raise LayerError(k, layer, "It needs at least two names in `inputs`.")
        if not layer.merges and len(taken) > 1:
            given = list(layer.inputs or ())
            raise LayerError(k, layer, f"It takes one input. Received: inputs={given}")
        found.append(taken)
        numbers[layer.name] = k
    used = {number for taken in found for number in taken}
    for k, layer in enumerate(layers[:-1]):
        if k not in used:
            reason = "No layer takes its output. The last of the list is the model's."
            raise LayerError(k, layer, reason)
    return found


def is_chain(taken: Sequence[tuple[int, ...]]) -> bool:
    """Tell whether each layer takes the output of the one before it."""
    return all(numbers == (k - 1,) for k, numbers in enumerate(taken))


class Graph:
    """Runs layers on the outputs of the layers that they name.

    Parameters
    ----------
    layers : sequence of Layer
        Built.
    taken : list of tuple of int
        What `sources` returned.
    masked : bool
        Whether any layer makes a mask.
    """

    def __init__(
        self, layers: Sequence[Layer], taken: list[tuple[int, ...]], masked: bool
    ) -> None:
        self._layers, self._sources, self._masked = layers, taken, masked
        uses = [number for numbers in taken for number in numbers]
        shapes = {k: layer.output_shape for k, layer in enumerate(layers)}
        for layer, numbers in zip(layers, taken, strict=True):
            given = layer.input_shape if layer.merges else [layer.input_shape]
            shapes.update(zip(numbers, given, strict=True))
        # Where several gradients are added up.
        self._sums = {
            k: Buffer(shape, layers[0].dtype or np.dtype(np.float32))
            for k, shape in shapes.items()
            if uses.count(k) > 1
        }

    def resize(self, rows: int) -> None:
        """Make the buffers fit, and learn which gradients are needed."""
        self._places = {k: buffer.rows(rows) for k, buffer in self._sums.items()}
        self._wanted = {need: self._wants(need) for need in (False, True)}

    def _wants(self, need_input: bool) -> list[bool]:
        """Return for each output, the model's input last, whether its gradient is."""
        wants: list[bool] = []
        for layer, numbers in zip(self._layers, self._sources, strict=True):
            below = any(need_input if n == _START else wants[n] for n in numbers)
            wants.append(layer.learns or below)
        return [*wants, need_input]

    def forward(self, x: Array, training: bool, rng: Rng) -> tuple[Array, Any]:
        """Return the last layer's output and its mask."""
        values: dict[int, Array] = {_START: x}
        masks: dict[int, Any] = {}
        for k, (layer, numbers) in enumerate(
            zip(self._layers, self._sources, strict=True)
        ):
            given: Any = [values[n] for n in numbers]
            mask: Any = [masks.get(n) for n in numbers]
            if not layer.merges:
                given, mask = given[0], mask[0]
            if self._masked:
                layer.mask = mask
            values[k] = layer.forward(given, training, rng)
            if self._masked:
                masks[k] = layer.compute_mask(given, mask)
        return values[k], masks.get(k)

    def backward(
        self, grad: Array, from_logits: bool, need_input: bool
    ) -> Array | None:
        """Fill the gradients of the weights; return that of the input if needed."""
        wants = self._wanted[need_input]
        grads: dict[int, Array] = {len(self._layers) - 1: grad}
        for k in range(len(self._layers) - 1, -1, -1):
            if not wants[k]:
                continue
            layer, numbers = self._layers[k], self._sources[k]
            below = any(wants[n] for n in numbers)
            back = layer.backward_from_logits if from_logits else layer.backward_step
            from_logits = False
            found: Any = back(grads.pop(k), below)
            if not below:
                continue
            for n, part in zip(
                numbers, found if layer.merges else [found], strict=True
            ):
                if wants[n]:
                    self._collect(grads, n, part)
        return grads.get(_START)

    def _collect(self, grads: dict[int, Array], number: int, part: Array) -> None:
        """Add one consumer's gradient to those of an output."""
        if number in grads:
            np.add(grads[number], part, grads[number])
        elif number in self._places:
            # What a layer returns may be its own buffer, or another's input.
            np.copyto(self._places[number], part)
            grads[number] = self._places[number]
        else:
            grads[number] = part
