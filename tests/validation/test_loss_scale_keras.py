"""LossScaleOptimizer around Adam against tf.keras's, overflowing steps included."""

import keras
import numpy as np
import pytest

from optlab import optimizers
from optlab.errors import InputError
from optlab.validation import from_keras
from optlab.validation.parity import assert_parity
from optlab.validation.twins.optimizers import optimizer_to_keras, slot_arrays


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_bits_and_the_same_scale(dtype):
    rng = np.random.default_rng(0)
    params = [rng.standard_normal((5, 3)).astype(dtype)]
    variables = [keras.Variable(params[0], dtype=dtype, name="p0")]
    ours = optimizers.LossScaleOptimizer(
        optimizers.Adam(0.01), initial_scale=1024.0, dynamic_growth_steps=4
    )
    twin = optimizer_to_keras(ours, variables)
    ours.build(params)
    for step in range(20):
        grad = (1024 * rng.standard_normal((5, 3))).astype(dtype)
        if step % 7 == 3:
            grad[0, 0] = np.inf
        ours.apply([grad])
        twin.apply([keras.ops.convert_to_tensor(grad)])
        assert ours.dynamic_scale == float(twin.dynamic_scale.numpy())
    assert_parity(params[0], variables[0].numpy(), subject="loss scale", dtype=dtype)
    inner = ours.inner_optimizer.state
    for name, arrays in slot_arrays(twin.inner_optimizer, list(inner)).items():
        assert_parity(inner[name][0], arrays[0], tensor=name)


def test_the_configuration_goes_both_ways():
    ours = optimizers.LossScaleOptimizer(optimizers.SGD(0.5), initial_scale=8.0)
    back = from_keras(optimizer_to_keras(ours))
    assert type(back.inner_optimizer) is optimizers.SGD
    assert back.initial_scale == 8.0
    assert back.inner_optimizer.learning_rate == 0.5


def test_a_scalar_is_unscaled_and_two_scales_are_refused():
    params = [np.float32([2.0]).reshape(())]
    ours = optimizers.LossScaleOptimizer(optimizers.SGD(0.5), initial_scale=8.0)
    ours.apply([np.full((), 8.0, "float32")], params)
    assert params[0] == 1.5
    with pytest.raises(InputError, match="scales no loss itself"):
        optimizers.LossScaleOptimizer(optimizers.SGD(0.5, loss_scale_factor=2.0))
