"""The parity assertion: what it measures, and that it fails where it must."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optlab.validation.parity import (
    EXACT,
    Tolerance,
    assert_parity,
    compare,
    ulp_distance,
)

F32, F64 = np.float32, np.float64
BIG32, BIG64 = np.finfo(F32).max, np.finfo(F64).max
TINY32, TINY64 = np.finfo(F32).smallest_subnormal, np.finfo(F64).smallest_subnormal


@pytest.mark.parametrize(
    ("a", "b", "dtype", "distance"),
    [
        (1.0, 1.0, F32, 0),
        (0.0, -0.0, F32, 0),
        (0.0, -0.0, F64, 0),
        (1.0, np.nextafter(F32(1), F32(2)), F32, 1),
        (1.0, np.nextafter(F32(1), F32(0)), F32, 1),
        (1.0, 1.0 + 2**-52, F64, 1),
        (1.0, 2.0, F32, 2**23),
        (1.0, 2.0, F64, 2**52),
        (0.0, TINY32, F32, 1),
        (-TINY32, TINY32, F32, 2),
        (-TINY64, TINY64, F64, 2),
        (BIG32, np.inf, F32, 1),
        (BIG64, np.inf, F64, 1),
        (-np.inf, np.inf, F32, 2 * 0x7F800000),
        (-np.inf, np.inf, F64, 2 * 0x7FF0000000000000),
        (0.0, 1e-30, F32, 228737632),
    ],
)
def test_distance(a, b, dtype, distance):
    a, b = np.array([a], dtype), np.array([b], dtype)
    assert int(ulp_distance(a, b)[0]) == distance
    assert int(ulp_distance(b, a)[0]) == distance


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(0, 50))
def test_counting_steps_agrees_with_nextafter(start, steps):
    here = end = np.array(start, F32)
    for _ in range(steps):
        end = np.nextafter(end, F32(-np.inf if start > 0 else np.inf))
    assert int(ulp_distance(here, end)) == steps


@pytest.mark.parametrize(("a", "b"), [(np.nan, np.nan), (np.nan, 1.0), (1.0, np.nan)])
def test_nan_is_infinitely_far(a, b):
    pair = np.array([a], F32), np.array([b], F32)
    assert ulp_distance(*pair)[0] == np.iinfo(np.uint64).max


def test_other_dtypes_and_shapes_are_refused():
    one = np.ones(2, F32)
    with pytest.raises(TypeError, match="float32 and float64"):
        ulp_distance(one, one.astype(F64))
    with pytest.raises(TypeError, match="needs floats"):
        ulp_distance(np.ones(2, np.int32), np.ones(2, np.int32))
    with pytest.raises(ValueError, match="shapes"):
        ulp_distance(one, one[:1])


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
