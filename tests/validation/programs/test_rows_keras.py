"""The rows of a training, whatever holds them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from optlab.errors import InputError
from optlab.validation.programs.rows import read_rows
from tests.validation.programs.models import classifier

layers = keras.layers


def test_rows_of_every_kind(rows):
    import pandas

    x, y = rows
    model = classifier()
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(20)

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 8

        def __getitem__(self, k):
            return x[20 * k : 20 * k + 20], y[20 * k : 20 * k + 20]

    def forever():
        while True:
            yield x[:20], y[:20]

    kinds = [
        (x.tolist(), y.tolist()),
        (pandas.DataFrame(x), pandas.Series(y)),
        (tf.constant(x), tf.constant(y)),
        (data, None),
        (Batches(), None),
    ]
    for given in kinds:
        found = read_rows(*given, None, model)
        np.testing.assert_allclose(found.inputs[0], x, rtol=1e-6)
        np.testing.assert_array_equal(found.targets[0], y)
    endless = read_rows(forever(), None, None, model, steps=3)
    assert len(endless) == 60 and endless.batch_size == 20


def test_rows_that_are_none(rows):
    x, y = rows
    with pytest.raises(InputError, match="one row a row of `x`"):
        read_rows(x, y[:-1], None, classifier())
    with pytest.raises(InputError, match="comes without targets"):
        read_rows(x, None, None, classifier())
    with pytest.raises(InputError, match="array of numbers"):
        read_rows([["a"]], [1], None, classifier())
