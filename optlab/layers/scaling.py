r"""Layers that shift and scale their inputs by fixed numbers.

`Rescaling` is x scale + offset, `Normalization` is

.. math:: y = \frac{x - \mu}{\max(\sqrt{v}, 10^{-7})}

with a mean and a variance for each place along some axes, as arguments or as weights
that are not trained (those of tf.keras's layer after its `adapt`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab import initializers
from optlab.layers.base import Array, Layer, Rng, Shape, Weight, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import is_count

#: tf.keras's `epsilon()`.
_EPSILON = 1e-7


class _Scaled(Layer):
    """A layer that computes ``x * factor + offset`` or ``(x - shift) / factor``."""

    supports_masking = True

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Make the buffers."""
        super().build(input_shape, dtype)
        self._buffer = Buffer(input_shape, dtype)
        return []

    @property
    def multiply_adds(self) -> int:
        """One for each value."""
        return math.prod(self.input_shape)

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._buffer.rows(rows)


@register
class Rescaling(_Scaled):
    """Multiply by a number and add another.

    Parameters
    ----------
    scale, offset : float or sequence of float
        The numbers; sequences go along the last axes.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        scale: Any,
        offset: Any = 0.0,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.scale = self._numbers("scale", scale)
        self.offset = self._numbers("offset", offset)

    def _numbers(self, name: str, value: object) -> Any:
        try:
            array = np.asarray(value, np.float64)
        except (TypeError, ValueError, OverflowError):
            array = np.asarray(np.nan)
        if isinstance(value, (bool, str)) or not np.isfinite(array).all():
            raise self._error(
                f"`{name}` must be a number, or numbers. Received: {name}={value!r}."
            )
        return array.tolist()

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Check that the numbers fit the inputs."""
        super().build(input_shape, dtype)
        # tf.keras rounds the numbers to float32, in float64 too.
        self._scale = np.asarray(self.scale, np.float32).astype(dtype)
        self._offset = np.asarray(self.offset, np.float32).astype(dtype)
        try:
            shape = np.broadcast_shapes(
                self._scale.shape, self._offset.shape, input_shape
            )
        except ValueError:
            shape = ()
        if shape != input_shape:
            raise self._error(
                f"`scale` and `offset` must fit inputs of shape "
                f"{with_rows(input_shape)}. Received: shapes {self._scale.shape} and "
                f"{self._offset.shape}."
            )
        return []

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Scale and shift."""
        np.multiply(x, self._scale, self.output)
        np.add(self.output, self._offset, self.output)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Scale the gradient."""
        if need_input:
            np.multiply(grad, self._scale, grad)
        return grad


@register
class Normalization(_Scaled):
    """Subtract a mean and divide by a standard deviation, both fixed.

    Parameters
    ----------
    axis : int, sequence of int, or None
        The axes along which every place has its own; 0 is that of the rows, which may
        not be among them. None is one mean for all.
    mean, variance : float or sequence of float, optional
        Where left out they are weights, 0 and 1 at first, that are not trained.
    invert : bool
        Whether to multiply by the deviation and add the mean instead.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        axis: Any = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        if axis is None:
            found: Sequence[Any] = ()
        else:
            found = axis if isinstance(axis, (list, tuple)) else (axis,)
        if not all(is_count(number, -9) for number in found) or 0 in found:
            raise self._error(
                "`axis` must hold the numbers of axes other than 0, or be None. "
                f"Received: axis={axis!r}."
            )
        if (mean is None) != (variance is None):
            raise self._error(
                "`mean` and `variance` must be given together. Received: "
                f"mean={mean!r}, variance={variance!r}."
            )
        self.axis = tuple(int(number) for number in found)
        self.mean, self.variance = mean, variance
        self.invert = self._flag("invert", invert)
        self.adapt_mean: Array | None = None
        self.adapt_variance: Array | None = None

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for mean, variance and tf.keras's count, unless they are given."""
        super().build(input_shape, dtype)
        ndim = len(input_shape) + 1
        if any(not -ndim < number < ndim for number in self.axis):
            raise self._error(
                f"`axis` must name axes of the inputs, {with_rows(input_shape)}. "
                f"Received: axis={self.axis}."
            )
        kept = sorted(number % ndim for number in self.axis)
        lengths = tuple(input_shape[number - 1] for number in kept)
        self._shape = tuple(
            length if number in kept else 1
            for number, length in enumerate(input_shape, 1)
        )
        self._deviation = np.empty(self._shape, dtype)
        if self.mean is None:
            get = initializers.get
            return [
                Weight(self, name, shape, get(value), trainable=False)
                for name, shape, value in (
                    ("mean", lengths, "zeros"),
                    ("variance", lengths, "ones"),
                    ("count", (), "zeros"),
                )
            ]
        arrays = []
        for name in ("mean", "variance"):
            # tf.keras rounds the numbers to float32, in float64 too.
            array = self._numbers(name).astype(dtype)
            shape = [1] * len(input_shape)
            for number, length in zip(kept[::-1], array.shape[::-1], strict=False):
                shape[number - 1] = length
            try:
                arrays.append(np.broadcast_to(array.reshape(shape), self._shape))
            except ValueError as error:
                raise self._error(
                    f"`{name}` must fit the axes {self.axis} of inputs of shape "
                    f"{with_rows(input_shape)}. Received: shape {array.shape}."
                ) from error
        self._mean, self._variance = arrays
        return []

    def _numbers(self, name: str) -> Array:
        """Return an argument as float32."""
        value = getattr(self, name)
        try:
            array = np.asarray(value, np.float32)
        except (TypeError, ValueError):
            array = np.array(np.nan, np.float32)
        low = 0.0 if name == "variance" else -np.inf
        if not (np.isfinite(array) & (array >= low)).all():
            least = "of at least 0" if name == "variance" else "that are finite"
            raise self._error(
                f"`{name}` must hold numbers {least}. Received: {name}={value!r}."
            )
        return array

    def bind(self, name: str, array: Array, grad: Array | None) -> None:
        """Take a weight, under a name that is no argument's."""
        setattr(self, f"adapt_{name}", array)
        if name != "count":
            setattr(self, f"_{name}", array.reshape(self._shape))

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Normalize."""
        np.sqrt(self._variance, self._deviation)
        np.maximum(self._deviation, _EPSILON, out=self._deviation)
        if self.invert:
            np.multiply(x, self._deviation, self.output)
            np.add(self.output, self._mean, self.output)
        else:
            np.subtract(x, self._mean, self.output)
            np.divide(self.output, self._deviation, self.output)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Scale the gradient."""
        if need_input:
            (np.multiply if self.invert else np.divide)(grad, self._deviation, grad)
        return grad
