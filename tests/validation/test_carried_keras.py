"""Each argument of what is converted from tf.keras is carried, refused or named.

The signatures of all classes of tf.keras that have a counterpart are walked: each
argument is set away from its default, and must come back from a round trip, or be
refused by its name. What can do neither is in a table, with its reason.
"""

import inspect

import keras
import numpy as np
import pytest

import optlab
from optlab import initializers, layers, losses, optimizers, regularizers, schedules
from optlab.errors import InputError
from optlab.layers.registry import REGISTRY
from optlab.optimizers import LossScaleOptimizer
from optlab.validation import experiment_of, from_keras, to_keras
from optlab.validation.programs.covering import covered
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.reading import read_program
from optlab.validation.twins.optimizers import optimizer_from_keras, optimizer_to_keras

#: Arguments that are neither carried nor refused, and why that is right.
WITHOUT_EFFECT = {
    "lora_alpha": "scales the product of `lora_rank`, which is refused",
    "use_cudnn": "chooses a kernel of a GPU",
    "weights": "first weights; a model brings all of them, a layer alone none",
    ("Embedding", "autocast"): "it never casts",
    ("LayerNormalization", "autocast"): "it never casts",
    ("SimpleRNN", "seed"): "tf.keras leaves it out; its masks are drawn otherwise",
    "dtype": "a model's, which must be one for all layers; a loss's is its outputs'",
}
#: What an argument is set to where twice the default or its opposite will not do.
VALUES = {
    "activation": "selu",
    "adam_weight_decay": 0.02,
    "axis": 1,
    "backward_layer": lambda: keras.layers.LSTM(3, go_backwards=True, use_bias=False),
    "boundaries": [3, 5],
    "clipnorm": 0.5,
    "clipvalue": 0.5,
    "cropping": 2,
    "data_format": "channels_first",
    "dims": (2, 1),
    "distribution": "uniform",
    "dtype": "float64",
    "ema_overwrite_frequency": 3,
    "exclude_layers": ["mine"],
    "filters": 6,
    "global_clipnorm": 0.5,
    "gradient_accumulation_steps": 4,
    "groups": 2,
    "ignore_class": 2,
    "input_axes": [0],
    "interpolation": "bilinear",
    "layer": lambda: keras.layers.LSTM(4),
    "learning_rate": 0.25,
    "lora_alpha": 3,
    "lora_rank": 1,
    "loss_scale_factor": 8.0,
    "max_value": 3.0,
    "mean": 1.5,
    "merge_mode": "sum",
    "mode": "fan_out",
    "name": "mine",
    "noise_shape": (None, 1),
    "output_axes": [1],
    "output_padding": 1,
    "padding": "same",
    "quantization_config": lambda: keras.quantizers.Int8QuantizationConfig(),
    "recurrent_activation": "tanh",
    "reduction": "sum",
    "renorm_clipping": {"rmax": 2.0},
    "rms_rate": 0.3,
    "seed": 7,
    "shared_axes": [1],
    "size": 3,
    "target_shape": (3, 2),
    "use_cudnn": False,
    "values": [1.0, 0.5, 0.25],
    "variance": 2.0,
    "warmup_target": 0.5,
    "weight_decay": 0.03,
    "weights": lambda: [np.ones((5, 2), "float32")],
    ("MaxPooling1D", "strides"): 3,
    ("MaxPooling2D", "strides"): 3,
    ("AveragePooling1D", "strides"): 3,
    ("AveragePooling2D", "strides"): 3,
    ("ZeroPadding1D", "padding"): 2,
    ("ZeroPadding2D", "padding"): 2,
    ("Normalization", "axis"): 2,
}
#: What has to be given besides.
NEEDED = {
    "Activation": {"activation": "tanh"},
    "AveragePooling1D": {"pool_size": 2},
    "AveragePooling2D": {"pool_size": 2},
    "Bidirectional": lambda: {"layer": keras.layers.LSTM(3)},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 9},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 9},
    "DepthwiseConv2D": {"kernel_size": 2},
    "Dense": {"units": 3},
    "Dropout": {"rate": 0.5},
    "Embedding": {"input_dim": 5, "output_dim": 2},
    "ExponentialDecay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 9,
        "decay_rate": 0.5,
    },
    "GaussianDropout": {"rate": 0.5},
    "GaussianNoise": {"stddev": 0.5},
    "GRU": {"units": 3},
    "InverseTimeDecay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 9,
        "decay_rate": 0.5,
    },
    "LSTM": {"units": 3},
    "LossScaleOptimizer": lambda: {"inner_optimizer": keras.optimizers.SGD(0.5)},
    "Permute": {"dims": (1,)},
    "PiecewiseConstantDecay": {"boundaries": [2, 4], "values": [1.0, 0.5, 0.25]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 9},
    "RepeatVector": {"n": 3},
    "Rescaling": {"scale": 2.0},
    "Reshape": {"target_shape": (2, 3)},
    "SimpleRNN": {"units": 3},
    "SpatialDropout1D": {"rate": 0.5},
    "SpatialDropout2D": {"rate": 0.5},
    "TimeDistributed": lambda: {"layer": keras.layers.Dense(3)},
    "mean": {"variance": 2.0},
    "variance": {"mean": 1.5},
    "output_padding": {"strides": 2},
    "renorm_clipping": {"renorm": True},
    "renorm_momentum": {"renorm": True},
    "ema_momentum": {"use_ema": True},
    "ema_overwrite_frequency": {"use_ema": True},
    **{
        f"Conv{n}D{kind}": {"filters": 4, "kernel_size": 3}
        for n in (1, 2)
        for kind in ("", "Transpose")
    },
}
#: Arguments of base classes that a class sets itself.
FIXED = ("cell", "fn", "pool_dimensions", "pool_mode", "rank", "inner_optimizer")


def arguments(cls):
    """Return the arguments that a class of tf.keras takes, its bases' included."""
    found = {}
    for owner in cls.__mro__:
        if "__init__" not in vars(owner) or owner is object:
            continue
        taken = inspect.signature(owner.__init__).parameters.values()
        for one in taken:
            named = one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
            if named and one.name != "self" and one.name not in FIXED:
                found.setdefault(one.name, one.default)
        if not any(one.kind is one.VAR_KEYWORD for one in taken):
            break
    return found


def needed(name):
    given = NEEDED.get(name, {})
    return given() if callable(given) else dict(given)


def away(cls, name, default):
    """Return a value that is not the default."""
    value = VALUES.get((cls.__name__, name), VALUES.get(name))
    if value is not None:
        return value() if callable(value) else value
    if name.endswith("_initializer"):
        return "he_normal"
    if name.endswith("_regularizer"):
        return keras.regularizers.L2(0.25)
    if name.endswith("_constraint"):
        return "non_neg"
    default = needed(cls.__name__).get(name, default)
    if isinstance(default, bool):
        return not default
    if isinstance(default, int):
        return default + 1
    if isinstance(default, float):
        return default / 2 if default else 0.125
    pairs = isinstance(default, tuple) and all(isinstance(one, int) for one in default)
    if pairs:
        return tuple(one + 1 for one in default)
    raise AssertionError(f"{cls.__name__}: no value to try for {name!r}")


def configuration(twin):
    # Huber's own get_config leaves out its delta.
    return {**getattr(twin, "_fn_kwargs", {}), **twin.get_config()}


def outcome(cls, name, default):
    """Say what becomes of an argument: "carried", "refused", or what is wrong."""
    given = {**needed(cls.__name__), **needed(name), name: away(cls, name, default)}
    try:
        twin = cls(**given)
    except (TypeError, ValueError) as error:
        said = ("unexpected keyword", "nrecognized keyword", "does not support")
        said += ("got multiple values",)
        assert any(words in str(error) for words in said), error
        return "unknown to the class"
    try:
        back = to_keras(from_keras(twin))
    except InputError as error:
        named = name.removeprefix("renorm_") in str(error) or "'renorm'" in str(error)
        return "refused" if named else f"refused without its name: {error}"
    before, after = configuration(twin), configuration(back)
    if name not in before:
        usual = getattr(cls(**needed(cls.__name__)), name, None)
        if getattr(twin, name, None) == usual:
            return "not in the configuration"
        before, after = vars(twin), vars(back)
    if before.get(name) != after.get(name):
        return f"lost: {before.get(name)!r} became {after.get(name)!r}"
    return "carried"


def converted():
    """Return all classes of tf.keras that have a counterpart, by kind."""
    tables = (
        (
            keras.optimizers,
            {type(optimizers.get(n)).__name__ for n in optimizers.TWINS},
        ),
        (keras.optimizers, {"LossScaleOptimizer"}),
        (keras.losses, {type(losses.get(n)).__name__ for n in losses.names()}),
        (keras.optimizers.schedules, set(vars(schedules))),
        (keras.layers, set(REGISTRY)),
    )
    return {
        getattr(module, name)
        for module, names in tables
        for name in names
        if inspect.isclass(getattr(module, name, None))
    }


@pytest.mark.parametrize(
    "cls", sorted(converted(), key=lambda cls: cls.__name__), ids=lambda c: c.__name__
)
def test_every_argument_is_carried_or_refused(cls):
    found = {
        name: outcome(cls, name, default) for name, default in arguments(cls).items()
    }
    wrong = {
        name: said
        for name, said in found.items()
        if said not in ("carried", "refused", "unknown to the class")
        and not {name, (cls.__name__, name)} & set(WITHOUT_EFFECT)
    }
    assert not wrong
    assert "carried" in found.values()
    if "activity_regularizer" in inspect.signature(cls.__init__).parameters:
        ours = inspect.signature(getattr(layers, cls.__name__)).parameters
        if "activity_regularizer" in ours:
            assert found["activity_regularizer"] == "carried"


@pytest.mark.parametrize(
    ("module", "ours"),
    [(keras.initializers, initializers), (keras.regularizers, regularizers)],
    ids=["initializers", "regularizers"],
)
def test_every_argument_of_what_a_layer_is_given(module, ours):
    """In a layer, as they are only converted there."""
    key = f"kernel_{module.__name__.rpartition('.')[2].removesuffix('s')}"
    for name in ours.names():
        cls = getattr(module, type(ours.get(name)).__name__)
        for argument, default in arguments(cls).items():
            made = cls(**{argument: away(cls, argument, default)})
            given = keras.layers.Dense(3, **{key: made})
            try:
                back = to_keras(from_keras(given))
            except InputError as error:
                assert argument in str(error)
                continue
            assert back.get_config()[key] == given.get_config()[key], (name, argument)


def test_what_is_named_like_a_class_of_keras_is_not_taken_for_it():
    class GlorotUniform(keras.initializers.GlorotUniform):
        pass

    class Dense(keras.layers.Dense):
        pass

    class Sequential(keras.Sequential):
        pass

    with pytest.raises(InputError, match="GlorotUniform"):
        from_keras(keras.layers.Dense(2, kernel_initializer=GlorotUniform()))
    with pytest.raises(InputError, match="layer class 'Dense'"):
        from_keras(Dense(3))
    with pytest.raises(InputError, match="model class 'Sequential'"):
        from_keras(Sequential([keras.Input((3,)), keras.layers.Dense(3)]))


# What compile is given.

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = X @ np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]], "float32")


def model(policy=None, **compiled):
    stack = [
        keras.layers.Dense(4, "tanh", dtype=policy),
        keras.layers.Dense(2, dtype=policy),
    ]
    found = keras.Sequential([keras.Input((3,)), *stack])
    found.compile(**{"optimizer": keras.optimizers.SGD(0.1), "loss": "mse", **compiled})
    return found


#: What `compile` takes: a value that is not the default, and what becomes of it.
COMPILED = {
    "optimizer": (keras.optimizers.Adam(0.5), "carried"),
    "loss": (keras.losses.Huber(0.5), "carried"),
    "loss_weights": (0.25, "refused"),
    "metrics": (["mae"], "named"),
    "weighted_metrics": (["mae"], "named"),
    "run_eagerly": (True, "named"),
    "steps_per_execution": (4, "named"),
    "jit_compile": (True, "named"),
    "auto_scale_loss": (False, "only with mixed_float16, which is refused"),
}


def test_every_argument_of_compile():
    known = list(inspect.signature(keras.Model.compile).parameters)[1:]
    assert known == list(COMPILED)
    for name, (value, becomes) in COMPILED.items():
        twin = model(**{name: value})
        if becomes == "refused":
            with pytest.raises(InputError, match=name):
                from_keras(twin)
            with pytest.raises(InputError, match=name):
                experiment_of(twin, X, Y)
            continue
        found = from_keras(twin)
        assert found.notes == () or becomes == "named"
        if becomes == "named":
            (note,) = found.notes
            assert name in note
            if "metrics" not in name:
                with pytest.warns(UserWarning, match=name):
                    experiment_of(twin, X, Y)
    assert type(from_keras(model(optimizer="adam")).optimizer) is optlab.Adam
    assert from_keras(model(loss=keras.losses.Huber(0.5))).loss.delta == 0.5


def test_the_dtype_of_a_loss_is_named_where_it_is_not_the_models():
    (note,) = from_keras(model("float64")).notes
    assert "dtype='float32'" in note and "float64" in note
    assert from_keras(model(loss=keras.losses.MeanSquaredError())).notes == ()
    exact = keras.losses.MeanSquaredError(dtype="float64")
    assert from_keras(model("float64", loss=exact)).notes == ()
    with pytest.raises(InputError, match="dtype='float16' of MeanSquaredError"):
        from_keras(keras.losses.MeanSquaredError(dtype="float16"))


def test_no_dtype_policy_is_run_as_another():
    with pytest.raises(InputError, match="policy 'mixed_float16'"):
        from_keras(model("mixed_float16"))
    with pytest.raises(InputError, match="policy 'float16'"):
        from_keras(keras.layers.Dense(3, dtype="float16"))
    with pytest.raises(InputError, match=r"one dtype.*float32.*float64"):
        last = keras.layers.Activation("tanh", dtype="float64")
        from_keras(keras.Sequential([keras.Input((3,)), keras.layers.Dense(3), last]))


# Optimizers with the model that they train.


def trained(twin, steps=3):
    """Train a twin and what is read of it after the first step; compare all weights."""
    twin.train_on_batch(X, Y)
    found = from_keras(twin)
    for _ in range(steps):
        twin.train_on_batch(X, Y)
        optlab.fit(
            found.model,
            X,
            Y,
            loss=found.loss,
            optimizer=found.optimizer,
            batch_size=len(X),
            epochs=1,
        )
    for ours, theirs in zip(found.model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)
    return found


def test_what_is_left_out_of_the_weight_decay_goes_along():
    for pick in ({"var_names": ["bias"]}, {}):
        optimizer = keras.optimizers.SGD(0.05, momentum=0.5, weight_decay=2.0)
        twin = model(optimizer=optimizer)
        pick = pick or {"var_list": [twin.layers[0].kernel]}
        optimizer.exclude_from_weight_decay(**pick)
        with pytest.raises(InputError, match="exclude_from_weight_decay"):
            from_keras(optimizer)
        with pytest.raises(InputError, match="exclude_from_weight_decay"):
            experiment_of(twin, X, Y)
        found = trained(twin, steps=1) if "var_names" in pick else from_keras(twin)
        again = to_keras(found)
        for ours, theirs in zip(
            again.trainable_variables, twin.trainable_variables, strict=True
        ):
            left = again.optimizer._use_weight_decay(ours)
            assert left == optimizer._use_weight_decay(theirs)


def test_a_trained_adafactor_with_vectors_goes_along():
    found = trained(model(optimizer=keras.optimizers.Adafactor(0.05)))
    assert to_keras(found).optimizer.iterations.numpy() == 4


def test_the_scale_of_a_loss_scale_optimizer_goes_along():
    inner = keras.optimizers.SGD(0.05, momentum=0.5, weight_decay=2.0)
    inner.exclude_from_weight_decay(var_names=["bias"])
    scaling = keras.optimizers.LossScaleOptimizer(
        inner, initial_scale=1000.1, dynamic_growth_steps=3
    )
    twin = model(optimizer=scaling)
    found = trained(twin, steps=4)
    ours = found.optimizer
    assert (
        ours.dynamic_scale == twin.optimizer.dynamic_scale.numpy() == np.float32(2000.2)
    )
    assert ours.step_counter == twin.optimizer.step_counter.numpy() == 2
    again = to_keras(found).optimizer
    assert again.dynamic_scale.numpy() == np.float32(2000.2)
    assert again.step_counter.numpy() == 2 and again.iterations.numpy() == 5
    np.testing.assert_array_equal(
        again.inner_optimizer.momentums[0], ours.state["momentum"][0]
    )


def test_state_goes_by_variable_not_by_place():
    twin = model(optimizer=keras.optimizers.Adam(0.05))
    twin.train_on_batch(X, Y)
    params = [v.numpy() for v in twin.trainable_variables][::-1]
    ours = optimizer_from_keras(twin.optimizer, params, twin.trainable_variables[::-1])
    np.testing.assert_array_equal(
        ours.state["velocity"][0], twin.optimizer._velocities[-1].numpy()
    )
    with pytest.raises(InputError, match="built without the variable"):
        optimizer_from_keras(twin.optimizer, params[:1], [keras.Variable(params[0])])


def test_what_has_no_parameters_cannot_leave_them_out():
    ours = LossScaleOptimizer(optlab.AdamW(0.1))
    ours.inner_optimizer.exclude_from_weight_decay(var_names=["bias"])
    with pytest.raises(InputError, match="exclude_from_weight_decay"):
        optimizer_to_keras(ours)


def test_an_experiment_begins_with_a_new_optimizer_and_says_so():
    twin = model()
    twin.train_on_batch(X, Y)
    with pytest.warns(UserWarning, match="optimizer's state is not taken along"):
        experiment_of(twin, X, Y)
    with pytest.raises(InputError, match=r"validation_data.*3 parts"):
        experiment_of(model(), X, Y, validation_data=(X, Y, np.ones(12)))


#: What `fit` takes beside the rows: a value, and what `optlab.diagnose` makes of it.
FITTED = {
    "x": (None, "rows"),
    "y": (None, "rows"),
    "batch_size": (4, ("batch_size", 4)),
    "epochs": (9, ("epochs", 9)),
    "verbose": (2, "printing"),
    "callbacks": ([keras.callbacks.TerminateOnNaN()], "TerminateOnNaN"),
    "validation_split": (0.25, "rows"),
    "validation_data": ((X[:5], Y[:5]), "rows"),
    "shuffle": (False, ("shuffle", False)),
    "class_weight": ({0: 2.0, 1: 1.0}, ("class_weight", {"0": 2.0, "1": 1.0})),
    "sample_weight": (np.arange(12.0), "rows"),
    "initial_epoch": (3, ("epochs", 17)),
    "steps_per_epoch": (2, ("steps_per_epoch", 2)),
    "validation_steps": (2, "validation_steps"),
    "validation_batch_size": (2, "validation_batch_size"),
    "validation_freq": (2, "validation_freq"),
}


def test_every_argument_of_fit():
    assert list(FITTED) == list(inspect.signature(keras.Model.fit).parameters)[1:]
    twin = model()
    plain, _ = read_program(Captured(twin, "fit", {"x": X, "y": Y, "epochs": 20}))
    with np.load(plain.tree["data"]["source"]) as file:
        usual = {name: file[name].shape for name in file.files}
    for name, (value, becomes) in FITTED.items():
        if value is None or becomes == "printing":
            continue
        given = {"x": X, "y": Y, "epochs": 20, "batch_size": 4, name: value}
        program, notes = read_program(Captured(twin, "fit", given))
        with np.load(program.tree["data"]["source"]) as file:
            shapes = {each: file[each].shape for each in file.files}
        if becomes == "rows":
            assert shapes != usual, name
        elif isinstance(becomes, tuple):
            assert program.to_dict()["training"][becomes[0]] == becomes[1], name
        else:
            assert any(becomes in note for note in notes), name


def test_what_the_runs_of_a_diagnosis_leave_out_is_named():
    inner = keras.optimizers.SGD(0.1, weight_decay=0.1)
    inner.exclude_from_weight_decay(var_names=["bias"])
    twin = model(optimizer=keras.optimizers.LossScaleOptimizer(inner))
    program, notes = read_program(Captured(twin, "fit", {"x": X, "y": Y}))
    assert "exclude_from_weight_decay" in notes[0] and "not scaled" in notes[1]
    with pytest.raises(InputError, match="leaves weights out of its decay"):
        covered(program)
