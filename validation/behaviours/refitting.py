"""What is kept and what is forgotten between two calls of `fit` or `compile`."""

from __future__ import annotations

import numpy as np

from optlab.validation.behaviours.catalogue import Figures, behaviour


@behaviour(moved_without_compiling=True, moved_after_compiling=False)
def freezing_needs_compile() -> Figures:
    """Freezing a layer between two fits has no effect until compile is called.

    The compiled training step goes on with the variables that it was made for: a layer
    that was frozen for fine-tuning is trained all the same. Compile after every change
    of `trainable`.
    """
    import keras

    base = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    head = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), base, head])
    x, y = np.ones((4, 1), "float32"), np.zeros((4, 1), "float32")
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, y, verbose=0)
    base.trainable = False
    found = {}
    for name in ("moved_without_compiling", "moved_after_compiling"):
        before = base.kernel.numpy().copy()
        model.fit(x, y, verbose=0)
        found[name] = not np.array_equal(before, base.kernel.numpy())
        model.compile(keras.optimizers.SGD(0.1), "mse")
    return found


@behaviour(updates_before=2, updates_after=0)
def compile_resets_the_optimizer() -> Figures:
    """Compiling again by name begins with a new optimizer.

    Adam's moments and step count are gone, so the first steps after it are as large as
    at the very start. Pass the old optimizer object to keep them.
    """
    import keras

    x = np.ones((4, 1), "float32")
    layer = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile("adam", "mse")
    model.fit(x, x, batch_size=2, verbose=0)
    before = int(model.optimizer.iterations.numpy())
    model.compile("adam", "mse")
    return {
        "updates_before": before,
        "updates_after": int(model.optimizer.iterations.numpy()),
    }


@behaviour(epochs=[5], updates=1, rate=0.5)
def initial_epoch_counts_nothing() -> Figures:
    """Option initial_epoch moves neither the step count nor the schedule.

    It renames the epochs and shortens the run. A schedule starts where the optimizer's
    own count is, at 0 in a new process: load the optimizer's state to go on.
    """
    import keras

    decay = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile(keras.optimizers.SGD(decay), "mse")
    x = np.ones((4, 1), "float32")
    history = model.fit(x, x, initial_epoch=5, epochs=6, verbose=0)
    return {
        "epochs": list(history.epoch),
        "updates": int(model.optimizer.iterations.numpy()),
        "rate": float(model.optimizer.learning_rate.numpy()),
    }


@behaviour(jit_compile=False)
def auto_does_not_mean_xla_on_a_processor() -> Figures:
    """With jit_compile="auto", the default, models on a CPU are not compiled by XLA.

    Pass jit_compile=True to have it; small models are often several times quicker,
    and round otherwise.
    """
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile="auto")
    return {"jit_compile": bool(model.jit_compile)}


@behaviour(weights_alone=0, whole_model=2)
def weights_alone_forget_the_optimizer() -> Figures:
    """Files of weights hold no optimizer: its moments and step count begin again.

    save_weights and load_weights are not enough to go on with a training; model.save
    and load_model are: of the two updates made, the one file knows none.
    """
    import pathlib
    import tempfile

    import keras

    def compiled() -> keras.Model:
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("adam", "mse")
        return model

    model = compiled()
    x = np.ones((4, 1), "float32")
    model.fit(x, x, batch_size=2, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        weights = pathlib.Path(folder, "a.weights.h5")
        whole = pathlib.Path(folder, "a.keras")
        model.save_weights(weights)
        model.save(whole)
        fresh = compiled()
        fresh.load_weights(weights)
        loaded = keras.models.load_model(whole)
    return {
        "weights_alone": int(fresh.optimizer.iterations.numpy()),
        "whole_model": int(loaded.optimizer.iterations.numpy()),
    }
