"""Distance in units in the last place, at the edges of the number line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optlab.validation.ulp import ulp_distance

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
