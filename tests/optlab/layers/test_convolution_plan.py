"""The three products of a convolution against sums over NumPy's slices."""

import numpy as np
import pytest

from optlab.kernels.tiles import BIAS, RELU, STORE
from optlab.layers import convolution_plan
from optlab.layers.convolution_plan import ConvolutionPlan, Geometry


def random_geometry(rng):
    """Return a geometry in which strides, dilations and paddings of all kinds occur."""
    while True:
        height, width, channels, filters = rng.integers(1, (9, 9, 20, 36))
        kernel = rng.integers(1, 5, 2)
        strides, dilation = np.ones((2, 2), int)
        kind = rng.integers(3)
        if kind == 1:
            strides = rng.integers(1, 4, 2)
        elif kind == 2:
            dilation = rng.integers(1, 4, 2)
        before, after = rng.integers(0, 3, (2, 2))
        padded = np.array([height, width]) + before + after
        spare = padded - (kernel - 1) * dilation - 1
        if spare.min() >= 0:
            out = spare // strides + 1
            as_tuple = (tuple(map(int, a)) for a in (kernel, strides, dilation))
            return Geometry(
                (int(height), int(width), int(channels)),
                (int(out[0]), int(out[1]), int(filters)),
                *as_tuple,
                tuple(map(int, before)),
                tuple(map(int, after)),
            )


def expected(geometry, x, kernel, grad):
    """Return the output and both gradients in float64, tap by tap."""
    g = geometry
    pads = [(0, 0), *zip(g.before, g.after, strict=True), (0, 0)]
    x = np.pad(x.astype(np.float64), pads)
    kernel, grad = kernel.astype(np.float64), grad.astype(np.float64)
    out, by_x, by_kernel = np.zeros(grad.shape), np.zeros(x.shape), []
    for i, j in np.ndindex(*g.kernel):
        taken = [slice(None)]
        for axis, tap in enumerate((i, j)):
            start, stride = tap * g.dilation[axis], g.strides[axis]
            taken.append(
                slice(start, start + (g.output[axis] - 1) * stride + 1, stride)
            )
        taken = tuple(taken)
        out += x[taken] @ kernel[i, j]
        by_x[taken] += grad @ kernel[i, j].T
        by_kernel.append(np.einsum("nhwc,nhwf->cf", x[taken], grad))
    inside = [slice(b, b + size) for b, size in zip(g.before, g.input, strict=False)]
    return out, np.reshape(by_kernel, kernel.shape), by_x[:, inside[0], inside[1]]


def arrays(geometry, rows, dtype, rng):
    shapes = (
        (rows, *geometry.input),
        (*geometry.kernel, geometry.input[2], geometry.output[2]),
        (rows, *geometry.output),
    )
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def products(plan, x, kernel, grad):
    """Return what the plan computes, into arrays of NaN."""
    plan.resize(len(x))
    out, by_kernel, by_x = (np.full_like(a, np.nan) for a in (grad, kernel, x))
    padded = plan.padded(x)
    plan.output(padded, kernel, None, STORE, out)
    bordered = plan.bordered(grad)
    plan.kernel_gradient(padded, bordered, by_kernel)
    plan.input_gradient(bordered, kernel, None, STORE, by_x)
    return out, by_kernel, by_x


@pytest.mark.parametrize(("dtype", "tolerance"), [("f4", 2e-6), ("f8", 4e-15)])
def test_products(dtype, tolerance, monkeypatch):
    rng = np.random.default_rng(0)
    for parallel_from in [10**9] * 60 + [0] * 20:
        monkeypatch.setattr(convolution_plan, "PARALLEL_FROM", parallel_from)
        geometry = random_geometry(rng)
        plan = ConvolutionPlan(geometry, np.dtype(dtype))
        for rows in (5, 2, 5):
            x, kernel, grad = arrays(geometry, rows, dtype, rng)
            found = products(plan, x, kernel, grad)
            for actual, correct in zip(
                found, expected(geometry, x, kernel, grad), strict=True
            ):
                scale = max(1.0, np.abs(correct).max())
                np.testing.assert_allclose(
                    actual, correct, 0, tolerance * scale, err_msg=str(geometry)
                )


def test_threads_change_no_bit(monkeypatch):
    rng = np.random.default_rng(1)
    geometry = Geometry((9, 9, 5), (9, 9, 20), (3, 3), (1, 1), (1, 1), (1, 1), (1, 1))
    x, kernel, grad = arrays(geometry, 70, "f4", rng)
    found = []
    for parallel_from in (0, 10**9):
        monkeypatch.setattr(convolution_plan, "PARALLEL_FROM", parallel_from)
        plan = ConvolutionPlan(geometry, np.dtype("f4"))
        found.append(products(plan, x, kernel, grad))
        assert plan.parallel == (parallel_from == 0)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_an_image_does_not_depend_on_the_others():
    rng = np.random.default_rng(2)
    geometry = Geometry((6, 5, 3), (4, 3, 9), (3, 3), (1, 1), (1, 1), (0, 0), (0, 0))
    x, kernel, grad = arrays(geometry, 7, "f4", rng)
    plan = ConvolutionPlan(geometry, np.dtype("f4"))
    out, _, by_x = products(plan, x, kernel, grad)
    alone, _, by_x_alone = products(plan, x[4:5], kernel, grad[4:5])
    np.testing.assert_array_equal(alone[0], out[4])
    np.testing.assert_array_equal(by_x_alone[0], by_x[4])


@pytest.mark.parametrize("filters", [3, 8, 11, 16, 21])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_bias_and_relu(filters, dtype):
    rng = np.random.default_rng(3)
    geometry = Geometry(
        (4, 4, 2), (3, 3, filters), (2, 2), (1, 1), (1, 1), (0, 0), (0, 0)
    )
    x, kernel, grad = arrays(geometry, 3, dtype, rng)
    plan = ConvolutionPlan(geometry, np.dtype(dtype))
    plain = products(plan, x, kernel, grad)[0]
    bias = np.zeros(-(-filters // 16) * 16, dtype)
    bias[:filters] = rng.standard_normal(filters)
    for mode, correct in (
        (BIAS, plain + bias[:filters]),
        (RELU, np.maximum(plain + bias[:filters], 0)),
    ):
        out = np.full_like(plain, np.nan)
        plan.output(plan.padded(x), kernel, bias, mode, out)
        np.testing.assert_array_equal(out, correct)


def test_relu_keeps_nan():
    geometry = Geometry((1, 1, 1), (1, 1, 8), (1, 1), (1, 1), (1, 1), (0, 0), (0, 0))
    plan = ConvolutionPlan(geometry, np.dtype("f4"))
    plan.resize(1)
    out = np.zeros((1, 1, 1, 8), "f4")
    x = np.full((1, 1, 1, 1), np.nan, "f4")
    bias = np.zeros(16, "f4")
    plan.output(plan.padded(x), np.ones((1, 1, 1, 8), "f4"), bias, RELU, out)
    assert np.isnan(out).all()
