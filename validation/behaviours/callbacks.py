"""Callbacks that stop training or cut the rate: when they do and when they do not."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.behaviours.catalogue import Figures, behaviour


def replay(callback: Any, losses: list[float], rate: float = 1.0) -> Any:
    """Feed a callback a sequence of validation losses; return the model it had.

    The weight of the model is the number of epochs it has been through.
    """
    import keras

    model = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros"),
        ]
    )
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.rates, model.stop_training = [], False
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        model.set_weights([np.array([[epoch + 1.0]])])
        callback.on_epoch_end(epoch, {"val_loss": loss})
        model.rates.append(float(model.optimizer.learning_rate.numpy()))
        if model.stop_training:
            break
    callback.on_train_end()
    return model


@behaviour(epochs=3, weights_of_epoch=2.0)
def early_stopping_always_restores() -> Figures:
    """restore_best_weights acts also when EarlyStopping never stopped.

    EarlyStopping(restore_best_weights=True) puts the best weights back also when it
    never stopped the run. The model after fit is the best epoch's, not the last
    epoch's, although all epochs were run.
    """
    import keras

    callback = keras.callbacks.EarlyStopping(patience=9, restore_best_weights=True)
    model = replay(callback, [3.0, 1.0, 2.0])
    return {
        "epochs": len(model.rates),
        "weights_of_epoch": float(model.get_weights()[0][0, 0]),
    }


@behaviour(epochs=3, weights_of_epoch=1.0)
def early_stopping_and_nan() -> Figures:
    """EarlyStopping waits out its patience on NaN.

    A NaN in the first epoch never gets better for EarlyStopping: it stops at
    patience, with the first epoch's weights. It does not protect against
    divergence. Use TerminateOnNaN as well.
    """
    import keras

    callback = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    model = replay(callback, [float("nan")] * 6)
    return {
        "epochs": len(model.rates),
        "weights_of_epoch": float(model.get_weights()[0][0, 0]),
    }


@behaviour(raises="ValueError")
def auto_refuses_what_it_does_not_know() -> Figures:
    """EarlyStopping in mode "auto" raises for a metric whose direction it cannot tell.

    It does so when the first epoch is over, for it looks at the compiled metrics only
    then. Say mode="max" or mode="min".
    """
    import keras

    def score(y: Any, p: Any) -> Any:
        return -keras.ops.mean(keras.ops.square(y - p), axis=-1)

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[score])
    callback = keras.callbacks.EarlyStopping(monitor="score", patience=1)
    x = np.ones((2, 1), "float32")
    try:
        model.fit(x, x, epochs=2, callbacks=[callback], verbose=0)
    except ValueError as error:
        return {"raises": type(error).__name__}
    return {"raises": "nothing"}


@behaviour(epochs=4)
def absent_monitor_is_ignored() -> Figures:
    """EarlyStopping without the figure it monitors never stops and does not raise.

    It monitors val_loss by default, so without validation data it only warns, and the
    run goes on to its last epoch. Optlab refuses it.
    """
    import keras

    callback = keras.callbacks.EarlyStopping(patience=1)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e-9), "mse")
    x = np.zeros((2, 1))
    history = model.fit(x, x, epochs=4, callbacks=[callback], verbose=0)
    return {"epochs": len(history.epoch)}


@behaviour(weights_of_epoch=4.0)
def start_from_epoch_forgets() -> Figures:
    """start_from_epoch makes EarlyStopping blind to better epochs before it.

    With restore_best_weights an early optimum is forgotten.
    """
    import keras

    callback = keras.callbacks.EarlyStopping(
        patience=5, start_from_epoch=2, restore_best_weights=True
    )
    model = replay(callback, [3.0, 0.1, 2.0, 1.0, 2.0])
    return {"weights_of_epoch": float(model.get_weights()[0][0, 0])}


@behaviour(rate_after_200_epochs=1e-19)
def plateau_has_no_floor() -> Figures:
    """ReduceLROnPlateau has min_lr=0: the rate can fall to nothing.

    Set min_lr, or the run goes on for hours without moving.
    """
    import keras

    callback = keras.callbacks.ReduceLROnPlateau(factor=0.1, patience=10)
    model = replay(callback, [1.0] * 192)
    return {"rate_after_200_epochs": model.rates[-1]}


@behaviour(rates=[1.0, 1.0, 0.1])
def plateau_wants_a_minimum() -> Figures:
    """ReduceLROnPlateau counts an improvement below 1e-4 as none.

    That is its min_delta. A loss of 1e-3 that falls by 5e-5 an epoch has its rate cut
    all the same; set min_delta for small losses.
    """
    import keras

    callback = keras.callbacks.ReduceLROnPlateau(patience=2)
    return {"rates": replay(callback, [1e-3, 9.5e-4, 9e-4]).rates}


@behaviour(rate_before_the_next_fit=0.1)
def plateau_outlives_the_fit() -> Figures:
    """ReduceLROnPlateau changes the rate for good, also for the next fit.

    Set optimizer.learning_rate again, or compile a new optimizer, before fitting
    again.
    """
    import keras

    callback = keras.callbacks.ReduceLROnPlateau(patience=1)
    model = replay(callback, [1.0, 1.0])
    callback.on_train_begin()
    rate = float(model.optimizer.learning_rate.numpy())
    return {"rate_before_the_next_fit": rate}


@behaviour(raises="TypeError")
def plateau_with_a_schedule() -> Figures:
    """ReduceLROnPlateau with a schedule raises TypeError at the first cut.

    The run dies at the plateau, hours in. Choose one of the two.
    """
    import keras

    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    callback = keras.callbacks.ReduceLROnPlateau(patience=1)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(decay), "mse")
    x = np.zeros((2, 1))
    try:
        model.fit(
            x, x, validation_data=(x, x), epochs=4, callbacks=[callback], verbose=0
        )
    except TypeError as error:
        return {"raises": type(error).__name__}
    return {"raises": "nothing"}


@behaviour(epochs=3, last_rates=[1.0, 1.0, 0.1])
def equal_patience_wastes_the_cut() -> Figures:
    """With equal patience the cut rate is never used.

    ReduceLROnPlateau cuts it in the very epoch in which EarlyStopping stops. Give
    EarlyStopping at least twice the patience.
    """
    import keras

    plateau = keras.callbacks.ReduceLROnPlateau(patience=2)
    stop = keras.callbacks.EarlyStopping(patience=2)
    both = keras.callbacks.CallbackList([plateau, stop])
    model = replay(both, [1.0] * 9)
    return {"epochs": len(model.rates), "last_rates": model.rates}
