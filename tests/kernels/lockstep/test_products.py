"""Products in lanes: their values, and that no lane depends on another."""

import numpy as np
import pytest

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
@pytest.mark.parametrize("rows, inputs, units", [(4, 5, 6), (7, 3, 4), (1, 1, 1)])
def test_products(dtype, shared, rows, inputs, units):
    x, w, g = (
        drawn(dtype, *s) for s in ((rows, inputs), (inputs, units), (rows, units))
    )
    taken = np.ascontiguousarray(x[..., 0]) if shared else x
    wide = np.broadcast_to(x[..., :1], x.shape) if shared else x
    z, w_grad, x_grad = np.empty_like(g), np.empty_like(w), np.empty_like(x)
    multiply(taken, w, z)
    weight_gradient(taken, g, w_grad)
    input_gradient(g, w, x_grad)
    near = {"rtol": 0, "atol": 64 * np.finfo(dtype).eps}
    np.testing.assert_allclose(z, np.einsum("rkl,kjl->rjl", wide, w), **near)
    np.testing.assert_allclose(w_grad, np.einsum("rkl,rjl->kjl", wide, g), **near)
    np.testing.assert_allclose(x_grad, np.einsum("rjl,kjl->rkl", g, w), **near)
    # The same lane beside others that hold other numbers, or none.
    alone = np.full_like(z, 7)
    others = w.copy()
    others[..., 1:] = np.nan
    multiply(taken, others, alone)
    assert alone[..., 0].tobytes() == z[..., 0].tobytes()


def test_biases():
    z, bias = drawn("float32", 5, 3), drawn("float32", 3)
    expected = z + bias
    add_bias(z, bias)
    np.testing.assert_array_equal(z, expected)
    total = np.empty_like(bias)
    bias_gradient(z, total)
    np.testing.assert_allclose(total, z.sum(axis=0), rtol=1e-5)
