"""Losses and their gradients: ceilings, clips, shapes and silent corrections."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.behaviours.catalogue import About, Figures, behaviour


@behaviour(loss=16.118, gradient=0.0)
def clipped_loss_has_no_gradient() -> Figures:
    """Clipped cross-entropy has a ceiling of 16.118 and no gradient there.

    Cross-entropy from probabilities clips them to [1e-7, 1 - 1e-7]: the loss has a
    ceiling of 16.118 and its gradient beyond the clip is 0. A confidently wrong
    model gets no gradient and cannot recover. Use from_logits=True.
    """
    import keras
    import tensorflow as tf

    p = tf.Variable([[1e-9]])
    with tf.GradientTape() as tape:
        loss = keras.losses.BinaryCrossentropy()(tf.constant([[1.0]]), p)
    return {"loss": float(loss), "gradient": float(tape.gradient(loss, p)[0, 0])}


@clipped_loss_has_no_gradient.peer("torch", loss=20.72, gradient=-1e9)
def _() -> Figures:
    import torch

    p = torch.tensor([[1e-9]], requires_grad=True)
    loss = torch.nn.BCELoss()(p, torch.ones(1, 1))
    loss.backward()
    return {"loss": loss.item(), "gradient": float(p.grad)}


@behaviour(
    eager_loss=16.118,
    eager_gradient=0.0,
    eager_loss_of_marked_output=200.0,
    graph_loss=200.0,
    graph_gradient=1.0,
)
def logits_are_recovered_in_graphs() -> Figures:
    """Compiled functions look for the logits behind a softmax; eager does not.

    The result of tf.nn.softmax given to a loss with from_logits=False is traced
    back to its logits in a compiled function, but not in eager mode; that of
    keras.ops.softmax, which marks its output, in both. The same code can have
    another loss and gradient when it is run eagerly. Use from_logits=True and a
    linear last layer.
    """
    import keras
    import tensorflow as tf

    x, y = tf.Variable([[100.0, -100.0]]), tf.constant([[0.0, 1.0]])
    loss_of = keras.losses.CategoricalCrossentropy()

    def program() -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(y, tf.nn.softmax(x))
        return loss, tape.gradient(loss, x)

    marked = float(loss_of(y, keras.ops.softmax(x)))
    figures = {"eager_loss_of_marked_output": marked}
    for mode, run in (("eager", program), ("graph", tf.function(program))):
        loss, gradient = run()
        figures[f"{mode}_loss"] = float(loss)
        figures[f"{mode}_gradient"] = float(gradient[0, 0])
    return figures


@behaviour(loss=0.1269)
def double_sigmoid_is_corrected() -> Figures:
    """Sigmoid with BinaryCrossentropy(from_logits=True) is silently corrected.

    A model that ends in sigmoid with BinaryCrossentropy(from_logits=True) is
    silently corrected: the loss uses the logits before the sigmoid. The mistake
    costs nothing in a built-in model, but the same pair in your own code applies
    the sigmoid twice (.3467 here).
    """
    import keras

    model = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(1, activation="sigmoid", kernel_initializer="ones"),
        ]
    )
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    return {
        "loss": float(model.evaluate(np.full((1, 1), 2.0), np.ones((1, 1)), verbose=0))
    }


@behaviour(sigmoid_last=100.0, reshape_last=15.94)
def reshape_hides_the_logits() -> Figures:
    """Any layer after the sigmoid, even a Reshape, hides the logits.

    Logit 100 against label 0 costs 100 with a gradient, or 15.94 with none,
    depending on a layer that computes nothing.
    """
    import keras

    losses = {}
    for name in ("sigmoid_last", "reshape_last"):
        dense = keras.layers.Dense(1, activation="sigmoid", kernel_initializer="ones")
        layers = [keras.Input((1,)), dense]
        if name == "reshape_last":
            layers.append(keras.layers.Reshape((1,)))
        model = keras.Sequential(layers)
        model.compile(loss="binary_crossentropy")
        found = model.evaluate(np.full((1, 1), 100.0), np.zeros((1, 1)), verbose=0)
        losses[name] = float(found)
    return losses


@behaviour(
    value_at_1e_4=About(0.0, 6.1e-8),
    relative_error_of_the_value_at_1e_3=About(0.06, 0.07),
    relative_error_of_the_gradient_at_1e_5=About(1.4e-3, 1e-3),
)
def logcosh_cancels_near_zero() -> Figures:
    """LogCosh cancels near 0: a residual of 1e-4 costs nothing.

    LogCosh is computed as x + softplus(-2x) - log 2, which cancels near 0: the
    value is a multiple of 6e-8, so 1e-4 costs nothing, and the gradient loses
    digits. The loss of a good fit is rounding noise: do not stop early on it. Huber
    in float32 keeps its digits.
    """
    import keras
    import tensorflow as tf

    loss_of = keras.losses.LogCosh()
    zero = tf.zeros((1, 1))
    x = tf.Variable([[1e-5]])
    with tf.GradientTape() as tape:
        loss = loss_of(zero, x)
    gradient = float(tape.gradient(loss, x)[0, 0])
    value = float(loss_of(zero, zero + 1e-3))
    return {
        "value_at_1e_4": float(loss_of(zero, zero + 1e-4)),
        "relative_error_of_the_value_at_1e_3": abs(value / 5e-7 - 1),
        "relative_error_of_the_gradient_at_1e_5": abs(gradient / 1e-5 - 1),
    }


@behaviour(gradient=[1.0, -3.0])
def crossentropy_renormalises() -> Figures:
    """Categorical cross-entropy divides probabilities by their sum.

    So the gradient has +1 on every class, also on those that are not the target.
    Probabilities that do not add up to 1 are accepted; hand-derived gradients (-y/p) do
    not match.
    """
    import keras
    import tensorflow as tf

    p = tf.Variable([[0.75, 0.25]])
    with tf.GradientTape() as tape:
        loss = keras.losses.CategoricalCrossentropy()(tf.constant([[0.0, 1.0]]), p)
    return {"gradient": tape.gradient(loss, p).numpy()[0].tolist()}


@behaviour(largest_ulp=1, share_differing=About(0.13, 0.05))
def mse_gradient_rounds_differently() -> Figures:
    """Mean squared error rounds its gradient in another order than 2(p-t)/N.

    One unit in the last place separates a textbook gradient from TensorFlow's in a
    part of the elements; exact comparison needs its order.
    """
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    p, t = rng.standard_normal((2, 700, 3)).astype("float32")
    x = tf.Variable(p)
    with tf.GradientTape() as tape:
        loss = keras.losses.MeanSquaredError()(t, x)
    found = tape.gradient(loss, x).numpy()
    plain = np.float32(2) * (p - t) / np.float32(p.size)
    ulp = np.abs(found.view("int32") - plain.view("int32"))
    return {"largest_ulp": int(ulp.max()), "share_differing": float((ulp > 0).mean())}


@behaviour(value_at_0=-1.9046e-09)
def logcosh_is_float32_in_float64() -> Figures:
    """LogCosh in float64 is only as accurate as float32: every value is 2e-9 low.

    Its log 2 is computed in float32 and then cast, so that a perfect fit costs -1.9e-9
    in float64. The gradient is not affected.
    """
    import keras

    zero = np.zeros((1, 1))
    return {"value_at_0": float(keras.losses.LogCosh(dtype="float64")(zero, zero))}
