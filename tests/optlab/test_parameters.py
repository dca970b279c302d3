"""The arena: views of one aligned array."""

import numpy as np
import pytest

from optlab.parameters import ALIGNMENT, Parameters


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_views_share_an_aligned_flat_array(dtype):
    arena = Parameters([(2, 3), (), (4,)], dtype, ["kernel", "scale", "bias"])
    arena["bias"][:] = 7
    arena[0][1, 2] = 5
    np.testing.assert_array_equal(arena.flat, [0, 0, 0, 0, 0, 5, 0, 7, 7, 7, 7])
    assert arena.flat.ctypes.data % ALIGNMENT == 0
    assert arena.offsets == (0, 6, 7)
    assert arena.size == 11
    assert len(arena) == 3


def test_from_arrays_copies():
    source = [np.ones((2, 2)), np.zeros(3)]
    arena = Parameters.from_arrays(source)
    arena.flat[:] = 9
    assert source[0].max() == 1
    other = arena.copy()
    other.flat[:] = 0
    assert arena.flat.min() == 9
    assert not arena.zeros_like().flat.any()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Parameters([(2,)], "float16"), TypeError, "float32 or float64"),
        (lambda: Parameters([(2,)], "int32"), TypeError, "Received: dtype=int32"),
        (lambda: Parameters([(2,)], names=["a", "b"]), ValueError, "one unique name"),
        (
            lambda: Parameters([(2,), (1,)], names=["a", "a"]),
            ValueError,
            "one unique name",
        ),
        (
            lambda: Parameters.from_arrays([np.ones(1), np.ones(1, "f4")]),
            TypeError,
            "one dtype",
        ),
        (lambda: Parameters([(2,)], names=["a"])["b"], KeyError, "there are a"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
