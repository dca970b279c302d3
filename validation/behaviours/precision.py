"""What mixed precision and loss scales change, and what they leave."""

from __future__ import annotations

import numpy as np

from optlab.validation.behaviours.catalogue import Figures, behaviour


@behaviour(
    float16=["float16", "float32", "LossScaleOptimizer"],
    bfloat16=["bfloat16", "float32", "SGD"],
)
def mixed_policies_keep_float32_weights() -> Figures:
    """Under a mixed policy layers compute in 16 bits, and weights stay float32.

    Only with mixed_float16 does compile put the optimizer into a LossScaleOptimizer; in
    a training loop of one's own that has to be done by hand.
    """
    import keras

    found = {}
    for name in ("float16", "bfloat16"):
        layer = keras.layers.Dense(1, dtype=f"mixed_{name}")
        model = keras.Sequential([keras.Input((1,)), layer], name=name)
        model.dtype_policy = layer.dtype_policy
        model.compile(keras.optimizers.SGD(0.1), "mse")
        optimizer = type(model.optimizer).__name__
        found[name] = [layer.compute_dtype, str(layer.kernel.dtype), optimizer]
    return found


@behaviour(steps=2, updates=1, parameter=-1.0)
def skipped_steps_are_not_updates() -> Figures:
    """Overflowing steps change nothing, and the inner optimizer does not count them.

    LossScaleOptimizer leaves them out, so schedules and bias corrections of the inner
    optimizer fall behind the number of batches: of two steps one is an update.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(learning_rate=1.0), initial_scale=1.0
    )
    steps = 0
    for gradient in (np.inf, 1.0):
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [x])
        optimizer.dynamic_scale.assign(1.0)
        steps += 1
    updates = int(optimizer.inner_optimizer.iterations.numpy())
    return {"steps": steps, "updates": updates, "parameter": float(x.numpy())}
