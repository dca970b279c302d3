"""The parity assertion: what it measures, and that it fails where it must."""

import numpy as np
import pytest

from optlab.validation.parity import (
    EXACT,
    Tolerance,
    assert_parity,
    compare,
)

F32, F64 = np.float32, np.float64
BIG32, BIG64 = np.finfo(F32).max, np.finfo(F64).max
TINY32, TINY64 = np.finfo(F32).smallest_subnormal, np.finfo(F64).smallest_subnormal

LOOSE = Tolerance(10**6, 1.0, "loose on purpose")
MUST_FAIL = {
    "shape": (np.ones(2, F32), np.ones((2, 1), F32), LOOSE, "shape is \\(2,\\)"),
    "broadcast": (np.ones(1, F32), np.ones(3, F32), LOOSE, "expected \\(3,\\)"),
    "dtype": (np.ones(2, F32), np.ones(2, F64), LOOSE, "dtype is float32"),
    "integers": (np.ones(2, int), np.ones(2, int), LOOSE, "dtype is int64"),
    "one ULP": (
        np.array([1, 1 + 2**-23], F32),
        np.ones(2, F32),
        EXACT,
        "index 1: .* 1 ULP apart",
    ),
    "nan both": (np.full(2, np.nan), np.full(2, np.nan), LOOSE, "not finite"),
    "nan one": (np.array([1, np.nan]), np.ones(2), LOOSE, "index 1: not finite"),
    "inf both": (np.full(1, np.inf), np.full(1, np.inf), LOOSE, "not finite"),
    "inf beside largest": (
        np.array([np.inf], F32),
        np.array([BIG32], F32),
        LOOSE,
        "not finite",
    ),
    "inf of another sign": (
        np.array([np.inf]),
        np.array([-np.inf]),
        Tolerance(nonfinite=True),
        "not finite",
    ),
    "nan beside inf": (
        np.array([np.nan]),
        np.array([np.inf]),
        Tolerance(nonfinite=True),
        "not finite",
    ),
    "subnormal for zero": (
        np.array([TINY32], F32),
        np.zeros(1, F32),
        EXACT,
        "1 ULP apart",
    ),
    "1e-30 for zero": (
        np.array([1e-30], F32),
        np.zeros(1, F32),
        Tolerance(10**6, 1e-31, "too tight"),
        "228737632 ULP apart",
    ),
    "opposite signs": (np.array([-1.0]), np.array([1.0]), Tolerance(2**62), "ULP"),
    "sign of zero": (
        np.array([-0.0], F32),
        np.array([0.0], F32),
        Tolerance(signed_zeros=True),
        "zeros differ in sign",
    ),
}


@pytest.mark.parametrize("name", MUST_FAIL)
def test_must_fail(name):
    actual, expected, tolerance, message = MUST_FAIL[name]
    with pytest.raises(AssertionError, match=message):
        assert_parity(actual, expected, tolerance)


@pytest.mark.parametrize(
    ("actual", "expected", "tolerance"),
    [
        (np.zeros(0, F32), np.zeros(0, F32), EXACT),
        (np.array([0.0]), np.array([-0.0]), EXACT),
        (np.array([1e-30], F32), np.zeros(1, F32), Tolerance(0, 1e-29, "near zero")),
        (np.array([1 + 2**-23], F32), np.ones(1, F32), Tolerance(1, 0.0, "one")),
        (
            np.array([np.nan, np.inf, 1.0]),
            np.array([np.nan, np.inf, 1.0]),
            Tolerance(nonfinite=True),
        ),
        (F32(3), F32(3), EXACT),
    ],
)
def test_must_pass(actual, expected, tolerance):
    assert assert_parity(actual, expected, tolerance).passed


def test_the_message_names_everything_that_is_known():
    actual = np.ones((2, 3), F32)
    expected = actual.copy()
    actual[1, 2] = np.nextafter(F32(1), F32(2))
    with pytest.raises(AssertionError) as caught:
        assert_parity(
            actual,
            expected,
            subject="adam amsgrad=True",
            dtype="float32",
            mode="XLA",
            step=10,
            tensor="velocity",
        )
    message = str(caught.value)
    for part in (
        "adam amsgrad=True, float32, XLA, step 10, velocity",
        "index (1, 2)",
        "got np.float32(1.0000001), expected np.float32(1.0)",
        "1 ULP apart",
        "1 of 6 elements",
    ):
        assert part in message


def test_the_comparison_keeps_the_figures():
    expected = np.array([1.0, 2.0, 4.0])
    found = compare(expected * (1 + 2**-50), expected, Tolerance(4, 0.0, "test"))
    assert (found.passed, found.ulp, found.differing) == (True, 4, 3)
    assert found.absolute == pytest.approx(4 * 2**-50)


def test_noncontiguous_and_transposed_arrays():
    base = np.arange(12.0, dtype=F32).reshape(3, 4)
    assert compare(base.T, np.ascontiguousarray(base.T)).passed
    assert compare(base[:, ::2], base[:, ::2].copy()).passed


SCALE = np.array([1.0, 1000.0])


@pytest.mark.parametrize(
    ("roundings", "scale", "passes"),
    [(2.0, SCALE, True), (0.5, SCALE, False), (2.0, None, False)],
)
def test_roundings_are_of_the_scale(roundings, scale, passes):
    expected = np.array([1.0, 1e-6])
    actual = expected + np.array([2**-52, 1000 * 2**-52])
    tolerance = Tolerance(roundings=roundings, reason="test")
    found = compare(actual, expected, tolerance, scale=scale)
    assert found.passed is passes
    assert found.roundings == pytest.approx(0.0 if scale is None else 1.0)
    assert not tolerance.exact
    assert str(tolerance) == f"{roundings:g} roundings"


def test_a_difference_where_the_scale_is_0_is_outside():
    one, zero = np.full(1, 1e-300), np.zeros(1)
    assert not compare(one, zero, Tolerance(roundings=1e9), scale=zero).passed
