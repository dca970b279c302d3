"""The options that all optimizers share: clipping, decay, averaging, arguments."""

from __future__ import annotations

import numpy as np

from optlab.validation.behaviours.catalogue import Figures, behaviour


@behaviour(clipnorm=[-1.0, -1.0], global_clipnorm=[-0.6, -0.8])
def clipnorm_is_per_variable() -> Figures:
    """Option clipnorm clips every variable by its own norm.

    Only global_clipnorm clips all together: clipnorm changes the direction of the whole
    gradient. Use global_clipnorm for what papers and torch's clip_grad_norm_ call
    gradient clipping.
    """
    import keras

    steps = {}
    for option in ("clipnorm", "global_clipnorm"):
        xs = [keras.Variable(0.0), keras.Variable(0.0)]
        optimizer = keras.optimizers.SGD(learning_rate=1.0, **{option: 1.0})
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in (3.0, 4.0)], xs)
        steps[option] = [float(x.numpy()) for x in xs]
    return steps


@clipnorm_is_per_variable.peer("torch", global_clipnorm=[-0.6, -0.8])
def _() -> Figures:
    import torch

    xs = [torch.zeros((), requires_grad=True) for _ in range(2)]
    for x, gradient in zip(xs, (3.0, 4.0), strict=True):
        x.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_norm_(xs, 1.0)
    torch.optim.SGD(xs, lr=1.0).step()
    return {"global_clipnorm": [x.item() for x in xs]}


@behaviour(ulp=1)
def idle_global_clip_moves_bits() -> Figures:
    """Even a global_clipnorm that never bites can move the last bit.

    global_clipnorm multiplies by c * min(1/norm, 1/c) also when nothing has to be
    clipped, and c * (1/c) is not always 1. Adding a clip that never bites can move
    the last bit of every gradient; bit-for-bit comparisons must include the clip.
    """
    import keras

    x = keras.Variable(np.zeros(4, "float32"))
    optimizer = keras.optimizers.SGD(learning_rate=1.0, global_clipnorm=41.0)
    optimizer.apply([keras.ops.ones(4)], [x])
    step = -x.numpy()
    return {"ulp": abs(int(step.view("int32")[0]) - int(np.float32(1).view("int32")))}


@behaviour(clipnorm=0.0, global_clipnorm=float("nan"), clipvalue=-1.0)
def clip_of_an_overflowing_norm() -> Figures:
    """Overflow of the norm gives zeros with clipnorm, NaN with global_clipnorm.

    A norm that overflows float32 makes clipnorm return zeros and global_clipnorm
    return NaN. Gradients near 1e20 are not rescued by norm clipping: training
    silently stands still or turns NaN. clipvalue survives.
    """
    import keras

    steps = {}
    for option in ("clipnorm", "global_clipnorm", "clipvalue"):
        x = keras.Variable(np.zeros(2, "float32"))
        optimizer = keras.optimizers.SGD(learning_rate=1.0, **{option: 1.0})
        optimizer.apply([keras.ops.full((2,), 1e20)], [x])
        steps[option] = float(x.numpy()[0])
    return steps


@behaviour(clipnorm=-3.0, clipvalue=-3.0)
def negative_clip_is_ignored() -> Figures:
    """Clips of zero or below are ignored without a word.

    A sign error in a configuration switches clipping off, here and in optlab, which
    computes what tf.keras computes.
    """
    import keras

    steps = {}
    for option in ("clipnorm", "clipvalue"):
        x = keras.Variable(0.0)
        optimizer = keras.optimizers.SGD(learning_rate=1.0, **{option: -1.0})
        optimizer.apply([keras.ops.convert_to_tensor(3.0)], [x])
        steps[option] = float(x.numpy())
    return steps


@behaviour(average=-1.0, average_after_two=-1.1)
def ema_starts_as_a_copy() -> Figures:
    """With use_ema the first step copies the variable into its average.

    There is no bias to correct, and the initial value never enters the average.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.SGD(learning_rate=1.0, use_ema=True, ema_momentum=0.9)
    averages = []
    for _ in range(2):
        optimizer.apply([keras.ops.ones(())], [x])
        averages.append(float(optimizer._model_variables_moving_average[0].numpy()))
    return {"average": averages[0], "average_after_two": averages[1]}


@behaviour(variable=0.0, average=-1.0)
def ema_ignores_constraints() -> Figures:
    """In use_ema the average is taken before the constraint is applied.

    finalize_variable_values can give weights that break their own constraint.
    """
    import keras

    x = keras.Variable(0.0)
    x.constraint = keras.constraints.NonNeg()
    optimizer = keras.optimizers.SGD(learning_rate=1.0, use_ema=True)
    optimizer.apply([keras.ops.ones(())], [x])
    average = optimizer._model_variables_moving_average[0]
    return {"variable": float(x.numpy()), "average": float(average.numpy())}


@behaviour(parameters=[0.0, -2.0, -2.0, -6.0])
def accumulation_takes_the_mean() -> Figures:
    """gradient_accumulation_steps=k steps with the mean, on every k-th call.

    The rate need not change with k; torch's usual loop sums, which needs it
    divided.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.SGD(1.0, gradient_accumulation_steps=2)
    seen = []
    for gradient in (1.0, 3.0, 3.0, 5.0):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [x])
        seen.append(float(x.numpy()))
    return {"parameters": seen}


@behaviour(parameter=-1.0)
def accumulation_clips_the_mean() -> Figures:
    """Clipping acts on the accumulated mean, not on each call's gradient.

    One huge batch among k is divided by k and no longer cut off by itself: clip each
    gradient in the loop where single batches explode.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.SGD(1.0, clipvalue=1.0, gradient_accumulation_steps=2)
    for gradient in (5.0, -0.5):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [x])
    return {"parameter": float(x.numpy())}


@behaviour(parameters=[0.0, -1.0, -1.0, -2.0], averages=[0.0, -1.0, -1.0, -1.5])
def averages_move_without_updates() -> Figures:
    """With accumulation the average also moves on calls that update nothing.

    An ema_momentum of .99 forgets k times as fast as the updates suggest when k calls
    are accumulated.
    """
    import keras

    x = keras.Variable(0.0)
    optimizer = keras.optimizers.SGD(
        1.0, use_ema=True, ema_momentum=0.5, gradient_accumulation_steps=2
    )
    parameters, averages = [], []
    for _ in range(4):
        optimizer.apply([keras.ops.ones(())], [x])
        parameters.append(float(x.numpy()))
        averages.append(float(optimizer._model_variables_moving_average[0].numpy()))
    return {"parameters": parameters, "averages": averages}


@behaviour(scale=4.0, updates=0, parameter=0.0)
def overflow_halves_the_loss_scale() -> Figures:
    """LossScaleOptimizer halves its scale on a NaN gradient, and counts no step.

    The step is skipped without a word: a loss that is NaN for good shows as a scale
    that falls towards 0 and weights that stand still.
    """
    import keras

    x = keras.Variable(0.0)
    inner = keras.optimizers.SGD(1.0)
    optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=8.0)
    optimizer.apply([keras.ops.convert_to_tensor(float("nan"))], [x])
    return {
        "scale": float(optimizer.dynamic_scale.numpy()),
        "updates": int(inner.iterations.numpy()),
        "parameter": float(x.numpy()),
    }


@behaviour(moved_after_its_last_use=True)
def unused_rows_keep_moving() -> Figures:
    """Adam keeps moving the rows of an embedding after their last use.

    Sparse gradients only save work in the gradient: momentum decays in every row, so a
    word that is not in the batch still drifts.
    """
    import keras
    import tensorflow as tf

    x = keras.Variable(np.ones((2, 1), "float32"))
    optimizer = keras.optimizers.Adam(learning_rate=0.1)
    seen = []
    for row in (0, 1, 1):
        gradient = tf.IndexedSlices(tf.ones((1, 1)), tf.constant([row]), (2, 1))
        optimizer.apply([gradient], [x])
        seen.append(float(x.numpy()[0, 0]))
    return {"moved_after_its_last_use": seen[2] < seen[1] < seen[0]}


@behaviour(rate_after_four_calls=0.0001, real_updates=2)
def schedules_see_every_call() -> Figures:
    """With accumulation a schedule counts calls, Adam's t real updates.

    Multiply decay_steps by the number of accumulation steps.
    """
    import keras

    x = keras.Variable(0.0)
    decay = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.1)
    optimizer = keras.optimizers.Adam(decay, gradient_accumulation_steps=2)
    for _ in range(4):
        optimizer.apply([keras.ops.ones(())], [x])
    return {
        "rate_after_four_calls": float(optimizer.learning_rate.numpy()),
        "real_updates": int(optimizer.iterations.numpy()),
    }


@behaviour(parameters=[0.9, 0.891])
def weight_decay_follows_the_schedule() -> Figures:
    """Weight decay uses the scheduled rate and comes before the rule.

    When the schedule falls, so does the regularization.
    """
    import keras

    x = keras.Variable(1.0)
    decay = keras.optimizers.schedules.PiecewiseConstantDecay([0], [1.0, 0.1])
    optimizer = keras.optimizers.SGD(decay, weight_decay=0.1)
    seen = []
    for _ in range(2):
        optimizer.apply([keras.ops.zeros(())], [x])
        seen.append(float(x.numpy()))
    return {"parameters": seen}


@behaviour(integer="ValueError", float32="ValueError", float64="nothing")
def rate_must_be_a_python_float() -> Figures:
    """Learning rates must be Python floats: an int or np.float32 raises.

    An np.float64 is a Python float, and passes. Write SGD(1.0), and float(rate) for a
    rate that comes from NumPy.
    """
    import keras

    raised = {}
    rates = {"integer": 1, "float32": np.float32(0.1), "float64": np.float64(0.1)}
    for name, rate in rates.items():
        try:
            keras.optimizers.Adam(rate)
            raised[name] = "nothing"
        except Exception as error:
            raised[name] = type(error).__name__
    return raised


@behaviour(step=-0.10000000149011612, exactly_a_tenth=False)
def floats_pass_through_float32() -> Figures:
    """Python floats pass through float32 on their way into a float64 update.

    Float64 training in Keras has rates and betas of float32 accuracy: Adam is right
    to 6e-6 only, and other float64 implementations will not agree beyond that.
    """
    import keras

    x = keras.Variable(0.0, dtype="float64")
    optimizer = keras.optimizers.SGD(learning_rate=0.1)
    optimizer.apply([keras.ops.ones((), dtype="float64")], [x])
    step = float(x.numpy())
    return {"step": step, "exactly_a_tenth": step == -0.1}


@behaviour(raises="ValueError")
def optimizer_serves_one_model() -> Figures:
    """Once an optimizer has stepped one model, it raises when given another.

    Make a new optimizer for every model, or train from its get_config().
    """
    import keras

    optimizer = keras.optimizers.SGD(learning_rate=0.1)
    optimizer.apply([keras.ops.ones(())], [keras.Variable(0.0)])
    try:
        optimizer.apply([keras.ops.ones(())], [keras.Variable(0.0)])
    except ValueError as error:
        return {"raises": type(error).__name__}
    return {"raises": "nothing"}


@behaviour(lamb="ValueError", adam="Adam")
def lamb_has_no_name() -> Figures:
    """keras.optimizers.get("lamb") fails although Lamb exists.

    Pass an instance instead of the name. In optlab all names work.
    """
    import keras

    found = {}
    for name in ("lamb", "adam"):
        try:
            found[name] = type(keras.optimizers.get(name)).__name__
        except ValueError as error:
            found[name] = type(error).__name__
    return found


@behaviour(sparse=0.5757, dense=0.7)
def repeated_ids_are_squared_first() -> Figures:
    """Gradients of repeated embedding ids are squared before they are added.

    An adaptive rule treats a repeated id differently from the same gradient given
    densely; tables trained with sparse and dense gradients do not agree.
    """
    import keras
    import tensorflow as tf

    ends = {}
    for kind in ("sparse", "dense"):
        x = keras.Variable(np.ones((3, 1), "float32"))
        optimizer = keras.optimizers.Adam(learning_rate=0.1)
        for _ in range(3):
            slices = tf.IndexedSlices(tf.ones((2, 1)), tf.constant([1, 1]), (3, 1))
            gradient = slices if kind == "sparse" else tf.convert_to_tensor(slices)
            optimizer.apply([gradient], [x])
        ends[kind] = float(x.numpy()[1, 0])
    return ends


@behaviour(kernel=0.9, bias=1.0, unbiased_kernel=1.0)
def decay_is_excluded_by_part_of_a_name() -> Figures:
    """Names in exclude_from_weight_decay exclude whatever contains them.

    The names are searched for in each variable's path, so "bias" also leaves a variable
    called unbiased_kernel without decay. Pass the variables themselves to be exact.
    """
    import keras

    names = ("kernel", "bias", "unbiased_kernel")
    xs = [keras.Variable(1.0, name=name) for name in names]
    optimizer = keras.optimizers.SGD(learning_rate=1.0, weight_decay=0.1)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.apply([keras.ops.zeros(())] * 3, xs)
    return {name: float(x.numpy()) for name, x in zip(names, xs, strict=True)}


@behaviour(validated=0.0625, evaluated=0.225625)
def averages_come_in_after_the_fit() -> Figures:
    """With use_ema the averages replace the weights only when fit has ended.

    Every val_loss of the fit is that of the raw weights; what evaluate and predict show
    afterwards is another model. The callback SwapEMAWeights validates the averages.
    """
    import keras

    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), layer])
    optimizer = keras.optimizers.SGD(0.25, use_ema=True, ema_momentum=0.9)
    model.compile(optimizer, "mse")
    x, y = np.ones((4, 1), "float32"), np.zeros((4, 1), "float32")
    history = model.fit(x, y, epochs=2, validation_data=(x, y), verbose=0)
    return {
        "validated": history.history["val_loss"][-1],
        "evaluated": model.evaluate(x, y, verbose=0),
    }
