"""Flatten and Reshape: the same entries, other axes."""

import numpy as np
import pytest

from optlab import Dense, InputError, Sequential
from optlab.layers import Flatten, Reshape

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def test_entries_keep_their_order():
    model = Sequential([Reshape((2, -1)), Flatten()], input_shape=(3, 4))
    assert model.layers[0].output_shape == (2, 6)
    np.testing.assert_array_equal(model.forward(X), X.reshape(2, 12))
    grad = model.backward(X.reshape(2, 12), input_gradient=True)
    np.testing.assert_array_equal(grad, X)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Reshape((0, 2)), "`target_shape` must hold positive integers"),
        (lambda: Reshape((-1, -1)), "one of which may be -1"),
        (lambda: Reshape("ab"), "Received: target_shape='ab'"),
        (lambda: Flatten(data_format="channels_first"), "must be 'channels_last'"),
        (
            lambda: _built(Reshape((5,))),
            "as the input, 12. Received: target_shape=(5,)",
        ),
        (lambda: _built(Reshape((5, -1))), "inputs of shape (rows, 3, 4)"),
        (lambda: _built(Reshape((5, -1))), "layers[1], Reshape 'reshape'"),
    ],
)
def test_what_cannot_be(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert message in str(caught.value)


def _built(layer):
    return Sequential([Dense(4), layer], input_shape=(3, 4))
