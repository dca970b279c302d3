"""What `fit` does with batches, weights, metrics and validation data."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.behaviours.catalogue import Figures, behaviour


@behaviour(orders_seeded=1, orders_unseeded_at_least_three=True)
def seeding_freezes_the_shuffle() -> Figures:
    """After set_random_seed, fit shuffles every epoch the same way.

    After keras.utils.set_random_seed, fit(shuffle=True) uses one and the same
    permutation in every epoch. Seeded runs see identical batches every epoch, which
    is weaker shuffling. For a new order per epoch shuffle in a tf.data pipeline or
    a PyDataset of your own.
    """
    import keras
    import tensorflow as tf

    def orders(seed: int | None) -> int:
        if seed is None:
            tf.random.set_seed(None)
        else:
            keras.utils.set_random_seed(seed)
        seen: list[int] = []

        class Spy(keras.Model):  # type: ignore[misc]
            def train_step(self, data: Any) -> dict[str, float]:
                seen.append(int(data[0][0, 0]))
                return {"loss": 0.0}

        model = Spy()
        model.compile(run_eagerly=True)
        model.fit(
            np.arange(8.0)[:, None], np.zeros(8), batch_size=1, epochs=5, verbose=0
        )
        return len({tuple(seen[i : i + 8]) for i in range(0, 40, 8)})

    return {
        "orders_seeded": orders(1),
        "orders_unseeded_at_least_three": orders(None) >= 3,
    }


@behaviour(reported=0.332, evaluated=0.00390625)
def epoch_loss_is_a_running_mean() -> Figures:
    """Losses reported by fit are running means over the epoch's batches.

    The reported epoch loss is a running mean over the epoch's batches, each at the
    weights of its time. Right after an epoch evaluate() on the same data can be far
    lower: the gap between training and validation loss is partly this.
    """
    import keras

    model = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.25), "mse")
    x = np.ones((4, 1), "float32")
    history = model.fit(x, x, batch_size=1, verbose=0).history
    return {
        "reported": history["loss"][0],
        "evaluated": float(model.evaluate(x, x, verbose=0)),
    }


@behaviour(classes_in_validation=[1])
def validation_split_takes_the_tail() -> Figures:
    """validation_split takes the last rows, before any shuffling.

    With rows sorted by class the validation set holds one class only. Shuffle the
    arrays first.
    """
    import keras

    seen: list[int] = []

    class Spy(keras.Model):  # type: ignore[misc]
        def train_step(self, data: Any) -> dict[str, float]:
            return {"loss": 0.0}

        def test_step(self, data: Any) -> dict[str, float]:
            seen.extend(int(y) for y in data[1])
            return {"loss": 0.0}

    model = Spy()
    model.compile(run_eagerly=True)
    y = np.repeat([0, 1], 5)
    model.fit(np.zeros((10, 1)), y, validation_split=0.3, verbose=0)
    return {"classes_in_validation": sorted(set(seen))}


@behaviour(loss_and_val_loss=[5.5, 2.5], with_class_2_missing=[3.5, 2.5])
def class_weights_divide_by_n() -> Figures:
    """Class weights scale the training loss only, and divide by N.

    They do not divide by the sum of the weights; a class that is missing from the
    dictionary weighs 1. val_loss is unweighted and not comparable with loss; weights
    whose mean is not 1 change the effective learning rate.
    """
    import keras

    def losses(weights: dict[int, float]) -> list[float]:
        model = keras.Sequential(
            [keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")]
        )
        model.compile(keras.optimizers.SGD(1e-9), "mse")
        x, y = np.ones((4, 1)), np.array([2.0, 1.0, 1.0, 2.0])
        fitted = model.fit(
            x, y, class_weight=weights, validation_data=(x, y), verbose=0
        )
        return [fitted.history["loss"][0], fitted.history["val_loss"][0]]

    return {
        "loss_and_val_loss": losses({1: 3.0, 2: 2.0}),
        "with_class_2_missing": losses({1: 3.0}),
    }


@behaviour(epochs_without=4, epochs_with=1)
def fit_continues_after_nan() -> Figures:
    """Training goes on after the loss is NaN; TerminateOnNaN stops at the batch.

    Add keras.callbacks.TerminateOnNaN(), or lose the rest of the night.
    """
    import keras

    epochs = {}
    for name, callbacks in (
        ("epochs_without", []),
        ("epochs_with", [keras.callbacks.TerminateOnNaN()]),
    ):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        x = np.full((4, 1), np.nan, "float32")
        history = model.fit(x, x, epochs=4, verbose=0, callbacks=callbacks)
        epochs[name] = len(history.epoch)
    return epochs


@behaviour(has_function=False, compile="TypeError")
def class_weights_belong_to_fit() -> Figures:
    """There is no compute_class_weight, and compile takes no class_weight.

    Class weights belong to fit. Articles that say otherwise do not run. Use
    scikit-learn's function, or class_weight="balanced" in optlab.
    """
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    try:
        model.compile("sgd", "mse", class_weight={0: 1.0})
        raised = "nothing"
    except TypeError as error:
        raised = type(error).__name__
    return {
        "has_function": hasattr(keras.utils, "compute_class_weight"),
        "compile": raised,
    }


@behaviour(loss_in_training_is_higher=True, evaluated=0.0)
def validation_is_without_dropout() -> Figures:
    """Even on the training rows themselves validation has another loss.

    Dropout and batch normalization act differently in training and evaluation, so
    validation on the training rows themselves has another loss. val_loss below loss
    is no sign of leakage by itself.
    """
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dropout(0.5, seed=0)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    x = np.ones((64, 1), "float32")
    history = model.fit(x, x, validation_data=(x, x), verbose=0).history
    return {
        "loss_in_training_is_higher": history["loss"][0] > 0.5,
        "evaluated": history["val_loss"][0],
    }


@behaviour(accuracy=0.6666667)
def accuracy_cuts_logits_at_a_half() -> Figures:
    """Accuracy on logits cuts at .5, where the chance is .62.

    With from_logits=True in the loss the metric "accuracy" still takes outputs for
    probabilities. Pass BinaryAccuracy(threshold=0.0). Optlab knows from the loss.
    """
    import keras

    metric = keras.metrics.BinaryAccuracy()
    metric.update_state([[1.0], [1.0], [0.0]], [[0.3], [0.7], [-1.0]])
    return {"accuracy": float(metric.result())}


@behaviour(metrics=2.0, weighted_metrics=3.0)
def metrics_ignore_sample_weights() -> Figures:
    """Metrics of compile ignore sample weights; its `weighted_metrics` do not.

    Loss and metric of one name then differ. The same holds for class weights.
    """
    import keras

    found = {}
    for kind in ("metrics", "weighted_metrics"):
        model = keras.Sequential([keras.Input((1,)), keras.layers.ReLU()])
        model.compile("sgd", "mse", **{kind: ["mae"]})
        x, y = np.array([[1.0], [3.0]]), np.zeros((2, 1))
        weights = np.array([0.0, 1.0])
        found[kind] = model.evaluate(x, y, sample_weight=weights, verbose=0)[1]
    return found


@behaviour(raises="ValueError")
def class_and_sample_weights_exclude_each_other() -> Figures:
    """Weights of classes and of samples in one call of fit raise.

    Multiply the two yourself and pass sample_weight.
    """
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.zeros((2, 1))
    try:
        model.fit(x, x, class_weight={0: 1.0}, sample_weight=np.ones(2), verbose=0)
    except ValueError as error:
        return {"raises": type(error).__name__}
    return {"raises": "nothing"}


@behaviour(calls=[8, 2], same_bits=True)
def steps_per_execution_hides_batches() -> Figures:
    """With steps_per_execution callbacks see one batch in so many.

    on_train_batch_end is called after each group alone, so a callback that saves or
    sets the rate every k batches misses most of them. The weights are the same bits.
    """
    import keras

    calls, weights = [], []
    x = np.linspace(-1, 1, 32, dtype="float32")[:, None]
    for count in (1, 4):
        seen: list[int] = []
        layer = keras.layers.Dense(1, kernel_initializer="ones")
        model = keras.Sequential([keras.Input((1,)), layer])
        optimizer = keras.optimizers.SGD(0.1)
        model.compile(optimizer, "mse", steps_per_execution=count)
        callback = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs, seen=seen: seen.append(batch)
        )
        model.fit(
            x, 3 * x, batch_size=4, shuffle=False, verbose=0, callbacks=[callback]
        )
        calls.append(len(seen))
        weights.append(layer.kernel.numpy())
    return {"calls": calls, "same_bits": bool(np.array_equal(*weights))}
