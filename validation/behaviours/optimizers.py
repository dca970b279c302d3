"""What Keras's update rules compute, where it is not what the papers say."""

from __future__ import annotations

import numpy as np

from optlab.validation.behaviours.catalogue import Figures, behaviour


@behaviour(parameter=0.70)
def schedule_free_reads_the_new_z() -> Figures:
    """ScheduleFreeAdamW on TensorFlow reads z after writing it.

    Its copy of the old value is a live alias, so it is not the published update. Five
    steps that should end at .68 end at .70. Optlab follows the paper; its parity check
    copies the alias to show that this is the whole difference.
    """
    import keras

    x = keras.Variable(1.0)
    optimizer = keras.optimizers.ScheduleFreeAdamW(learning_rate=0.1)
    for _ in range(5):
        optimizer.apply([keras.ops.convert_to_tensor(0.5)], [x])
    return {"parameter": float(x.numpy())}


@behaviour(parameter=-2.5)
def float16_adam_jumps() -> Figures:
    """Adam in float16 goes from 1.0 to -2.5 in three steps at rate .001.

    Squares of small gradients underflow, so it divides by little more than epsilon,
    which is itself nearly 0 in float16. Keep parameters in float32 (mixed precision),
    or raise epsilon to 1e-4.
    """
    import keras

    x = keras.Variable(1.0, dtype="float16")
    optimizer = keras.optimizers.Adam(learning_rate=0.001)
    for _ in range(3):
        optimizer.apply([keras.ops.full((), 3e-3, dtype="float16")], [x])
    return {"parameter": float(x.numpy())}


@behaviour(step_from_zero=1e-6, step_from_one=1e-3)
def adafactor_crawls_from_zero() -> Figures:
    """Adafactor's rate is scaled by the parameter: from zero it crawls.

    Adafactor multiplies its rate by the root mean square of the parameter, at least
    0.001, so parameters that start at zero crawl. Zero-initialised biases learn a
    thousand times slower than the rate suggests.
    """
    import keras

    steps = []
    for start in (0.0, 1.0):
        x = keras.Variable(np.full((4,), start, "float32"))
        keras.optimizers.Adafactor(learning_rate=0.001).apply([keras.ops.ones(4)], [x])
        steps.append(start - float(x.numpy()[0]))
    return {"step_from_zero": steps[0], "step_from_one": steps[1]}


@behaviour(raises="InvalidArgumentError")
def muon_refuses_float64() -> Figures:
    """Muon cannot train float64 parameters.

    Its matrix iteration is float32 inside. Cast to float32, or use another optimizer,
    when double precision matters.
    """
    import keras

    x = keras.Variable(np.eye(3), dtype="float64")
    optimizer = keras.optimizers.Muon(learning_rate=0.001)
    try:
        optimizer.apply([keras.ops.ones((3, 3), dtype="float64")], [x])
    except Exception as error:
        return {"raises": type(error).__name__}
    return {"raises": "nothing"}
