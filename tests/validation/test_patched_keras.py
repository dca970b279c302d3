"""An entry of the catalogue notices when Keras does something else."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from optlab.validation.behaviours import catalogue, measure

optimizers, layers, callbacks = keras.optimizers, keras.layers, keras.callbacks
Base = optimizers.SGD.__mro__[2]  # what all optimizers of Keras are made of


def arguments(cls, force=False, **values):
    """Other defaults of a constructor, or values that are forced on it."""

    def patch(monkeypatch):
        original = cls.__init__

        @functools.wraps(original)
        def changed(self, *given, **named):
            named = {**named, **values} if force else {**values, **named}
            original(self, *given, **named)

        monkeypatch.setattr(cls, "__init__", changed)

    return patch


def method(cls, name, make):
    """Another method, made from the original one."""

    def patch(monkeypatch):
        monkeypatch.setattr(cls, name, make(getattr(cls, name)))

    return patch


def nothing(cls, name, result=None):
    """A method that does nothing."""
    return method(cls, name, lambda original: lambda self, *a, **k: result)


def plain_steps(cls):
    """A rule that is gradient descent."""

    def make(original):
        def update_step(self, gradient, variable, learning_rate):
            rate = keras.ops.cast(learning_rate, variable.dtype)
            gradient = keras.ops.convert_to_tensor(gradient)
            variable.assign_sub(rate * keras.ops.cast(gradient, variable.dtype))

        return update_step

    return method(cls, "update_step", make)


def fit(change):
    """A `fit` before which something is changed."""

    def make(original):
        def changed(self, *given, **named):
            change(self, named)
            return original(self, *given, **named)

        return changed

    return method(keras.Model, "fit", make)


def sizes_of_bounds(original):
    def clip(self, grads):
        for name in ("clipnorm", "clipvalue"):
            bound = getattr(self, name)
            setattr(self, name, None if bound is None else abs(bound))
        return original(self, grads)

    return clip


def float_rates(original):
    def changed(self, learning_rate=0.001, **named):
        original(self, float(learning_rate), **named)

    return changed


def always_trained(original):
    def call(self, inputs, training=None, mask=None):
        self._trainable = True
        return original(self, inputs, training=training, mask=mask)

    return call


def checked_momentum(original):
    def changed(self, *given, momentum=0.99, **named):
        original(self, *given, momentum=min(momentum, 1.0), **named)

    return changed


def kept_optimizer(original):
    def compile(self, optimizer="rmsprop", *given, **named):
        kept = getattr(self, "optimizer", None) or optimizer
        original(self, kept, *given, **named)

    return compile


def weighted_metrics(original):
    def compile(self, *given, metrics=None, weighted_metrics=None, **named):
        both = (metrics or []) + (weighted_metrics or [])
        original(self, *given, weighted_metrics=both, **named)

    return compile


def each_clipped(original):
    def apply(self, grads, variables=None):
        return original(self, self._clip_gradients(grads), variables)

    return apply


def unscaled(original):
    def apply(self, grads, variables=None):
        return self.inner_optimizer.apply(grads, variables)

    return apply


def compiled_with(**values):
    """A `compile` on which values are forced."""

    def make(original):
        def compile(self, *given, **named):
            original(self, *given, **{**named, **values})

        return compile

    return make


def remembering(original):
    def load_weights(self, *given, **named):
        original(self, *given, **named)
        self.optimizer.iterations.assign(2)

    return load_weights


def halved(original):
    return lambda self, x: 0.5 * original(self, x)


def retraced(model, named):
    model.train_function = None


def counted(model, named):
    model.optimizer.iterations.assign_add(named.get("initial_epoch", 0))


def without_class_weight(model, named):
    if "sample_weight" in named:
        named.pop("class_weight", None)


def unclipped(original):
    return lambda self, grads: grads


def squares(original):
    """A loss that is the mean square, whatever it was."""

    def call(self, y_true, y_pred):
        y_pred = keras.ops.convert_to_tensor(y_pred)
        error = keras.ops.cast(y_true, y_pred.dtype) - y_pred
        return keras.ops.mean(keras.ops.square(error), axis=-1)

    return call


def strict(original):
    def call(self, y_true, y_pred):
        if tuple(y_true.shape) != tuple(y_pred.shape):
            raise ValueError("other shapes")
        return original(self, y_true, y_pred)

    return call


def aligned(original):
    def call(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = (keras.ops.reshape(x, (-1,)) for x in (y_true, y_pred))
        return original(self, y_true, y_pred, sample_weight)

    return call


def whole_config(original):
    return lambda self: {**original(self), "delta": 0.5}


def a_step_later(original):
    return lambda self, step: original(self, step + 1)


def doubled(original):
    def update_step(self, gradient, variable, learning_rate):
        return original(self, gradient, variable, 2 * learning_rate)

    return update_step


def exact_rate(original):
    def update_step(self, gradient, variable, learning_rate):
        variable.assign_sub(gradient * keras.ops.cast(np.float64(0.1), "float64"))

    return update_step


def attribute(owner, name, value):
    return lambda monkeypatch: monkeypatch.setattr(owner, name, value)


def taking_class_weight(original):
    def compile(self, *given, class_weight=None, **named):
        original(self, *given, **named)

    return compile


def reset_rate(original):
    def on_train_begin(self, logs=None):
        self.model.optimizer.learning_rate = 1.0
        original(self, logs)

    return on_train_begin


def fresh_draws(original):
    return lambda self, shape, dtype=None, **more: keras.random.normal(shape)


def untruncated(original):
    def draw(self, shape, dtype=None, **more):
        rng = np.random.default_rng(0)
        return rng.standard_normal(shape) * np.sqrt(2 / shape[0])

    return draw


def normalized(x, axis=-1, order=2):
    return np.asarray(x) / np.abs(x).max(axis=axis, keepdims=True)


def optimizer_named(name):
    return getattr(optimizers, name.title())()


def unseeded(model, named):
    tf.random.set_seed(None)


def half_for_validation(model, named):
    named["validation_split"] = 0.6


def with_terminator(model, named):
    named["callbacks"] = [callbacks.TerminateOnNaN()]


def unweighted(model, named):
    named.pop("class_weight", None)


def one_batch(model, named):
    named["batch_size"] = None


def later(name):
    return method(getattr(optimizers.schedules, name), "__call__", a_step_later)


losses = keras.losses
EARLY, PLATEAU = callbacks.EarlyStopping, callbacks.ReduceLROnPlateau
NORMALIZATION = layers.BatchNormalization

#: Entry -> what is changed in Keras.
PATCHES = {
    "clipnorm-is-per-variable": method(Base, "_clip_gradients", unclipped),
    "idle-global-clip-moves-bits": method(Base, "_clip_gradients", unclipped),
    "clip-of-an-overflowing-norm": method(Base, "_clip_gradients", unclipped),
    "accumulation-takes-the-mean": method(optimizers.SGD, "update_step", doubled),
    "schedules-see-every-call": later("ExponentialDecay"),
    "floats-pass-through-float32": method(optimizers.SGD, "update_step", exact_rate),
    "optimizer-serves-one-model": nothing(Base, "_check_variables_are_known"),
    "lamb-has-no-name": attribute(optimizers, "get", optimizer_named),
    "clipped-loss-has-no-gradient": method(losses.BinaryCrossentropy, "call", squares),
    "logits-are-recovered-in-graphs": method(
        losses.CategoricalCrossentropy, "call", squares
    ),
    "double-sigmoid-is-corrected": method(losses.BinaryCrossentropy, "call", squares),
    "reshape-hides-the-logits": method(
        layers.Reshape, "call", lambda original: lambda self, inputs: inputs
    ),
    "logcosh-cancels-near-zero": method(losses.LogCosh, "call", squares),
    "logcosh-is-float32-in-float64": method(losses.LogCosh, "call", squares),
    "crossentropy-renormalises": method(
        losses.CategoricalCrossentropy, "call", squares
    ),
    "mse-gradient-rounds-differently": method(
        losses.MeanSquaredError,
        "call",
        lambda original: lambda self, y, p: 2 * original(self, y, p),
    ),
    "transposed-targets-broadcast": method(losses.MeanSquaredError, "call", strict),
    "loss-subclass-broadcasts": method(losses.Loss, "__call__", aligned),
    "one-target-for-three-outputs": method(losses.MeanSquaredError, "call", strict),
    "integer-predictions-truncate": attribute(
        losses, "mean_squared_error", lambda y, p: np.mean((y - p) ** 2) + 1
    ),
    "loss-classes-cast-to-float32": arguments(losses.MeanSquaredError, dtype="float64"),
    "label-outside-the-classes": method(
        losses.SparseCategoricalCrossentropy,
        "call",
        lambda original: lambda self, y, p: 0.0 * keras.ops.sum(p, axis=-1),
    ),
    "one-softmax-unit-seems-to-learn": nothing(optimizers.SGD, "update_step"),
    "labels-minus-one-and-one": method(losses.BinaryCrossentropy, "call", squares),
    "weighted-mean-divides-by-n": arguments(
        losses.MeanSquaredError, reduction="mean_with_sample_weight"
    ),
    "huber-forgets-its-delta": method(losses.Huber, "get_config", whole_config),
    "piecewise-boundary-is-inclusive": later("PiecewiseConstantDecay"),
    "first-update-uses-step-zero": later("CosineDecay"),
    "warmup-needs-a-target": later("CosineDecay"),
    "cosine-restart-is-missed": later("CosineDecayRestarts"),
    "what-decay-steps-means": later("ExponentialDecay"),
    "scheduled-rate-cannot-be-set": attribute(
        Base, "learning_rate", property(lambda self: 0.1, lambda self, value: None)
    ),
    "seeding-freezes-the-shuffle": fit(unseeded),
    "epoch-loss-is-a-running-mean": fit(one_batch),
    "validation-split-takes-the-tail": fit(half_for_validation),
    "class-weights-divide-by-n": fit(unweighted),
    "fit-continues-after-nan": fit(with_terminator),
    "class-weights-belong-to-fit": method(keras.Model, "compile", taking_class_weight),
    "validation-is-without-dropout": method(
        layers.Dropout,
        "call",
        lambda original: lambda self, inputs, training=False: inputs,
    ),
    "normalize-divides-by-row-length": attribute(keras.utils, "normalize", normalized),
    "normalize-columns-is-broken": attribute(keras.utils, "normalize", normalized),
    "initializer-object-repeats-itself": method(
        keras.initializers.GlorotUniform, "__call__", fresh_draws
    ),
    "he-normal-is-truncated": method(
        keras.initializers.HeNormal, "__call__", untruncated
    ),
    "plateau-outlives-the-fit": method(PLATEAU, "on_train_begin", reset_rate),
    "negative-clip-is-ignored": method(Base, "_clip_gradients", sizes_of_bounds),
    "ema-starts-as-a-copy": nothing(Base, "_update_model_variables_moving_average"),
    "ema-ignores-constraints": nothing(Base, "_update_model_variables_moving_average"),
    "accumulation-clips-the-mean": method(optimizers.SGD, "apply", each_clipped),
    "averages-move-without-updates": nothing(
        Base, "_update_model_variables_moving_average"
    ),
    "overflow-halves-the-loss-scale": method(
        optimizers.LossScaleOptimizer, "apply", unscaled
    ),
    "unused-rows-keep-moving": plain_steps(optimizers.Adam),
    "weight-decay-follows-the-schedule": nothing(Base, "_apply_weight_decay"),
    "weight-decay-is-decoupled": nothing(Base, "_apply_weight_decay"),
    "rate-must-be-a-python-float": method(optimizers.Adam, "__init__", float_rates),
    "adam-epsilon-hat": plain_steps(optimizers.Adam),
    "momentum-remembers-the-rate": plain_steps(optimizers.SGD),
    "rmsprop-epsilon-inside-the-root": plain_steps(optimizers.RMSprop),
    "adagrad-starts-at-a-tenth": arguments(
        optimizers.Adagrad, initial_accumulator_value=0.0
    ),
    "amsgrad-without-correction": plain_steps(optimizers.Adam),
    "nadam-has-a-momentum-schedule": plain_steps(optimizers.Nadam),
    "schedule-free-reads-the-new-z": plain_steps(optimizers.ScheduleFreeAdamW),
    "float16-adam-jumps": plain_steps(optimizers.Adam),
    "adafactor-crawls-from-zero": plain_steps(optimizers.Adafactor),
    "muon-refuses-float64": plain_steps(optimizers.Muon),
    "repeated-ids-are-squared-first": plain_steps(optimizers.Adam),
    "batch-normalization-constants": arguments(NORMALIZATION, momentum=0.9),
    "batch-normalization-constants ": arguments(NORMALIZATION, epsilon=1e-5),
    "frozen-batch-normalization-infers": method(NORMALIZATION, "call", always_trained),
    "batch-normalization-momentum-is-unchecked": method(
        NORMALIZATION, "__init__", checked_momentum
    ),
    "l2-has-no-half": method(keras.regularizers.L2, "__call__", halved),
    "leaky-relu-has-two-slopes": arguments(layers.LeakyReLU, negative_slope=0.2),
    "dense-starts-with-glorot": arguments(layers.Dense, kernel_initializer="he_normal"),
    "early-stopping-always-restores": nothing(EARLY, "on_train_end"),
    "early-stopping-and-nan": nothing(EARLY, "_is_improvement", True),
    "auto-refuses-what-it-does-not-know": arguments(EARLY, force=True, mode="min"),
    "absent-monitor-is-ignored": nothing(EARLY, "get_monitor_value", 1.0),
    "start-from-epoch-forgets": arguments(EARLY, force=True, start_from_epoch=0),
    "plateau-has-no-floor": arguments(PLATEAU, min_lr=0.001),
    "plateau-wants-a-minimum": arguments(PLATEAU, min_delta=0.0),
    "plateau-with-a-schedule": nothing(PLATEAU, "on_epoch_end"),
    "equal-patience-wastes-the-cut": nothing(PLATEAU, "on_epoch_end"),
    "freezing-needs-compile": fit(retraced),
    "compile-resets-the-optimizer": method(keras.Model, "compile", kept_optimizer),
    "initial-epoch-counts-nothing": fit(counted),
    "auto-does-not-mean-xla-on-a-processor": nothing(
        keras.Model, "_resolve_auto_jit_compile", True
    ),
    "accuracy-cuts-logits-at-a-half": arguments(
        keras.metrics.BinaryAccuracy, threshold=0.0
    ),
    "metrics-ignore-sample-weights": method(keras.Model, "compile", weighted_metrics),
    "class-and-sample-weights-exclude-each-other": fit(without_class_weight),
    "mixed-policies-keep-float32-weights": method(
        keras.Model, "compile", compiled_with(auto_scale_loss=False)
    ),
    "skipped-steps-are-not-updates": method(
        optimizers.LossScaleOptimizer, "apply", unscaled
    ),
    "decay-is-excluded-by-part-of-a-name": nothing(Base, "_apply_weight_decay"),
    "averages-come-in-after-the-fit": nothing(Base, "finalize_variable_values"),
    "weights-alone-forget-the-optimizer": method(
        keras.Model, "load_weights", remembering
    ),
    "steps-per-execution-hides-batches": method(
        keras.Model, "compile", compiled_with(steps_per_execution=1)
    ),
}


@pytest.mark.parametrize("name", PATCHES)
def test_a_patched_keras_is_noticed(name, monkeypatch):
    entry = catalogue()[name.strip()]
    PATCHES[name](monkeypatch)
    (outcome,) = measure(entry, peers=False)
    assert outcome.status in ("changed", "failed"), outcome


def test_every_entry_is_patched_but_those_about_the_arithmetic_of_tensorflow():
    names = {name.strip() for name in PATCHES}
    entries = catalogue()
    assert names == {n for n, e in entries.items() if e.subject != "rounding"}
