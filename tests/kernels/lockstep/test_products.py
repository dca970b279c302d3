"""Products in lanes: their values, and that no lane depends on another."""

import numpy as np
import pytest

from optlab.kernels.lockstep.lanes import all_finite, lanes_first, lanes_last
from optlab.kernels.lockstep.products import (
    add_bias,
    bias_gradient,
    input_gradient,
    lanes,
    multiply,
    weight_gradient,
)

RNG = np.random.default_rng(0)


def drawn(dtype, *shape):
    return RNG.standard_normal((*shape, lanes(np.dtype(dtype).itemsize))).astype(dtype)


@pytest.mark.parametrize("dtype, shared", [("float32", False), ("float64", True)])
# Full tiles, and what is left over in each direction.
@pytest.mark.parametrize("rows, inputs, units", [(8, 9, 6), (7, 3, 4), (1, 1, 1)])
def test_products(dtype, shared, rows, inputs, units):
    x, w, g = (
        drawn(dtype, *s) for s in ((rows, inputs), (inputs, units), (rows, units))
    )
    taken = np.ascontiguousarray(x[..., 0]) if shared else x
    wide = np.broadcast_to(x[..., :1], x.shape) if shared else x
    z, w_grad, x_grad = np.empty_like(g), np.zeros_like(w), np.empty_like(x)
    for first, last in ((0, rows // 2), (rows // 2, rows)):
        multiply(taken, first, w, z, first, last - first)
        weight_gradient(taken, first, g, first, w_grad, last - first)
    input_gradient(g, 0, w, x_grad, rows)
    near = {"rtol": 0, "atol": 64 * np.finfo(dtype).eps}
    np.testing.assert_allclose(z, np.einsum("rkl,kjl->rjl", wide, w), **near)
    np.testing.assert_allclose(w_grad, np.einsum("rkl,rjl->kjl", wide, g), **near)
    np.testing.assert_allclose(x_grad, np.einsum("rjl,kjl->rkl", g, w), **near)
    # The same lane beside others that hold other numbers, or none.
    alone = np.full_like(z, 7)
    others = w.copy()
    others[..., 1:] = np.nan
    multiply(taken, 0, others, alone, 0, rows)
    assert alone[..., 0].tobytes() == z[..., 0].tobytes()
    # Nor does one on how the rows are cut.
    whole = np.zeros_like(w)
    weight_gradient(taken, 0, g, 0, whole, rows)
    assert whole.tobytes() == w_grad.tobytes()


def test_biases():
    z, bias = RNG.standard_normal((5, 48)), RNG.standard_normal(48)
    expected = z + bias
    add_bias(z, bias)
    np.testing.assert_array_equal(z, expected)
    total = np.zeros_like(bias)
    bias_gradient(z, total)
    np.testing.assert_allclose(total, z.sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [5, 40])
def test_lanes_are_turned_and_back(dtype, count):
    z = drawn(dtype, count)
    rows = np.zeros((z.shape[1], count), dtype)
    lanes_first(z, rows, count)
    np.testing.assert_array_equal(rows, z.T)
    back = np.empty_like(z)
    lanes_last(rows, back, count)
    np.testing.assert_array_equal(back, z)


def test_what_is_not_finite():
    numbers = np.ones(100, np.float32)
    assert all_finite(numbers)
    for value in (np.nan, np.inf, -np.inf):
        numbers[70] = value
        assert not all_finite(numbers)
