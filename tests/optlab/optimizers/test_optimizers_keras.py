"""SGD, Adam and their kin against tf.keras eager: not one bit apart."""

import keras
import numpy as np
import pytest

from optlab import optimizers
from optlab.parameters import Parameters
from optlab.validation.parity import assert_parity
from optlab.validation.twins import optimizer_from_keras, optimizer_to_keras

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


LAYOUTS = [
    [(5, 7)],
    [(3, 11)],
    [(7, 1)],
    [(6,)],
    [()],
    [(2, 3, 4)],
    [(0,)],
    [(4, 3), (0,), ()],
]


@pytest.mark.parametrize("shapes", LAYOUTS, ids=str)
@pytest.mark.parametrize("name", ["Adafactor", "Lamb", "Ftrl"])
def test_rules_of_whole_tensors_agree_on_arenas_of_any_layout(name, shapes):
    rng = np.random.default_rng(3)

    def drawn():
        arrays = [np.asarray(rng.standard_normal(s), "float32") for s in shapes]
        return arrays, [keras.ops.convert_to_tensor(array) for array in arrays]

    def compare(ours, theirs):
        for found, expected in zip(ours, theirs, strict=True):
            assert_parity(found, expected.numpy())

    first, _ = drawn()
    arena = Parameters.from_arrays(first)
    ours = getattr(optimizers, name)(0.1)
    variables = [keras.Variable(array) for array in first]
    theirs = getattr(keras.optimizers, name)(0.1)
    theirs.build(variables)
    for _ in range(4):
        grads, tensors = drawn()
        ours.apply(grads, arena)
        theirs.apply(tensors)
    compare(arena, variables)
    # The state goes over both ways, and both go on alike.
    grads, tensors = drawn()
    copies = [np.array(array) for array in arena]
    taken = optimizer_from_keras(theirs, copies)
    given = [keras.Variable(array) for array in copies]
    optimizer_to_keras(ours, given).apply(tensors)
    taken.apply(grads)
    ours.apply(grads)
    compare(copies, given)
    for found, expected in zip(copies, arena, strict=True):
        np.testing.assert_array_equal(found, expected)
