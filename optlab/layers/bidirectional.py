"""A recurrent layer in both directions."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.layers.base import Array, Rng, Shape, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.recurrent import Recurrent
from optlab.layers.registry import register
from optlab.layers.wrapper import Wrapper

_MODES = ("concat", "sum", "ave", "mul")


@register
class Bidirectional(Wrapper):
    """Run a recurrent layer from both ends and merge what comes out.

    At a masked step the outputs of sequences are 0, as in tf.keras.

    Parameters
    ----------
    layer : Recurrent
        The layer of one direction.
    merge_mode : {"concat", "sum", "ave", "mul"}
        How the two outputs become one.
    backward_layer : Recurrent, optional
        That of the other direction; where left out the same with ``go_backwards``.
    trainable : bool
        False freezes both.
    name : str, optional
        See `Layer`.

    References
    ----------
    Schuster and Paliwal (1997), "Bidirectional recurrent neural networks".
    """

    _layers = ("layer", "backward_layer")

    def __init__(
        self,
        layer: Any,
        merge_mode: str = "concat",
        backward_layer: Any = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        if not isinstance(merge_mode, str) or merge_mode not in _MODES:
            raise self._error(
                f"`merge_mode` must be one of {', '.join(_MODES)}. "
                f"Received: merge_mode={merge_mode!r}."
            )
        self.merge_mode = merge_mode
        self.layer = self._recurrent("layer", layer)
        given = self.layer.given_name or self.layer.default_name
        self.forward_layer = self._named("forward", given)
        turned = self._named("backward", given)
        turned.go_backwards = True
        if backward_layer is not None:
            backward_layer = self._recurrent("backward_layer", backward_layer)
            if _alike(turned, backward_layer):  # as tf.keras writes it
                backward_layer = None
        self.backward_layer = turned if backward_layer is None else backward_layer
        one, other = self.forward_layer, self.backward_layer
        if one.go_backwards == other.go_backwards or (
            one.return_sequences != other.return_sequences
        ):
            raise self._error(
                "`backward_layer` must have the other `go_backwards` and the same "
                "`return_sequences` as `layer`."
            )
        self._own_backward = backward_layer is not None
        for direction in (one, other):
            direction.zero_output_for_mask = direction.return_sequences
        self.inner = (one, other)
        if not trainable:
            self.trainable = False

    def _recurrent(self, name: str, layer: Any) -> Recurrent:
        """Return a layer that has steps."""
        found = self._checked(name, layer)
        if not isinstance(found, Recurrent):
            raise self._error(
                f"`{name}` must be recurrent. Received: {type(found).__name__}."
            )
        return found

    def _named(self, direction: str, name: str) -> Recurrent:
        """Return a copy of `layer` named after its direction, as tf.keras names it."""
        made: Any = self.layer.clone()
        made.given_name = None
        name = name.removeprefix(f"{direction}_")
        made.default_name = made.name = f"{direction}_{name}"
        return made  # type: ignore[no-any-return]

    def arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments; a layer that follows is left out."""
        found = super().arguments()
        if not self._own_backward:
            found["backward_layer"] = None
        return found

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Build both directions."""
        super().build(input_shape, dtype)
        # It stays unbuilt, but tf.keras reads the dtype from its configuration.
        self.layer.dtype = dtype
        weights = []
        for layer in self.inner:
            weights += layer.build(input_shape, dtype)
        shape = self.forward_layer.output_shape
        if self.backward_layer.output_shape != shape and self.merge_mode != "concat":
            raise self._error(
                "Both directions must have outputs of one shape. Received: "
                f"{shape} and {self.backward_layer.output_shape}."
            )
        self._parts = [Buffer(layer.output_shape, dtype) for layer in self.inner]
        last = shape[-1]
        if self.merge_mode == "concat":
            last += self.backward_layer.output_shape[-1]
        self._cut = shape[-1]
        self.output_shape = (*shape[:-1], last)
        self._out_buffer = Buffer(self.output_shape, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        return weights

    def resize(self, rows: int) -> None:
        """Make the buffers of both directions fit `rows` rows."""
        for layer in self.inner:
            layer.resize(rows)
        self.output = self._out_buffer.rows(rows)
        self._grad = self._grad_buffer.rows(rows)
        self._one, self._other = (buffer.rows(rows) for buffer in self._parts)

    @property
    def multiply_adds(self) -> int:
        """Those of both directions."""
        return sum(layer.multiply_adds for layer in self.inner)

    def makes_mask(self, masked: bool) -> bool:
        """Tell whether a sequence goes on, with the mask of the input."""
        return self.forward_layer.makes_mask(masked)

    def compute_mask(self, x: Array, mask: Array | None) -> Array | None:
        """Return the input's mask, if the output is a sequence."""
        return self.forward_layer.compute_mask(x, mask)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the merged outputs."""
        for layer in self.inner:
            layer.mask = self.mask
        one = self.forward_layer.forward(x, training, rng)
        other = self.backward_layer.forward(x, training, rng)
        # Sequences come in the order of the steps.
        other = other[:, ::-1] if self.forward_layer.return_sequences else other
        self._pair = one, other
        out = self.output
        if self.merge_mode == "concat":
            out[..., : self._cut] = one
            out[..., self._cut :] = other
        elif self.merge_mode == "mul":
            np.multiply(one, other, out)
        else:
            np.add(one, other, out)
            if self.merge_mode == "ave":
                np.divide(out, 2, out)
        return out

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Take the gradient through both directions, and add."""
        one, other = self._one, self._other
        turned = other[:, ::-1] if self.forward_layer.return_sequences else other
        if self.merge_mode == "concat":
            one[...] = grad[..., : self._cut]
            turned[...] = grad[..., self._cut :]
        elif self.merge_mode == "mul":
            np.multiply(grad, self._pair[1], one)
            np.multiply(grad, self._pair[0], turned)
        else:
            one[...] = grad
            if self.merge_mode == "ave":
                np.divide(one, 2, one)
            turned[...] = one
        first = self.forward_layer.backward_step(one, need_input)
        second = self.backward_layer.backward_step(other, need_input)
        return np.add(first, second, self._grad) if need_input else grad


def _alike(one: Recurrent, other: Recurrent) -> bool:
    """Tell whether two layers differ in nothing but their names."""
    if type(one) is not type(other):
        return False
    configs = [layer.get_config() for layer in (one, other)]
    for config in configs:
        # Set by the layer around them in any case.
        del config["name"], config["zero_output_for_mask"]
    return configs[0] == configs[1]
