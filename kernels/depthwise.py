r"""Depthwise convolutions: every channel has kernels of its own.

.. math::
    y_{n,h,w,cm+q} = \sum_{i,j} x_{n,\,sh+di-t,\,sw+dj-l,\,c} \, k_{i,j,c,q}

over images (rows, height, width, channels), with m kernels to a channel, stride s,
dilation d, padding t above and l left. ``window`` is an int64 array of the strides, the
dilations and the padding above and left.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.jit import kernel

#: Images whose part of the kernel's gradient is summed before it is added.
BLOCK = 8


@kernel
def forward(x: Any, filters: Any, window: Any, out: Any) -> None:
    """Convolve all images.

    Parameters
    ----------
    x : ndarray, shape (images, height, width, channels)
    filters : ndarray, shape (taps down, taps right, channels, kernels to a channel)
    out : ndarray, shape (images, out height, out width, channels * kernels)
    """
    taps_down, taps_right, channels, copies = filters.shape
    _, height, width, _ = x.shape
    _, out_height, out_width, columns = out.shape
    zero = x.dtype.type(0)
    for n in range(x.shape[0]):
        for oh in range(out_height):
            for ow in range(out_width):
                for k in range(columns):
                    out[n, oh, ow, k] = zero
                for i in range(taps_down):
                    h = oh * window[0] + i * window[2] - window[4]
                    if h < 0 or h >= height:
                        continue
                    for j in range(taps_right):
                        w = ow * window[1] + j * window[3] - window[5]
                        if w < 0 or w >= width:
                            continue
                        if copies == 1:
                            for c in range(channels):
                                out[n, oh, ow, c] += x[n, h, w, c] * filters[i, j, c, 0]
                            continue
                        for c in range(channels):
                            value = x[n, h, w, c]
                            for q in range(copies):
                                k = c * copies + q
                                out[n, oh, ow, k] += value * filters[i, j, c, q]


@kernel
def input_gradient(grad: Any, filters: Any, window: Any, out: Any) -> None:
    """Compute the gradient of the input, of the shape of `x` in `forward`."""
    taps_down, taps_right, channels, copies = filters.shape
    _, height, width, _ = out.shape
    _, out_height, out_width, _ = grad.shape
    zero = grad.dtype.type(0)
    for n in range(out.shape[0]):
        for h in range(height):
            for w in range(width):
                for c in range(channels):
                    out[n, h, w, c] = zero
        for oh in range(out_height):
            for ow in range(out_width):
                for i in range(taps_down):
                    h = oh * window[0] + i * window[2] - window[4]
                    if h < 0 or h >= height:
                        continue
                    for j in range(taps_right):
                        w = ow * window[1] + j * window[3] - window[5]
                        if w < 0 or w >= width:
                            continue
                        if copies == 1:
                            for c in range(channels):
                                g = grad[n, oh, ow, c]
                                out[n, h, w, c] += g * filters[i, j, c, 0]
                            continue
                        for c in range(channels):
                            total = zero
                            for q in range(copies):
                                g = grad[n, oh, ow, c * copies + q]
                                total += g * filters[i, j, c, q]
                            out[n, h, w, c] += total


@kernel
def _kernel_block(x: Any, grad: Any, window: Any, out: Any, block: int) -> None:
    """Sum the gradient of the kernels over one block of images into ``out[block]``."""
    _, taps_down, taps_right, channels, copies = out.shape
    images, height, width, _ = x.shape
    _, out_height, out_width, _ = grad.shape
    zero = grad.dtype.type(0)
    for i in range(taps_down):
        for j in range(taps_right):
            for c in range(channels):
                for q in range(copies):
                    out[block, i, j, c, q] = zero
    for n in range(block * BLOCK, min(images, (block + 1) * BLOCK)):
        for oh in range(out_height):
            for ow in range(out_width):
                for i in range(taps_down):
                    h = oh * window[0] + i * window[2] - window[4]
                    if h < 0 or h >= height:
                        continue
                    for j in range(taps_right):
                        w = ow * window[1] + j * window[3] - window[5]
                        if w < 0 or w >= width:
                            continue
                        if copies == 1:
                            for c in range(channels):
                                g = grad[n, oh, ow, c]
                                out[block, i, j, c, 0] += x[n, h, w, c] * g
                            continue
                        for c in range(channels):
                            value = x[n, h, w, c]
                            for q in range(copies):
                                g = grad[n, oh, ow, c * copies + q]
                                out[block, i, j, c, q] += value * g


@kernel
def kernel_gradient(x: Any, grad: Any, window: Any, blocks: Any, out: Any) -> None:
    """Compute the gradient of the kernels.

    Parameters
    ----------
    blocks : ndarray, shape (images / BLOCK rounded up, *shape of `out`)
        Scratch space.
    out : ndarray, shape of `filters` in `forward`
        Receives the gradient.
    """
    count = (x.shape[0] + BLOCK - 1) // BLOCK
    for block in range(count):
        _kernel_block(x, grad, window, blocks, block)
    flat, parts = out.reshape(-1), blocks.reshape(blocks.shape[0], -1)
    for k in range(flat.size):
        total = parts[0, k]
        for block in range(1, count):
            total += parts[block, k]
        flat[k] = total
