"""Double-word arithmetic against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest

from optlab.kernels import double_word as dw
from optlab.kernels.jit import kernel

DTYPES = (np.float32, np.float64)


@kernel
def _product(x, y):
    return dw.multiply_ff(x, y)


@kernel
def _chain(x, y, z):
    """Return (x y) z / z + (x + y) in double words."""
    p, p_low = dw.multiply_ff(x, y)
    p, p_low = dw.multiply_wf(p, p_low, z)
    p, p_low = dw.divide_wf(p, p_low, z)
    s, s_low = dw.add_ff(x, y)
    q, q_low = dw.multiply_ww(p, p_low, s, s_low)
    return dw.add_ww(q, q_low, p, p_low)


def exact(*parts):
    return sum((Fraction(float(part)) for part in parts), Fraction(0))


@pytest.mark.parametrize("dtype", DTYPES)
def test_products_of_floats_are_exact(dtype):
    rng = np.random.default_rng(0)
    for x, y in rng.standard_normal((300, 2)).astype(dtype):
        high, low = _product(x, y)
        assert exact(high, low) == exact(x) * exact(y)
        assert high == x * y


@pytest.mark.parametrize(("dtype", "digits"), [(np.float32, 48), (np.float64, 106)])
def test_a_chain_keeps_twice_the_digits(dtype, digits):
    rng = np.random.default_rng(1)
    for x, y, z in np.sort(rng.uniform(2, 3, (200, 3)).astype(dtype), axis=1)[:, ::-1]:
        found = exact(*_chain(x, y, z))
        product = exact(x) * exact(y)
        expected = product * exact(x, y) + product
        assert abs(found - expected) < 64 * expected / 2**digits
