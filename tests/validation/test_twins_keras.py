"""Twins: the same configuration, weights and state, both ways."""

import keras
import numpy as np
import pytest

import optlab
from optlab import layers, losses, optimizers, schedules
from optlab.errors import InputError
from optlab.validation import Setup, from_keras, to_keras
from optlab.validation.twins.optimizers import optimizer_from_keras, optimizer_to_keras


@pytest.mark.parametrize("name", optimizers.TWINS)
def test_optimizers_go_both_ways(name):
    ours = optimizers.get({"name": name, "learning_rate": 0.25, "clipnorm": 2.0})
    twin = to_keras(ours)
    assert type(twin).__name__ == type(ours).__name__
    assert from_keras(twin).get_config() == ours.get_config()


@pytest.mark.parametrize("name", ["adam", "nadam", "adafactor", "muon", "ftrl"])
def test_state_is_taken_over_in_mid_run(name):
    rng = np.random.default_rng(0)
    params = [rng.standard_normal((4, 3)).astype("float32") for _ in range(2)]
    ours = optimizers.get(name)
    grads = [rng.standard_normal((4, 3)).astype("float32") for _ in range(2)]
    for _ in range(3):
        ours.apply(grads, params)
    variables = [keras.Variable(param, name="p") for param in params]
    twin = optimizer_to_keras(ours, variables)
    back = [param.copy() for param in params]
    again = optimizer_from_keras(twin, back)
    for _ in range(2):
        ours.apply(grads)
        again.apply(grads)
        twin.apply([keras.ops.convert_to_tensor(g) for g in grads])
    for k in range(2):
        np.testing.assert_array_equal(variables[k].numpy(), params[k])
        np.testing.assert_array_equal(back[k], params[k])


def test_a_schedule_goes_along():
    ours = optlab.SGD(schedules.ExponentialDecay(0.1, 10, 0.5))
    back = from_keras(to_keras(ours))
    assert back.schedule == ours.schedule
    cosine = schedules.CosineDecay(0.1, 100)
    assert from_keras(to_keras(cosine)) == cosine


def test_a_schedule_that_keras_lacks_is_asked_step_by_step():
    ours = schedules.StepDecay(0.1, 3, 0.5)
    twin = to_keras(ours)
    rates = [float(twin(step)) for step in range(8)]
    assert rates == [np.float32(ours(step)) for step in range(8)]


@pytest.mark.parametrize(
    "loss",
    [
        losses.Huber(delta=0.5),
        losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
        losses.SparseCategoricalCrossentropy(),
    ],
    ids=lambda loss: loss.name,
)
def test_losses_go_both_ways(loss):
    assert from_keras(to_keras(loss)).get_config() == loss.get_config()


def build(dtype="float32"):
    block = [layers.Dense(6), layers.BatchNormalization(), layers.Activation("gelu")]
    return optlab.Sequential(
        [
            layers.Dense(6, activation="elu", kernel_regularizer="l2"),
            layers.Residual(block),
            layers.Dropout(0.3),
            layers.Dense(3, activation="softmax"),
        ],
        input_shape=(4,),
        dtype=dtype,
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_models_go_both_ways(dtype):
    model = build(dtype)
    x = np.random.default_rng(0).standard_normal((7, 4)).astype(dtype)
    twin = to_keras(model)
    near = {"rtol": 20 * np.finfo(dtype).eps, "atol": 0}
    np.testing.assert_allclose(twin(x).numpy(), model.predict(x), **near)
    back = from_keras(twin)
    assert isinstance(back, Setup)
    assert back.optimizer is None
    np.testing.assert_array_equal(back.model.predict(x), model.predict(x))
    for ours, again in zip(model.get_weights(), back.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, again)


def test_a_compiled_keras_model_brings_loss_optimizer_and_state():
    twin = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5),
            keras.layers.LeakyReLU(negative_slope=0.1),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    twin.compile(
        keras.optimizers.RMSprop(0.01, momentum=0.9), "categorical_crossentropy"
    )
    x = np.random.default_rng(0).standard_normal((8, 4))
    y = np.eye(2)[np.arange(8) % 2]
    twin.fit(x, y, epochs=2, verbose=0)
    found = from_keras(twin)
    assert type(found.loss).__name__ == "CategoricalCrossentropy"
    assert found.optimizer.iterations == 2
    assert found.optimizer.momentum == 0.9
    np.testing.assert_array_equal(
        found.optimizer.state["velocity"][0], twin.optimizer._velocities[0].numpy()
    )
    again = to_keras(found)
    assert again.optimizer.iterations.numpy() == 2


def refused():
    start = keras.Input((4,))
    one = keras.layers.Dense(4, name="one")
    custom = keras.layers.Lambda(lambda x: x, name="mine")
    held = keras.layers.Dense(4, kernel_constraint="non_neg", name="held")
    always = keras.layers.Dropout(0.5, name="always")(start, training=True)
    return {
        "'mine' .*Lambda": keras.Sequential([keras.Input((4,)), custom]),
        "'held' .*'kernel_constraint'": keras.Sequential([start, held]),
        "'one' .* used 2 times": keras.Model(start, one(one(start))),
        "'always' .*training=True": keras.Model(start, always),
        "2 output layers": keras.Model(start, [one(start), start]),
        "'product' .*Multiply": keras.Model(
            start, keras.layers.Multiply(name="product")([start, start])
        ),
        "not built": keras.Sequential([keras.layers.Dense(3)]),
    }


def test_what_has_no_counterpart_is_named():
    for message, twin in refused().items():
        with pytest.raises(InputError, match=message):
            from_keras(twin)


def test_sums_concatenations_and_models_inside_models():
    start = keras.Input((4,), dtype="float64")
    options = {"dtype": "float64"}
    a = keras.layers.Dense(5, activation="tanh", **options)(start)
    b = keras.layers.Dense(5, name="b", **options)(start)
    inner = keras.Sequential(
        [keras.Input((5,), dtype="float64"), keras.layers.Dense(3, **options)]
    )
    total = keras.layers.Add(**options)([a, b]) + a
    side = keras.layers.Concatenate(**options)([inner(total), b, start])
    twin = keras.Model(start, keras.layers.Dense(2, **options)(side))
    found = from_keras(twin).model
    x = np.random.default_rng(0).standard_normal((6, 4))
    np.testing.assert_allclose(found.predict(x), twin(x).numpy(), rtol=1e-13)
    again = to_keras(found)
    np.testing.assert_allclose(again(x).numpy(), twin(x).numpy(), rtol=1e-13)
    read = keras.Model.from_config(found.get_config())
    assert [layer.name for layer in read.layers][1:] == [
        layer.name for layer in found.layers
    ]


@pytest.mark.parametrize("inside", [False, True])
def test_a_frozen_model_trains_no_layer(inside):
    trunk = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    trunk.trainable = False
    trunk.layers[0].trainable = True  # in vain: tf.keras asks the model first
    model = keras.Sequential([keras.Input((3,)), trunk, keras.layers.Dense(1)])
    taken = from_keras(model if inside else trunk).model
    assert [layer.trainable for layer in taken.layers] == [False, True][: 1 + inside]


def test_gradients_of_repeated_words_are_another_rule():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Embedding(5, 2)])
    for optimizer, said in (("adam", 1), ("sgd", 0)):
        model.compile(optimizer, "mse")
        notes = from_keras(model).notes
        assert sum("squares the gradients" in note for note in notes) == said


def test_steps_are_not_flattened():
    twin = keras.Sequential(
        [keras.Input((3, 4)), keras.layers.Dense(2), keras.layers.Flatten()]
    )
    found = from_keras(twin).model
    x = np.random.default_rng(0).standard_normal((5, 3, 4)).astype("float32")
    np.testing.assert_allclose(found.predict(x), twin(x).numpy(), rtol=1e-5, atol=1e-6)


def test_other_objects_are_refused():
    class Mine(keras.optimizers.SGD):
        pass

    with pytest.raises(
        InputError, match="no counterpart of the optimizer class 'Mine'"
    ):
        from_keras(Mine())
    with pytest.raises(InputError, match="takes an optimizer"):
        to_keras(3)
    with pytest.raises(InputError, match="takes an optimizer"):
        from_keras("adam")
    with pytest.raises(InputError, match="loss function 'mine'"):
        from_keras_loss(lambda y, p: 0)


def from_keras_loss(function):
    from optlab.validation.twins.losses import loss_from_keras

    function.__name__ = "mine"
    return loss_from_keras(function)


def test_an_experiment_gives_a_model_that_trains():
    small = optlab.Experiment(
        data={"source": "iris"},
        model={"layers": [{"units": 3}]},
        loss={"name": "sparse_categorical_crossentropy", "from_logits": True},
        optimizer={"name": "sgd", "learning_rate": 0.1},
        training={"epochs": 2, "class_weight": "balanced"},
    )
    twin = to_keras(small)
    history = twin.model.fit(twin.x, twin.y, **twin.fit_arguments, verbose=0).history
    assert len(history["val_loss"]) == 2
    with pytest.raises(InputError, match="analytic function"):
        to_keras(
            optlab.Experiment(function={"name": "booth"}, optimizer={"name": "sgd"})
        )
