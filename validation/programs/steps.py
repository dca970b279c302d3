"""Many training steps, or a pass over many rows, inside one graph."""

from __future__ import annotations

import functools
import time
from typing import Any

import numpy as np

from optlab.typing import Array

#: Rows that are scored at once: the first figure at first, then up to the second while
#: a pass takes less than so many seconds.
FIRST_SCORED, SCORED_AT_ONCE, PASS_SECONDS = 16, 512, 0.5
#: Rows that are scored, however slow the model is.
LEAST_SCORED = 32


def steps_of(model: Any, own: bool = True) -> Any:
    """Return a function that trains on batches of rows, and gives their losses.

    With the model's own `train_step`, or else with that of keras.Model.
    """
    import keras
    import tensorflow as tf

    step = model.train_step if own else functools.partial(keras.Model.train_step, model)

    def steps(inputs: Any, targets: Any, weights: Any, order: Any, cuts: Any) -> Any:
        count = tf.shape(cuts)[0] - 1
        losses = tf.TensorArray(tf.float32, count)
        for k in tf.range(count):
            rows = order[cuts[k] : cuts[k + 1]]
            x = [tf.gather(part, rows) for part in inputs]
            y = [tf.gather(part, rows) for part in targets]
            fed: Any = (x[0] if len(x) == 1 else x, y[0] if len(y) == 1 else y)
            if weights is not None:
                fed = (*fed, tf.gather(weights, rows))
            model.reset_metrics()  # so that the loss is this batch's alone
            logs = step(fed)
            losses = losses.write(k, tf.cast(_loss_in(logs), tf.float32))
        return losses.stack()

    def _loss_in(logs: Any) -> Any:
        loss = logs.get("loss") if isinstance(logs, dict) else logs
        if loss is None and logs:
            loss = next(iter(logs.values()))
        return 0.0 if loss is None else tf.reduce_mean(loss)

    compiled = tf.function(steps, reduce_retracing=True)

    def run(
        inputs: Any, targets: Any, weights: Any, order: Array, cuts: Array
    ) -> list[float]:
        call = steps if model.run_eagerly else compiled
        found = call(
            inputs, targets, weights, tf.constant(order), tf.constant(cuts, tf.int32)
        )
        return [float(value) for value in np.asarray(found)]

    return run


def outputs_of(model: Any) -> Any:
    """Return a function from inputs to a list of outputs, batch by batch.

    Those that are not computed at the time `until`, on `time.time`'s clock, are left
    out.
    """
    import tensorflow as tf

    def outputs(inputs: Any) -> Any:
        return model(inputs[0] if len(inputs) == 1 else inputs, training=False)

    compiled = tf.function(outputs, reduce_retracing=True)

    def run(inputs: list[Array], until: float = float("inf")) -> list[Array]:
        parts: list[list[Array]] = []
        begin, size = 0, FIRST_SCORED
        while begin < len(inputs[0]):
            clock = time.time()
            if begin >= LEAST_SCORED and clock > until:
                break
            given = [tf.constant(part[begin : begin + size]) for part in inputs]
            call = outputs if model.run_eagerly else compiled
            parts.append([np.asarray(v) for v in tf.nest.flatten(call(given))])
            begin += size
            if time.time() - clock < PASS_SECONDS:
                size = min(4 * size, SCORED_AT_ONCE)
        return [np.concatenate(column) for column in zip(*parts, strict=True)]

    return run


def fed(part: Array) -> Array:
    """Return rows as Keras's data adapter feeds them: no doubles."""
    return part.astype("float32") if part.dtype == np.float64 else part
