"""Masks of functional models: read where they are those of the input, else refused."""

import keras
import numpy as np
import pytest
from keras import layers

from optlab.errors import InputError
from optlab.validation import from_keras

IDS = np.random.default_rng(0).integers(0, 4, (6, 7))
STEPS = np.where(IDS[..., None] > 1, IDS[..., None] * [0.1, 0.2, 0.3], 0.5)


def embedded(start, **options):
    return layers.Embedding(9, 4, mask_zero=True, **options)(start)


def branches(start, merge):
    words = embedded(start)
    return layers.GRU(3)(merge([words, layers.Dense(4)(words)]))


WORDS = {
    "last step": lambda start: layers.LSTM(3)(embedded(start)),
    "mean": lambda start: layers.GlobalAveragePooling1D()(embedded(start)),
    "two recurrent layers": lambda start: layers.GRU(3)(
        layers.Bidirectional(layers.LSTM(3, return_sequences=True))(embedded(start))
    ),
    "sum": lambda start: branches(start, layers.Add()),
    "side by side": lambda start: branches(start, layers.Concatenate()),
    "one after the other": lambda start: branches(start, layers.Concatenate(axis=1)),
    "one without": lambda start: layers.GRU(3)(
        layers.Concatenate()([embedded(start), layers.Embedding(9, 4)(start)])
    ),
}


def agrees(start, end, rows):
    model = keras.Model(start, end)
    ours = from_keras(model).model.predict(rows)
    np.testing.assert_allclose(ours, np.asarray(model(rows)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", WORDS)
def test_masks_of_words(name):
    keras.utils.set_random_seed(0)
    start = keras.Input((7,))
    agrees(start, WORDS[name](start), IDS.astype("float32"))


def test_masks_of_steps():
    keras.utils.set_random_seed(0)
    start = keras.Input((7, 3))
    steps = layers.TimeDistributed(layers.Dense(2))(layers.Masking(0.5)(start))
    agrees(start, layers.LSTM(2)(steps), STEPS.astype("float32"))


@pytest.mark.parametrize("mask_zero", [False, True])
def test_another_mask_is_refused(mask_zero):
    start = keras.Input((7,))
    words = layers.Embedding(9, 4, mask_zero=mask_zero)(start)
    end = layers.LSTM(3, name="reader")(words, mask=keras.ops.not_equal(start, 3))
    with pytest.raises(InputError, match=r"'reader' .* a mask that is not the one of"):
        from_keras(keras.Model(start, end))


def test_a_mask_is_no_input():
    start = keras.Input((7,))
    end = layers.Dense(3)(keras.ops.not_equal(start, 3))
    with pytest.raises(InputError, match="the result of an operation on a mask"):
        from_keras(keras.Model(start, end))
