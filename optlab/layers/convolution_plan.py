r"""Where a convolution finds its operands: the tables that its kernels walk along.

See `optlab.kernels.convolution` for the sums. With padding p in front, stride s,
dilation d and K taps, the gradient of the input at place h has the taps i for which
:math:`h + p - d i = s o` is an output's place o. For s > 1 these are every s-th tap, by
the remainder of h + p: so the places of one remainder (a "phase") are one convolution.
The same sum is the output of a transposed convolution.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.kernels import convolution as kernels
from optlab.kernels.tiles import PACKET_BYTES, PACKETS, ROWS, STORE
from optlab.layers.buffer import Buffer
from optlab.layers.team import spread
from optlab.typing import Array

#: Multiplications and additions from which several threads pay.
PARALLEL_FROM = 4_000_000
#: Values from which several threads pay where each is only looked at.
PARALLEL_VALUES = 400_000
#: Output pixels of a block of images whose sums are formed before they are added to the
#: gradient of the kernel.
BLOCK_PIXELS = 128
_WINDOW = tuple[int, int]


@dataclass(frozen=True)
class Geometry:
    """The numbers of a two-dimensional convolution of one image.

    Attributes
    ----------
    input, output : tuple of int
        Height, width and channels (filters).
    kernel : tuple of int
        Height and width of the window.
    strides, dilation : tuple of int
        Vertical and horizontal; in one direction at least, one of the two is 1.
    before, after : tuple of int
        Padding above and left, below and right.
    """

    input: tuple[int, int, int]
    output: tuple[int, int, int]
    kernel: _WINDOW
    strides: _WINDOW
    dilation: _WINDOW
    before: _WINDOW
    after: _WINDOW

    @property
    def padded(self) -> tuple[int, int, int]:
        """The input's shape with its padding."""
        height, width, channels = self.input
        return (
            height + self.before[0] + self.after[0],
            width + self.before[1] + self.after[1],
            channels,
        )

    @property
    def multiply_adds(self) -> int:
        """Multiplications of one image, forward."""
        return math.prod(self.output) * self.input[2] * math.prod(self.kernel)


@dataclass(frozen=True)
class _Line:
    """One phase along one axis: which places have which taps."""

    places: Array
    #: The first output of the places' taps, from the first output on.
    starts: Array
    #: In the order of the outputs that they meet.
    taps: Array


def _phases(geometry: Geometry, axis: int) -> list[_Line]:
    """Return the phases of the gradient of the input along one axis."""
    stride, dilation = geometry.strides[axis], geometry.dilation[axis]
    shifted = np.arange(geometry.input[axis]) + geometry.before[axis]
    found = []
    for phase in range(stride):
        places = np.flatnonzero(shifted % stride == phase)
        taps = np.arange(phase, geometry.kernel[axis], stride)[::-1]
        starts = shifted[places] // stride - (len(taps) - 1) * dilation
        if places.size:
            found.append(_Line(places, starts, taps))
    return found


class ConvolutionPlan:
    """A convolution of batches: tables, buffers, and the three products.

    Parameters
    ----------
    geometry : Geometry
        Of one image.
    dtype : numpy.dtype
        float32 or float64.
    """

    def __init__(self, geometry: Geometry, dtype: np.dtype[Any]) -> None:
        self.geometry = geometry
        self._lanes = PACKET_BYTES // dtype.itemsize
        self._width = PACKETS * self._lanes
        channels, filters = geometry.input[2], geometry.output[2]
        taps = geometry.kernel[0] * geometry.kernel[1]
        self._taps, self._channels, self._filters = taps, channels, filters
        self._levels = self._window_levels()
        self._pads = geometry.padded != geometry.input
        self._padded = Buffer(geometry.padded, dtype)
        self._lines = [_phases(geometry, axis) for axis in (0, 1)]
        self._bordered_shape, self._border = self._bordered()
        self._bordered_buffer = Buffer(self._bordered_shape, dtype)
        largest = max(
            len(a.taps) * len(b.taps) for a, b in itertools.product(*self._lines)
        )
        self._panel_depths = taps * channels, largest * filters
        self._no_bias = np.empty(0, dtype)
        self._rows = -1

    def _panels(self, columns: int, depth: int) -> Array:
        shape = -(-columns // self._width), depth, self._width
        return np.empty(shape, self._no_bias.dtype)

    def _window_levels(self) -> Array:
        """Return the nested sums of the output."""
        g, (_, width, channels) = self.geometry, self.geometry.padded
        return _levels(
            (g.kernel[0], g.dilation[0] * width * channels),
            (g.kernel[1], g.dilation[1] * channels),
            (channels, 1),
            width=self._width,
        )

    def _bordered(self) -> tuple[tuple[int, int, int], _WINDOW]:
        """Return the gradient's shape with all that is read around it; the border."""
        before, sizes = [], []
        for axis, lines in enumerate(self._lines):
            dilation, size = self.geometry.dilation[axis], self.geometry.output[axis]
            reach = [line for line in lines if line.taps.size]
            first = min((line.starts.min() for line in reach), default=0)
            last = max(
                (line.starts.max() + (len(line.taps) - 1) * dilation for line in reach),
                default=0,
            )
            before.append(max(0, -int(first)))
            sizes.append(before[-1] + max(size, int(last) + 1))
        filled = -(-self._filters // self._lanes) * self._lanes
        return (sizes[0], sizes[1], filled), (before[0], before[1])

    def resize(self, rows: int) -> None:
        """Make tables and buffers fit a batch of `rows` images."""
        if rows == self._rows:
            return
        if self._rows < 0:
            depth, depth_back = self._panel_depths
            self._packed = self._panels(self._filters, depth)
            self._packed_back = self._panels(self._channels, depth_back).reshape(-1)
        self._rows = rows
        g = self.geometry
        self._x = self._padded.rows(rows)
        self._grad = self._bordered_buffer.rows(rows)
        images = np.arange(rows)
        down, right = (np.arange(g.output[axis]) * g.strides[axis] for axis in (0, 1))
        self._windows = _table(_places(images, down, right, g.padded))
        self._out_rows = _table(
            np.arange(rows * g.output[0] * g.output[1]) * self._filters
        )
        self.parallel = rows * g.multiply_adds >= PARALLEL_FROM
        self._backward_ready = False

    def _prepare_backward(self) -> None:
        """Make the tables of the gradients."""
        g = self.geometry
        taps = _places(
            np.arange(1),
            np.arange(g.kernel[0]) * g.dilation[0],
            np.arange(g.kernel[1]) * g.dilation[1],
            g.padded,
        )
        self._tap_rows = _table((taps[:, None] + np.arange(self._channels)).reshape(-1))
        self._kernel_rows = _table(
            np.arange(self._taps * self._channels) * self._filters
        )
        self._kernel_sums = {
            False: self._block_sums(g.output, (0, 0)),
            True: self._block_sums(self._bordered_shape, self._border),
        }
        self._back = [
            self._phase(down, right) for down, right in itertools.product(*self._lines)
        ]
        self._backward_ready = True

    def _block_sums(
        self, shape: tuple[int, int, int], border: _WINDOW
    ) -> tuple[int, int, int, Array]:
        """Return how the gradient of the kernel walks over gradients of that shape.

        Returns
        -------
        x_block, start, grad_block : int
            From one block of images to the next in the input; where the first pixel of
            the gradient is; from one block to the next in it.
        levels : ndarray of int64, shape (blocks, 9)
        """
        g, rows = self.geometry, self._rows
        _, across, channels = g.padded
        _, grad_across, filled = shape
        block = min(rows, max(1, BLOCK_PIXELS // (g.output[0] * g.output[1])))
        blocks = -(-rows // block)
        image, grad_image = math.prod(g.padded), math.prod(shape)
        steps = [
            (block, image, grad_image),
            (g.output[0], g.strides[0] * across * channels, grad_across * filled),
            (g.output[1], g.strides[1] * channels, filled),
        ]
        levels = np.tile(np.array(steps, np.int64).reshape(-1), (blocks, 1))
        levels[-1, 0] = rows - (blocks - 1) * block
        start = (border[0] * grad_across + border[1]) * filled
        return block * image, start, block * grad_image, levels

    def _phase(self, down: _Line, right: _Line) -> tuple[Array, Array, Array, Array]:
        """Return taps, levels, rows of the gradient, rows of the input of one phase."""
        g, shape = self.geometry, self._bordered_shape
        taps = (down.taps[:, None] * g.kernel[1] + right.taps).reshape(-1)
        levels = _levels(
            (len(down.taps), g.dilation[0] * shape[1] * shape[2]),
            (len(right.taps), g.dilation[1] * shape[2]),
            (self._filters, 1),
            width=self._width,
        )
        images = np.arange(self._rows)
        starts = _places(
            images,
            down.starts + self._border[0],
            right.starts + self._border[1],
            shape=shape,
        )
        places = _places(images, down.places, right.places, shape=g.input)
        return taps, levels, _table(starts), _table(places)

    def padded(self, x: Array) -> Array:
        """Return the input with its padding, flat: a view, or a buffer."""
        if not self._pads:
            return x.reshape(-1)
        x = x.reshape(self._rows, *self.geometry.input)
        self._pad(x, self._x, self.geometry.before)
        return self._x.reshape(-1)

    def bordered(self, grad: Array, whole: bool = True) -> Array:
        """Return the gradient of the output as the products read it, flat.

        Without `whole` only `kernel_gradient` may read it: then the border that
        `input_gradient` needs is left out.
        """
        if not self._backward_ready:
            self._prepare_backward()
        bordered = self._bordered_shape != self.geometry.output
        if not whole and self.geometry.output[2] % self._lanes == 0:
            bordered = False
        self._sums = self._kernel_sums[bordered]
        if not bordered:
            return grad.reshape(-1)
        grad = grad.reshape(self._rows, *self.geometry.output)
        self._pad(grad, self._grad, self._border)
        return self._grad.reshape(-1)

    def _pad(self, images: Array, out: Array, before: _WINDOW) -> None:
        """Copy images into the middle of larger ones."""

        def work(first: int, last: int) -> None:
            kernels.pad(images[first:last], out[first:last], *before)

        spread(work, self._rows, images.size >= PARALLEL_VALUES)

    def output(
        self, x: Array, kernel: Array, bias: Array | None, mode: int, out: Array
    ) -> None:
        """Convolve the padded input into `out`; `mode` is of `optlab.kernels.tiles`."""
        kernels.pack(
            kernel.reshape(self._taps * self._channels, self._filters), self._packed
        )
        self._multiply(
            x,
            self._windows,
            self._packed.reshape(-1),
            self._levels,
            out,
            self._out_rows,
            self._filters,
            bias,
            mode,
        )

    def _multiply(
        self,
        a: Array,
        a_rows: Array,
        packed: Array,
        levels: Array,
        out: Array,
        out_rows: Array,
        columns: int,
        bias: Array | None,
        mode: int,
    ) -> None:
        """Multiply by a packed right operand."""
        panel = packed.size // -(-columns // self._width)
        flat = out.reshape(-1)
        added = self._no_bias if bias is None else bias

        def work(first: int, last: int) -> None:
            kernels.multiply(
                a,
                0,
                a_rows,
                packed,
                0,
                0,
                panel,
                levels,
                flat,
                out_rows,
                columns,
                added,
                mode,
                first,
                last,
            )

        spread(work, a_rows.size // ROWS, self.parallel)

    def kernel_gradient(self, x: Array, grad: Array, out: Array) -> None:
        """Fill the kernel's gradient from the results of `padded` and `bordered`."""
        x_block, start, grad_block, levels = self._sums
        flat = out.reshape(-1)

        def work(first: int, last: int) -> None:
            kernels.multiply(
                x,
                x_block,
                self._tap_rows,
                grad,
                start,
                grad_block,
                self._width,
                levels,
                flat,
                self._kernel_rows,
                self._filters,
                self._no_bias,
                STORE,
                first,
                last,
            )

        spread(work, self._tap_rows.size // ROWS, self.parallel)

    def input_gradient(
        self, grad: Array, kernel: Array, bias: Array | None, mode: int, out: Array
    ) -> None:
        """Fill the input's gradient from `bordered`'s latest result."""
        taps_of_kernel = kernel.reshape(self._taps, self._channels, self._filters)
        panels = -(-self._channels // self._width)
        for taps, levels, rows, out_rows in self._back:
            depth = len(taps) * self._filters
            flat = self._packed_back[: panels * depth * self._width]
            kernels.pack_transposed(
                taps_of_kernel, taps, flat.reshape(panels, depth, self._width)
            )
            self._multiply(
                grad, rows, flat, levels, out, out_rows, self._channels, bias, mode
            )


def _places(
    images: Array, down: Array, right: Array, shape: tuple[int, int, int]
) -> Array:
    """Return the flat places of all pixels (image, row, column) of images' arrays."""
    height, width, channels = shape
    pixels = images[:, None, None] * (height * width) + down[:, None] * width + right
    places: Array = pixels.reshape(-1) * channels
    return places


def _table(places: Array) -> Array:
    """Repeat the last entry until the table has whole tiles."""
    return np.pad(places.astype(np.int64), (0, -len(places) % ROWS), mode="edge")


def _levels(*loops: tuple[int, int], width: int) -> Array:
    """Return the nested sums over a packed right operand, joined where they can be.

    Parameters
    ----------
    *loops : tuple of int
        Count and step in the left operand, outer first.
    width : int
        Step in the right operand from one term to the next.
    """
    joined: list[list[int]] = []
    step = width
    for count, a_step in reversed(loops):
        if joined and a_step == joined[0][0] * joined[0][1]:
            joined[0][0] *= count
        else:
            joined.insert(0, [count, a_step, step])
        step *= count
    while len(joined) < len(loops):
        joined.insert(0, [1, 0, 0])
    return np.array(joined, np.int64).reshape(1, -1)
