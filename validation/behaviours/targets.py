"""What losses do with targets, labels, weights and dtypes that hardly fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.behaviours.catalogue import Figures, behaviour


@behaviour(transposed=2.5, flat=0.0)
def transposed_targets_broadcast() -> Figures:
    """Built-in losses broadcast (N,1) against (1,N) silently.

    Only (N,) against (N,1) is aligned. A transposed target gives a plausible loss over
    N*N pairs. Optlab refuses it.
    """
    import keras

    y = np.arange(4, dtype="float32")
    mse = keras.losses.MeanSquaredError()
    return {
        "transposed": float(mse(y[None, :], y[:, None])),
        "flat": float(mse(y, y[:, None])),
    }


@behaviour(subclass=2.5, built_in=0.0)
def loss_subclass_broadcasts() -> Figures:
    """Your own Loss subclass broadcasts (N,) against (N,1).

    The built-in losses align the two shapes. A perfect fit can cost 2.5. Reshape the
    targets, or wrap a function.
    """
    import keras

    class Squared(keras.losses.Loss):  # type: ignore[misc]
        def call(self, y_true: Any, y_pred: Any) -> Any:
            return keras.ops.square(y_true - y_pred)

    y = np.arange(4, dtype="float32")
    return {
        "subclass": float(Squared()(y, y[:, None])),
        "built_in": float(keras.losses.MeanSquaredError()(y, y[:, None])),
    }


@behaviour(mse=0.25, crossentropy="ValueError")
def one_target_for_three_outputs() -> Figures:
    """MSE broadcasts one target column against several outputs.

    A model with three outputs for one target trains without any error.
    """
    import keras

    y, p = np.ones((2, 1), "float32"), np.full((2, 3), 0.5, "float32")
    found: Figures = {"mse": float(keras.losses.MeanSquaredError()(y, p))}
    try:
        found["crossentropy"] = float(keras.losses.CategoricalCrossentropy()(y, p))
    except Exception as error:
        found["crossentropy"] = type(error).__name__
    return found


@behaviour(loss=0)
def integer_predictions_truncate() -> Figures:
    """Integer predictions truncate fractional targets.

    Loss functions cast the targets to the dtype of the predictions: integer
    predictions truncate fractional targets. mean_squared_error([.9], [0]) is 0.
    Keep predictions floating.
    """
    import keras

    loss = keras.losses.mean_squared_error(np.array([0.9, 0.9]), np.array([0, 0]))
    return {"loss": int(loss)}


@behaviour(default="float32", asked="float64")
def loss_classes_cast_to_float32() -> Figures:
    """Loss classes compute in float32, also when given float64.

    A float64 model still has float32 losses; pass dtype='float64' to the loss.
    """
    import keras

    y = np.zeros(2)
    mse = keras.losses.MeanSquaredError
    return {
        "default": mse()(y, y).dtype.name,
        "asked": mse(dtype="float64")(y, y).dtype.name,
    }


@behaviour(eager="InvalidArgumentError", xla=float("nan"))
def label_outside_the_classes() -> Figures:
    """Sparse labels outside the classes raise in eager and are NaN under XLA.

    With jit_compile a labelling mistake shows up as a NaN loss only.
    """
    import keras
    import tensorflow as tf

    def program() -> Any:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return loss(tf.constant([3]), tf.zeros((1, 3)))

    try:
        program()
        eager = "nothing"
    except tf.errors.OpError as error:
        eager = type(error).__name__
    return {"eager": eager, "xla": float(tf.function(program, jit_compile=True)())}


@behaviour(loss_fell=True, predictions=1.0)
def one_softmax_unit_seems_to_learn() -> Figures:
    """One softmax unit always outputs 1.0, and yet its loss falls.

    With binary cross-entropy the logits behind it are used in fit. A falling loss with
    constant predictions: use sigmoid for one unit.
    """
    import keras

    x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    y = (x > 0).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(1, "softmax", kernel_initializer="zeros"),
        ]
    )
    model.compile(keras.optimizers.SGD(1.0), "binary_crossentropy")
    losses = model.fit(x, y, epochs=5, verbose=0).history["loss"]
    found = model.predict(x, verbose=0)
    return {
        "loss_fell": losses[-1] < losses[0],
        "predictions": float(found.min()),
    }


@behaviour(loss=-99.5)
def labels_minus_one_and_one() -> Figures:
    """Binary cross-entropy accepts labels -1 and +1 and falls without bound.

    A loss below zero means labels that are not 0 and 1.
    """
    import keras

    y = np.array([[-1.0], [1.0]], "float32")
    logits = np.array([[-199.0], [199.0]], "float32")
    return {"loss": float(keras.losses.BinaryCrossentropy(from_logits=True)(y, logits))}


@behaviour(loss=2.0)
def weighted_mean_divides_by_n() -> Figures:
    """Sample weights are divided by the number of samples, not by their sum.

    Weights with a mean other than 1 scale the loss, and with it the rate.
    """
    import keras

    mse = keras.losses.MeanSquaredError()
    ones = np.ones((4, 1), "float32")
    return {"loss": float(mse(ones, 0 * ones, sample_weight=np.array([2.0] * 4)))}


@behaviour(config_has_delta=False, value=0.375, value_after_a_round_trip=0.5)
def huber_forgets_its_delta() -> Figures:
    """Huber loses its delta in get_config.

    A loss that is made again from its configuration, as a loaded model's is, has delta
    1 whatever it was trained with. Set it again after loading.
    """
    import keras

    loss = keras.losses.Huber(delta=0.5)
    config = loss.get_config()
    again = keras.losses.Huber.from_config(config)
    y, p = np.zeros((1, 1), "float32"), np.ones((1, 1), "float32")
    return {
        "config_has_delta": "delta" in config,
        "value": float(loss(y, p)),
        "value_after_a_round_trip": float(again(y, p)),
    }
