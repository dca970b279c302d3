"""The fused multiply-add rounds once, against exact rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

from optlab.validation.fma import fma
from optlab.validation.parity import compare


def rounded_once(a, b, c):
    """Round the exact a*b + c to float32, ties to even."""
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    guess = np.float32(float(exact))
    near = [np.nextafter(guess, np.float32(s)) for s in (-np.inf, np.inf)] + [guess]
    return min(
        near,
        key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(np.int32)) & 1),
    )


def test_against_rational_arithmetic():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 400)).astype(np.float32)
    c = (-a * b * (1 + rng.integers(-4, 5, 400) * np.float32(2**-23))).astype(
        np.float32
    )
    expected = np.array(
        [rounded_once(*triple) for triple in zip(a, b, c, strict=True)], np.float32
    )
    assert compare(fma(a, b, c), expected).passed
    assert not compare(a * b + c, expected).passed


def test_float64_is_not_a_substitute():
    a = np.float32([1 + 2**-12])
    c = np.float32([2**-80])
    twice = (a.astype(np.float64) ** 2 + c).astype(np.float32)
    found = fma(a, a, c)
    assert found[0] == np.float32(1 + 2**-11 + 2**-23)
    assert twice[0] == np.float32(1 + 2**-11)
    assert found[0] == rounded_once(a[0], a[0], c[0])


def test_broadcasts_scalars_and_refuses_mixed_dtypes():
    x = np.arange(6, dtype=np.float64).reshape(2, 3)
    assert np.array_equal(fma(x, np.float64(2), np.float64(1)), 2 * x + 1)
    with pytest.raises(TypeError, match="float32, float64, float64"):
        fma(np.float32(1), np.float64(1), np.float64(1))
