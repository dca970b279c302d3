"""Refusals of the layers of activations."""

import numpy as np
import pytest

from optlab.errors import InputError
from optlab.layers import Softmax


@pytest.mark.parametrize(
    "axis", [np.array([-1, 1]), [np.array([-1, 1])], [1, 2], 0, -2, -1.0, True, "last"]
)
def test_softmax_refuses_other_axes(axis):
    with pytest.raises(InputError, match="`axis` must be the last one"):
        Softmax(axis)


@pytest.mark.parametrize("axis", [-1, 2, [-1], np.int64(2)])
def test_softmax_takes_the_last_axis(axis):
    layer = Softmax(axis)
    layer.build((3, 4), np.dtype("f4"))
    assert layer.axis in (-1, 2)
    with pytest.raises(InputError, match="`axis` must be the last one"):
        Softmax(1).build((3, 4), np.dtype("f4"))
