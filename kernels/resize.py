r"""Enlarge images (rows, height, width, channels): repeat pixels, or go between them.

Bilinear, in TensorFlow's order: between the pixels left and right, then between the
rows above and below,

.. math:: t + (b - t) \, f_h, \qquad t = l + (r - l) \, f_w

where a place of the larger image lies in the smaller one at its centre,
:math:`(h + 1/2) / s - 1/2`, and never beyond the first and last pixels.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.jit import kernel


@kernel
def repeat(x: Any, out: Any) -> None:
    """Repeat each pixel down and right, as often as the shapes say."""
    images, height, width, channels = x.shape
    down, right = out.shape[1] // height, out.shape[2] // width
    for n in range(images):
        for h in range(height * down):
            for w in range(width * right):
                for c in range(channels):
                    out[n, h, w, c] = x[n, h // down, w // right, c]


@kernel
def repeat_backward(grad: Any, out: Any) -> None:
    """Sum the gradients of each pixel's copies."""
    images, height, width, channels = out.shape
    down, right = grad.shape[1] // height, grad.shape[2] // width
    zero = grad.dtype.type(0)
    for n in range(images):
        for h in range(height):
            for w in range(width):
                for c in range(channels):
                    out[n, h, w, c] = zero
        for h in range(height * down):
            for w in range(width * right):
                for c in range(channels):
                    out[n, h // down, w // right, c] += grad[n, h, w, c]


@kernel
def bilinear(
    x: Any, rows: Any, row_part: Any, columns: Any, column_part: Any, out: Any
) -> None:
    """Interpolate.

    Parameters
    ----------
    x : ndarray, shape (images, height, width, channels)
    rows, columns : ndarray of int64, shape (2, out height), (2, out width)
        The pixels on both sides of each place.
    row_part, column_part : ndarray, shape (out height,), (out width,)
        How far it is from the first to the second, in [0, 1].
    out : ndarray, shape (images, out height, out width, channels)
    """
    images, out_height, out_width, channels = out.shape
    for n in range(images):
        for h in range(out_height):
            above, below, down = rows[0, h], rows[1, h], row_part[h]
            for w in range(out_width):
                left, right, across = columns[0, w], columns[1, w], column_part[w]
                for c in range(channels):
                    start = x[n, above, left, c]
                    top = start + (x[n, above, right, c] - start) * across
                    start = x[n, below, left, c]
                    bottom = start + (x[n, below, right, c] - start) * across
                    out[n, h, w, c] = top + (bottom - top) * down


@kernel
def bilinear_backward(
    grad: Any, rows: Any, row_part: Any, columns: Any, column_part: Any, out: Any
) -> None:
    """Hand each gradient to the four pixels that it was made from."""
    images, out_height, out_width, channels = grad.shape
    _, height, width, _ = out.shape
    zero, one = grad.dtype.type(0), grad.dtype.type(1)
    for n in range(images):
        for h in range(height):
            for w in range(width):
                for c in range(channels):
                    out[n, h, w, c] = zero
        for h in range(out_height):
            above, below, down = rows[0, h], rows[1, h], row_part[h]
            for w in range(out_width):
                left, right, across = columns[0, w], columns[1, w], column_part[w]
                for c in range(channels):
                    g = grad[n, h, w, c]
                    out[n, above, left, c] += (one - down) * (one - across) * g
                    out[n, above, right, c] += (one - down) * across * g
                    out[n, below, left, c] += down * (one - across) * g
                    out[n, below, right, c] += down * across * g
