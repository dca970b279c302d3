r"""Maximum and average over windows of images (rows, height, width, channels).

Padding is never part of a window: a maximum is over what lies inside the image, and an
average divides by the number of those pixels, as in tf.keras (torch counts the padding
by default). Of several equal maxima in a window the first takes the whole gradient;
over a whole image (`global_max_backward`) they share it, as in TensorFlow.

``window`` is an int64 array of the window's height and width, the strides, and the
padding above and left.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.jit import kernel


@kernel
def max_forward(x: Any, out: Any, chosen: Any, window: Any) -> None:
    """Take the maximum of each window, and note in `chosen` which of its pixels it was.

    Parameters
    ----------
    x : ndarray, shape (images, height, width, channels)
    out : ndarray, shape (images, out height, out width, channels)
    chosen : ndarray of an integer type, shape of `out`
    """
    _, height, width, channels = x.shape
    _, out_height, out_width, _ = out.shape
    for n in range(x.shape[0]):
        for oh in range(out_height):
            top = oh * window[2] - window[4]
            for ow in range(out_width):
                left = ow * window[3] - window[5]
                first = True
                for i in range(max(0, -top), min(window[0], height - top)):
                    for j in range(max(0, -left), min(window[1], width - left)):
                        tap = chosen.dtype.type(i * window[1] + j)
                        if first:
                            for c in range(channels):
                                out[n, oh, ow, c] = x[n, top + i, left + j, c]
                                chosen[n, oh, ow, c] = tap
                            first = False
                            continue
                        for c in range(channels):
                            value = x[n, top + i, left + j, c]
                            best = out[n, oh, ow, c]
                            larger = value > best
                            out[n, oh, ow, c] = value if larger else best
                            before = chosen[n, oh, ow, c]
                            chosen[n, oh, ow, c] = tap if larger else before


@kernel
def max_backward(grad: Any, chosen: Any, window: Any, out: Any) -> None:
    """Give each window's gradient to the pixel that was its maximum.

    Parameters
    ----------
    grad, chosen : ndarray, shape (images, out height, out width, channels)
    out : ndarray, shape (images, height, width, channels)
        Receives the gradient of the input.
    """
    _, height, width, channels = out.shape
    _, out_height, out_width, _ = grad.shape
    zero = grad.dtype.type(0)
    # Windows that do not overlap write each pixel once.
    apart = window[2] >= window[0] and window[3] >= window[1]
    tiled = (
        window[2] == window[0]
        and window[3] == window[1]
        and window[4] == 0
        and window[5] == 0
        and out_height * window[0] >= height
        and out_width * window[1] >= width
    )
    for n in range(out.shape[0]):
        if not tiled:
            for h in range(height):
                for w in range(width):
                    for c in range(channels):
                        out[n, h, w, c] = zero
        for oh in range(out_height):
            top = oh * window[2] - window[4]
            for ow in range(out_width):
                left = ow * window[3] - window[5]
                for i in range(max(0, -top), min(window[0], height - top)):
                    for j in range(max(0, -left), min(window[1], width - left)):
                        tap = chosen.dtype.type(i * window[1] + j)
                        if apart:
                            for c in range(channels):
                                g = grad[n, oh, ow, c]
                                taken = chosen[n, oh, ow, c] == tap
                                out[n, top + i, left + j, c] = g if taken else zero
                        else:
                            for c in range(channels):
                                g = grad[n, oh, ow, c]
                                taken = chosen[n, oh, ow, c] == tap
                                out[n, top + i, left + j, c] += g if taken else zero


@kernel
def average_forward(x: Any, out: Any, window: Any) -> None:
    """Average each window; shapes as in `max_forward`."""
    _, height, width, channels = x.shape
    _, out_height, out_width, _ = out.shape
    zero = x.dtype.type(0)
    for n in range(x.shape[0]):
        for oh in range(out_height):
            top = oh * window[2] - window[4]
            first, last = max(0, -top), min(window[0], height - top)
            for ow in range(out_width):
                left = ow * window[3] - window[5]
                start, stop = max(0, -left), min(window[1], width - left)
                count = x.dtype.type((last - first) * (stop - start))
                for c in range(channels):
                    out[n, oh, ow, c] = zero
                for i in range(first, last):
                    for j in range(start, stop):
                        for c in range(channels):
                            out[n, oh, ow, c] += x[n, top + i, left + j, c]
                for c in range(channels):
                    out[n, oh, ow, c] /= count


@kernel
def average_backward(grad: Any, window: Any, out: Any) -> None:
    """Give each window's gradient to its pixels; shapes as in `max_backward`."""
    _, height, width, channels = out.shape
    _, out_height, out_width, _ = grad.shape
    zero = grad.dtype.type(0)
    for n in range(out.shape[0]):
        for h in range(height):
            for w in range(width):
                for c in range(channels):
                    out[n, h, w, c] = zero
        for oh in range(out_height):
            top = oh * window[2] - window[4]
            first, last = max(0, -top), min(window[0], height - top)
            for ow in range(out_width):
                left = ow * window[3] - window[5]
                start, stop = max(0, -left), min(window[1], width - left)
                count = grad.dtype.type((last - first) * (stop - start))
                for i in range(first, last):
                    for j in range(start, stop):
                        for c in range(channels):
                            out[n, top + i, left + j, c] += grad[n, oh, ow, c] / count


@kernel
def global_average_forward(x: Any, out: Any) -> None:
    """Average x (images, pixels, channels) over the pixels into (images, channels)."""
    images, pixels, channels = x.shape
    zero, count = x.dtype.type(0), x.dtype.type(pixels)
    for n in range(images):
        for c in range(channels):
            out[n, c] = zero
        for p in range(pixels):
            for c in range(channels):
                out[n, c] += x[n, p, c]
        for c in range(channels):
            out[n, c] /= count


@kernel
def global_average_backward(grad: Any, out: Any) -> None:
    """Share each gradient equally among the pixels."""
    images, pixels, channels = out.shape
    count = grad.dtype.type(pixels)
    for n in range(images):
        for p in range(pixels):
            for c in range(channels):
                out[n, p, c] = grad[n, c] / count


@kernel
def masked_average_forward(x: Any, mask: Any, out: Any) -> None:
    """Average the steps of x (rows, steps, channels) that `mask` (rows, steps) keeps.

    A row without any step is 0 / 0, as in tf.keras.
    """
    rows, steps, channels = x.shape
    zero, one = x.dtype.type(0), x.dtype.type(1)
    for n in range(rows):
        count = zero
        for c in range(channels):
            out[n, c] = zero
        for p in range(steps):
            kept = one if mask[n, p] else zero
            count += kept
            for c in range(channels):
                out[n, c] += x[n, p, c] * kept
        for c in range(channels):
            out[n, c] /= count


@kernel
def masked_average_backward(grad: Any, mask: Any, out: Any) -> None:
    """Share each gradient equally among the steps that `mask` keeps."""
    rows, steps, channels = out.shape
    zero, one = grad.dtype.type(0), grad.dtype.type(1)
    for n in range(rows):
        count = zero
        for p in range(steps):
            count += one if mask[n, p] else zero
        for p in range(steps):
            kept = one if mask[n, p] else zero
            for c in range(channels):
                out[n, p, c] = grad[n, c] / count * kept


@kernel
def global_max_forward(x: Any, out: Any) -> None:
    """Take the maximum of x (images, pixels, channels) over the pixels."""
    images, pixels, channels = x.shape
    for n in range(images):
        for c in range(channels):
            out[n, c] = x[n, 0, c]
        for p in range(1, pixels):
            for c in range(channels):
                value, best = x[n, p, c], out[n, c]
                out[n, c] = value if value > best else best


@kernel
def global_max_backward(grad: Any, x: Any, best: Any, shared: Any, out: Any) -> None:
    """Share each gradient equally among the pixels that are the maximum.

    Parameters
    ----------
    grad, best : ndarray, shape (images, channels)
        The gradient and the maxima.
    x : ndarray, shape (images, pixels, channels)
    shared : ndarray, shape (channels,)
        Scratch space.
    out : ndarray, shape of `x`
        Receives the gradient of the input.
    """
    images, pixels, channels = x.shape
    zero, one = grad.dtype.type(0), grad.dtype.type(1)
    for n in range(images):
        for c in range(channels):
            shared[c] = zero
        for p in range(pixels):
            for c in range(channels):
                shared[c] += one if x[n, p, c] == best[n, c] else zero
        for p in range(pixels):
            for c in range(channels):
                part = (one if x[n, p, c] == best[n, c] else zero) / shared[c]
                out[n, p, c] = part * grad[n, c]
