"""Pooling, depthwise convolution, enlarging: against NumPy, and forward with backward.

A linear map A and its transpose satisfy <A x, g> = <x, A' g>; that pins each backward
kernel once its forward kernel is right.
"""

import numpy as np
import pytest

from optlab.kernels import depthwise, pooling, resize

DTYPES = [("f4", 3e-6), ("f8", 1e-14)]
rng = np.random.default_rng(0)


def windows(x, window):
    """Yield each window's place and the part of the images that lies in it."""
    pool, strides, before, sizes = np.reshape(window, (4, 2))
    for h, w in np.ndindex(*sizes):
        start = np.array([h, w]) * strides - before
        stop = start + pool
        start = np.maximum(start, 0)
        yield (h, w), x[:, start[0] : stop[0], start[1] : stop[1]]


#: Height and width of the window, strides, padding in front, output.
WINDOWS = [
    (2, 2, 2, 2, 0, 0, 3, 2),
    (2, 2, 2, 2, 0, 0, 2, 2),
    (3, 2, 1, 1, 1, 0, 6, 5),
    (3, 3, 2, 3, 1, 1, 3, 2),
    (2, 3, 3, 4, 0, 1, 2, 2),
    (1, 1, 2, 2, 0, 0, 3, 3),
]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_max(window, dtype, tolerance):
    x = rng.permutation(4 * 6 * 5 * 9).reshape(4, 6, 5, 9).astype(dtype)
    out = np.full((4, *window[6:], 9), np.nan, dtype)
    chosen = np.zeros(out.shape, np.uint8)
    places = np.array(window[:6])
    pooling.max_forward(x, out, chosen, places)
    expected = np.zeros_like(out)
    by_x = np.zeros_like(x)
    grad = rng.standard_normal(out.shape).astype(dtype)
    for (h, w), part in windows(x, window):
        expected[:, h, w] = part.max((1, 2))
    np.testing.assert_array_equal(out, expected)
    for n, h, w, c in np.ndindex(out.shape):
        by_x[n, ..., c][x[n, ..., c] == out[n, h, w, c]] += grad[n, h, w, c]
    found = np.full_like(x, np.nan)
    pooling.max_backward(grad, chosen, places, found)
    np.testing.assert_allclose(found, by_x, 0, tolerance)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_average(window, dtype, tolerance):
    x = rng.standard_normal((4, 6, 5, 9)).astype(dtype)
    out = np.full((4, *window[6:], 9), np.nan, dtype)
    places = np.array(window[:6])
    pooling.average_forward(x, out, places)
    for (h, w), part in windows(x, window):
        np.testing.assert_allclose(out[:, h, w], part.mean((1, 2)), 0, tolerance)
    grad = rng.standard_normal(out.shape).astype(dtype)
    by_x = np.full_like(x, np.nan)
    pooling.average_backward(grad, places, by_x)
    assert np.vdot(out, grad) == pytest.approx(np.vdot(x, by_x), abs=30 * tolerance)


def test_the_first_of_equal_maxima_takes_the_gradient():
    x = np.ones((1, 2, 2, 1), "f4")
    out, chosen = np.zeros((1, 1, 1, 1), "f4"), np.ones((1, 1, 1, 1), np.uint8)
    window = np.array([2, 2, 2, 2, 0, 0])
    pooling.max_forward(x, out, chosen, window)
    by_x = np.empty_like(x)
    pooling.max_backward(np.full_like(out, 3), chosen, window, by_x)
    np.testing.assert_array_equal(by_x.reshape(-1), [3, 0, 0, 0])


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_global(dtype, tolerance):
    x = rng.integers(0, 3, (4, 6, 9)).astype(dtype)
    grad = rng.standard_normal((4, 9)).astype(dtype)
    out, by_x = np.empty((4, 9), dtype), np.empty_like(x)
    pooling.global_average_forward(x, out)
    np.testing.assert_allclose(out, x.mean(1), tolerance)
    pooling.global_average_backward(grad, by_x)
    np.testing.assert_allclose(by_x, np.broadcast_to(grad[:, None] / 6, x.shape), 1e-6)
    pooling.global_max_forward(x, out)
    np.testing.assert_array_equal(out, x.max(1))
    pooling.global_max_backward(grad, x, out, np.empty(9, dtype), by_x)
    ties = x == out[:, None]
    expected = ties / ties.sum(1, keepdims=True) * grad[:, None]
    np.testing.assert_allclose(by_x, expected, tolerance)
    mask = rng.random((4, 6)) < 0.5
    mask[:, 0] = True
    pooling.masked_average_forward(x, mask, out)
    for n in range(4):
        np.testing.assert_allclose(out[n], x[n][mask[n]].mean(0), 10 * tolerance)
    pooling.masked_average_backward(grad, mask, by_x)
    expected = mask[..., None] / mask.sum(1)[:, None, None] * grad[:, None]
    np.testing.assert_allclose(by_x, expected, 1e-6)


@pytest.mark.parametrize("copies", [1, 3])
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_depthwise(dtype, tolerance, copies):
    x = rng.standard_normal((19, 6, 5, 4)).astype(dtype)
    filters = rng.standard_normal((3, 2, 4, copies)).astype(dtype)
    window = np.array([2, 1, 1, 2, 1, 0])
    out = np.full((19, 3, 3, 4 * copies), np.nan, dtype)
    depthwise.forward(x, filters, window, out)
    padded = np.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0)))
    expected = np.zeros((19, 3, 3, 4, copies))
    for i, j in np.ndindex(3, 2):
        part = padded[:, i : i + 5 : 2, 2 * j : 2 * j + 3]
        expected += part[..., None] * filters[i, j]
    scale = np.abs(expected).max()
    np.testing.assert_allclose(out, expected.reshape(out.shape), 0, tolerance * scale)
    grad = rng.standard_normal(out.shape).astype(dtype)
    by_x, by_filters = np.full_like(x, np.nan), np.full_like(filters, np.nan)
    depthwise.input_gradient(grad, filters, window, by_x)
    blocks = np.empty((3, *filters.shape), dtype)
    depthwise.kernel_gradient(x, grad, window, blocks, by_filters)
    total = pytest.approx(np.vdot(out, grad), abs=100 * tolerance)
    assert np.vdot(x, by_x) == total
    assert np.vdot(filters, by_filters) == total


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_resize(dtype, tolerance):
    x = rng.standard_normal((2, 3, 2, 5)).astype(dtype)
    out = np.full((2, 6, 6, 5), np.nan, dtype)
    resize.repeat(x, out)
    np.testing.assert_array_equal(out, x.repeat(2, 1).repeat(3, 2))
    grad = rng.standard_normal(out.shape).astype(dtype)
    by_x = np.full_like(x, np.nan)
    resize.repeat_backward(grad, by_x)
    assert np.vdot(out, grad) == pytest.approx(np.vdot(x, by_x), abs=30 * tolerance)
    rows, columns = np.array([[0, 0, 1, 2], [1, 0, 2, 2]]), np.array([[0, 1], [1, 1]])
    down = np.array([0.25, 0.0, 0.5, 0.0], dtype)
    across = np.array([0.125, 0.0], dtype)
    out = np.full((2, 4, 2, 5), np.nan, dtype)
    resize.bilinear(x, rows, down, columns, across, out)
    expected = 0.75 * x[:, 0] + 0.25 * x[:, 1]
    expected = 0.875 * expected[:, 0] + 0.125 * expected[:, 1]
    np.testing.assert_allclose(out[:, 0, 0], expected, 0, tolerance)
    grad = rng.standard_normal(out.shape).astype(dtype)
    resize.bilinear_backward(grad, rows, down, columns, across, by_x)
    assert np.vdot(out, grad) == pytest.approx(np.vdot(x, by_x), abs=30 * tolerance)
