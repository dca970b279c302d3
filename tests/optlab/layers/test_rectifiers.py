"""Refusals of the layers of activations, and their derivatives at a kink."""

import numpy as np
import pytest

from optlab.errors import InputError
from optlab.layers import Activation, ReLU, Softmax
from optlab.model import Sequential


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


@pytest.mark.parametrize(
    ("layer", "x", "expected"),
    [
        (lambda: Activation("selu"), 0.0, 1.0507009873554805),
        (lambda: ReLU(max_value=6, negative_slope=0.5), 0.0, 0.0),
        (lambda: ReLU(max_value=6, negative_slope=0.5), 6.0, 0.0),
        (lambda: ReLU(max_value=5), 5.0, 1.0),
    ],
)
def test_the_derivative_at_a_kink_is_tensorflows(layer, x, expected):
    model = Sequential([layer()], (1,), "float64")
    model.forward([[x]])
    assert model.backward(np.ones((1, 1)), input_gradient=True)[0, 0] == expected
