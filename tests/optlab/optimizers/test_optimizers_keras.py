"""SGD, Adam and their kin against tf.keras eager: not one bit apart."""

import keras
import numpy as np
import pytest

from optlab import optimizers
from optlab.validation.parity import assert_parity

CASES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {}),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "kw"), CASES)
def test_hundred_steps_agree_to_the_last_bit(name, kw, dtype):
    rng = np.random.default_rng(7)
    params = [rng.standard_normal(1003).astype(dtype)]
    variables = [keras.Variable(params[0].copy(), dtype=dtype)]
    ours = getattr(optimizers, name)(0.01, **kw)
    theirs = getattr(keras.optimizers, name)(0.01, **kw)
    theirs.build(variables)
    for step in range(100):
        size = 10.0 ** rng.uniform(-9, 4, 1003)
        grad = (rng.standard_normal(1003) * size).astype(dtype)
        grad[:: 3 + step % 5] = 1e-30
        theirs.apply([keras.ops.convert_to_tensor(grad)])
        ours.apply([grad], params)
    assert_parity(params[0], variables[0].numpy())


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Lion"])
def test_configurations_are_exchanged_both_ways(name):
    theirs = getattr(keras.optimizers, name)(0.25, clipnorm=2.0)
    ours = optimizers.get({"class_name": name, "config": theirs.get_config()})
    assert ours.get_config() == theirs.get_config()
    again = type(theirs).from_config(ours.get_config())
    assert again.get_config() == theirs.get_config()
