"""The C library's scalar functions, reached two ways."""

import ctypes
import ctypes.util
import math

import numpy as np
import pytest

from optlab.kernels import libm
from optlab.kernels.jit import kernel


@pytest.fixture(scope="module")
def c_library():
    library = ctypes.CDLL(ctypes.util.find_library("m"))
    for name, count in {"powf": 2, "cosf": 1, "logf": 1, "expf": 1}.items():
        getattr(library, name).argtypes = [ctypes.c_float] * count
        getattr(library, name).restype = ctypes.c_float
    return library


def test_float32_functions_are_the_c_librarys(c_library):
    rng = np.random.default_rng(0)
    for x, y in rng.uniform(0, 30, (2000, 2)).astype(np.float32):
        assert libm.power(x, y) == c_library.powf(x, y)
        assert libm.cosine(x) == c_library.cosf(x)
        assert libm.logarithm(x) == c_library.logf(x)
        assert libm.exponential(x) == c_library.expf(x)


def test_float64_functions_are_pythons():
    for x, y in np.random.default_rng(1).uniform(0, 30, (500, 2)):
        assert libm.power(x, y) == math.pow(x, y)
        assert libm.cosine(x) == math.cos(x)
        assert libm.logarithm(x) == math.log(x)
        assert libm.exponential(x) == math.exp(x)


@pytest.mark.parametrize(
    ("dtype", "x", "y", "expected"),
    [
        ("float32", 0.5, 126, 2.0**-126),
        ("float32", 0.5, 127, 0.0),
        ("float64", 0.5, 1022, 2.0**-1022),
        ("float64", 0.5, 1023, 0.0),
        ("float32", math.inf, -1, 0.0),
        ("float32", 0.0, 0, 1.0),
        ("float32", -2.0, 3, -8.0),
        ("float64", 0.0, -1, math.inf),
    ],
)
def test_power_at_the_edges(dtype, x, y, expected):
    number = np.dtype(dtype).type
    assert libm.power(number(x), number(y)) == expected


def test_power_passes_nan_on():
    assert math.isnan(libm.power(np.float32(math.nan), np.float32(2)))
    assert math.isnan(libm.power(-2.0, 0.5))


@kernel
def _powers_in_kernel(x, out):
    for i in range(x.size):
        out[i] = libm.power(x[i], x[i])


def test_power_in_a_loop_is_the_same():
    x = np.random.default_rng(2).uniform(0, 5, 300).astype(np.float32)
    out = np.empty_like(x)
    _powers_in_kernel(x, out)
    np.testing.assert_array_equal(out, [libm.power(v, v) for v in x])
