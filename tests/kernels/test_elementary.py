"""exp, log and their kin inside kernels: accuracy, special values, same bits."""

import functools
import math

import numpy as np
import pytest

from optlab.kernels import elementary
from optlab.kernels.jit import kernel

RNG = np.random.default_rng(5)
WIDE = RNG.standard_normal(3000) * 10.0 ** RNG.uniform(-8, 1.5, 3000)
ANY = np.clip(WIDE, -80.0, 80.0)
UNIT = RNG.uniform(size=3000) * 10.0 ** RNG.uniform(-10, 0, 3000)


@functools.cache
def looped(function):
    """Return a kernel that applies a function of one scalar to an array."""

    @kernel
    def loop(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    def apply(x):
        out = np.empty_like(x)
        loop(x, out)
        return out

    return apply


def exact_sigmoid(x):
    return [1 / (1 + math.exp(-v)) for v in x]


def exact_normal_cdf(x):
    return [0.5 * math.erfc(-v / math.sqrt(2)) for v in x]


#: Function, exact values in float64, arguments, largest error in float64 ULP (that of
#: the reference included; the tail of erfc magnifies the rounding of its argument).
CASES = [
    ("exp", np.exp, ANY, 2),
    ("expm1", np.expm1, ANY, 3),
    ("log", np.log, np.exp(ANY), 3),
    ("log1p_unit", np.log1p, UNIT, 3),
    ("tanh", np.tanh, ANY, 4),
    ("sigmoid", exact_sigmoid, ANY, 4),
    ("normal_cdf", exact_normal_cdf, np.clip(WIDE, -5.0, 5.0), 30),
]


@pytest.mark.parametrize(("name", "exact", "x", "ulp"), CASES)
def test_accuracy(name, exact, x, ulp):
    apply = looped(getattr(elementary, name))
    expected = np.asarray(exact(x))
    error = np.abs(apply(x) - expected) / np.spacing(np.abs(expected))
    assert error.max() <= ulp

    x32 = x.astype(np.float32)
    expected = np.asarray(exact(x32.astype(np.float64)))
    spacing = np.spacing(np.abs(expected).astype(np.float32))
    assert (np.abs(apply(x32) - expected) / spacing).max() < 0.501


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("exp", [-np.inf, -750.0, 0.0, 710.0, np.inf], [0.0, 0.0, 1.0, np.inf, np.inf]),
        ("expm1", [-np.inf, -0.0, 750.0, np.inf], [-1.0, 0.0, np.inf, np.inf]),
        ("log", [1.0, np.inf], [0.0, np.inf]),
        ("log1p_unit", [0.0, 1.0], [0.0, math.log(2.0)]),
        ("tanh", [-np.inf, -30.0, 0.0, 30.0, np.inf], [-1.0, -1.0, 0.0, 1.0, 1.0]),
        ("sigmoid", [-np.inf, -750.0, 0.0, 40.0, np.inf], [0.0, 0.0, 0.5, 1.0, 1.0]),
        ("normal_cdf", [-40.0, 0.0, 9.0, np.inf], [0.0, 0.5, 1.0, 1.0]),
    ],
)
def test_special_values(name, x, expected):
    found = looped(getattr(elementary, name))(np.array([*x, np.nan]))
    np.testing.assert_allclose(found, [*expected, np.nan], rtol=2e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bits_do_not_depend_on_the_position(dtype):
    apply = looped(elementary.sigmoid)
    values = WIDE[:37].astype(dtype)
    alone = np.concatenate([apply(values[i : i + 1]) for i in range(37)])
    np.testing.assert_array_equal(apply(values), alone)


@pytest.mark.parametrize("name", [case[0] for case in CASES])
def test_on_arrays_it_is_numpy(name):
    function = getattr(elementary, name)
    x = np.linspace(0.1, 0.9, 7)
    np.testing.assert_allclose(function(x), looped(function)(x), rtol=1e-14)
