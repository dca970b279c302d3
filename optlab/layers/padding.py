"""Layers that put zeros around steps or pixels, or cut some away."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.layers.base import Array, Rng, Shape, Weight, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.layers.windows import Windowed

_Ends = tuple[tuple[int, int], ...]


class _Ended(Windowed):
    """A layer with a number for both ends of each axis, and one side inside the other.

    The larger side is the output (zeros around) or the input (cut away).
    """

    def _ends(self, name: str, value: Any) -> _Ends:
        """Return tf.keras's argument for both ends of each axis."""
        if self.rank == 1:
            return (self._pair(name, value),)
        if isinstance(value, (list, tuple)) and len(value) == 2:
            return tuple(self._pair(name, part) for part in value)
        return (self._pair(name, value),) * 2

    def _pair(self, name: str, value: Any) -> tuple[int, int]:
        before, after = self._lengths(name, value, low=0, count=2)
        return before, after

    def _given(self, ends: _Ends) -> Any:
        """Return the argument as tf.keras keeps it."""
        return ends[0] if self.rank == 1 else ends

    def _lay(self, ends: _Ends, larger: Shape, dtype: np.dtype[Any]) -> None:
        """Note where the smaller side lies in the larger one."""
        self._inside = (
            slice(None),
            *(
                slice(before, size - after)
                for (before, after), size in zip(ends, larger, strict=False)
            ),
        )
        self._out_buffer = Buffer(self.output_shape, dtype)
        self._grad_buffer = Buffer(self.input_shape, dtype)

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._out_buffer.rows(rows)
        self._grad: Array | None = None

    def _input_grad(self, rows: int) -> Array:
        """Return the buffer of the input's gradient, made at its first use."""
        if self._grad is None:
            self._grad = self._grad_buffer.rows(rows)
        return self._grad


class ZeroPadding(_Ended):
    """Base class of putting zeros around.

    Parameters
    ----------
    padding : int or sequence
        How many at each end of each axis: one number, one (for images) for each axis,
        or a pair for each axis.
    data_format : str, optional
        "channels_last", which is the same as None.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        padding: Any = 1,
        data_format: str | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.padding = self._given(self._ends("padding", padding))
        self.data_format = self._channels_last(data_format)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Compute the output's shape; there are no weights."""
        super().build(input_shape, dtype)
        self._image(input_shape)
        ends = self._ends("padding", self.padding)
        self.output_shape = (
            *(a + size + b for (a, b), size in zip(ends, input_shape, strict=False)),
            input_shape[-1],
        )
        self._lay(ends, self.output_shape, dtype)
        return []

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Copy the input into the middle of zeros."""
        self.output[self._inside] = x
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Cut the middle out of the gradient."""
        if not need_input:
            return grad
        found = self._input_grad(len(grad))
        found[...] = grad[self._inside]
        return found


@register
class ZeroPadding1D(ZeroPadding):
    """Put zeros before and after sequences; see `ZeroPadding`."""

    rank = 1


@register
class ZeroPadding2D(ZeroPadding):
    """Put zeros around images; see `ZeroPadding`."""

    rank = 2


class Cropping(_Ended):
    """Base class of cutting away.

    Parameters
    ----------
    cropping : int or sequence
        How many at each end of each axis: one number, one (for images) for each axis,
        or a pair for each axis.
    data_format : str, optional
        "channels_last", which is the same as None.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        cropping: Any = 1,
        data_format: str | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.cropping = self._given(self._ends("cropping", cropping))
        self.data_format = self._channels_last(data_format)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Compute the output's shape; there are no weights."""
        super().build(input_shape, dtype)
        self._image(input_shape)
        ends = self._ends("cropping", self.cropping)
        sizes = [size - a - b for (a, b), size in zip(ends, input_shape, strict=False)]
        if min(sizes) < 1:
            raise self._error(
                "`cropping` must leave something. Received: cropping="
                f"{self.cropping} for inputs of shape {with_rows(input_shape)}."
            )
        self.output_shape = (*sizes, input_shape[-1])
        self._lay(ends, input_shape, dtype)
        return []

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Cut the middle out of the input."""
        self.output[...] = x[self._inside]
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Put zeros around the gradient."""
        if not need_input:
            return grad
        found = self._input_grad(len(grad))
        found[self._inside] = grad
        return found


@register
class Cropping1D(Cropping):
    """Cut steps away at both ends; see `Cropping`."""

    rank = 1

    def __init__(
        self, cropping: Any = 1, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(cropping, None, trainable, name)


@register
class Cropping2D(Cropping):
    """Cut pixels away at all sides, none by default; see `Cropping`."""

    rank = 2

    def __init__(
        self,
        cropping: Any = 0,
        data_format: str | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(cropping, data_format, trainable, name)
