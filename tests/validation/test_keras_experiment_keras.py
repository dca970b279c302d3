"""Read tf.keras models as experiments, diagnose them, and ask when one is stuck."""

import keras
import numpy as np
import pytest
from keras import layers

import optlab
from optlab.errors import InputError
from optlab.validation import DiagnoseWhenStuck, experiment_of
from optlab.validation.keras_experiment import read

RNG = np.random.default_rng(0)
X = RNG.normal(size=(160, 3)).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def compiled(*stack, loss="binary_crossentropy", optimizer="adam", shape=(3,)):
    model = keras.Sequential([keras.Input(shape), *stack])
    model.compile(optimizer, loss)
    return model


def tables(*stack, **options):
    return experiment_of(compiled(*stack, **options), X, Y).to_dict()


def sigmoid():
    return layers.Dense(1, "sigmoid")


def test_layers():
    found = tables(
        layers.Dense(8, use_bias=True),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.Dropout(0.25),
        layers.Dense(4, "tanh", kernel_regularizer=keras.regularizers.L2(0.5)),
        layers.BatchNormalization(momentum=0.5),
        sigmoid(),
    )
    assert found["model"]["layers"] == [
        {
            "units": 8,
            "batch_normalization": True,
            "activation": "relu",
            "dropout": 0.25,
        },
        {
            "units": 4,
            "activation": "tanh",
            "kernel_regularizer": {"name": "l2", "l2": 0.5},
        },
        {"batch_normalization": {"momentum": 0.5}},
        {"units": 1, "activation": "sigmoid"},
    ]


def test_initializers():
    normal = keras.initializers.RandomNormal(stddev=3.0)
    bias = keras.initializers.Constant(-20.0)
    found = tables(
        layers.Dense(8, "relu", kernel_initializer=normal, bias_initializer=bias),
        layers.Dense(8, "relu", kernel_initializer="zeros"),
        layers.Dense(8, "relu", kernel_initializer="he_normal"),
        sigmoid(),
    )
    entries = found["model"]["layers"]
    normal = {"name": "random_normal", "mean": 0.0, "stddev": 3.0}
    assert entries[0]["kernel_initializer"] == normal
    assert entries[0]["bias_initializer"] == {"name": "constant", "value": -20.0}
    assert entries[1]["kernel_initializer"] == "zeros"
    assert entries[2]["kernel_initializer"] == "he_normal"
    assert "kernel_initializer" not in entries[3]


def test_an_initializer_is_read_and_never_guessed():
    """However few weights there are, and whatever is in them."""
    for rows, columns in ((8, 1), (4, 2)):
        for _ in range(5):
            found = experiment_of(
                compiled(layers.Dense(columns), shape=(rows,), loss="mse"),
                RNG.normal(size=(20, rows)),
                RNG.normal(size=(20, columns)),
            )
            assert found.to_dict()["model"]["layers"] == [{"units": columns}]


def test_weights_are_taken_as_they_are():
    model = compiled(layers.Dense(8, "relu"), layers.Dense(8, "relu"), sigmoid())
    weights = model.get_weights()
    weights[0] = np.full_like(weights[0], 0.5)
    weights[2] = weights[2] * 100
    model.set_weights(weights)
    experiment = experiment_of(model, X, Y)
    ours = experiment.build(seed=7).model
    for found, given in zip(ours.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, given)
    # A small probability is as far off, in proportion, as its logit of hundreds.
    np.testing.assert_allclose(ours.predict(X), model.predict(X, verbose=0), atol=1e-6)


def test_frozen_layers():
    frozen = layers.Dense(8, "relu", trainable=False)
    assert tables(frozen, sigmoid())["model"]["layers"][0]["trainable"] is False


def test_a_sum_of_two_layers():
    start = keras.Input((3,))
    hidden = layers.Dense(8, "relu", name="first")(start)
    added = layers.Add(name="sum")([hidden, layers.Dense(8, "relu")(hidden)])
    model = keras.Model(start, layers.Dense(1, "sigmoid")(added))
    model.compile("sgd", "mse")
    experiment = experiment_of(model, X, Y)
    entries = experiment.to_dict()["model"]["layers"]
    assert entries[2]["class"] == "Add"
    assert entries[2]["inputs"][0] == "first"
    ours = experiment.build().model
    np.testing.assert_allclose(ours.predict(X), model.predict(X, verbose=0), rtol=1e-5)


def test_what_the_shorthand_cannot_say():
    found = tables(
        layers.Dense(8, use_bias=False),
        layers.Dense(4, layers.LeakyReLU(negative_slope=0.125)),
        sigmoid(),
    )
    assert found["model"]["layers"] == [
        {"class": "Dense", "units": 8, "use_bias": False},
        {"units": 4, "activation": {"name": "leaky_relu", "negative_slope": 0.125}},
        {"units": 1, "activation": "sigmoid"},
    ]


def test_pictures_keep_their_shape():
    model = compiled(layers.Flatten(), layers.Dense(2), loss="mse", shape=(4, 3))
    x = RNG.normal(size=(20, 4, 3)).astype("float32")
    experiment = experiment_of(model, x, RNG.normal(size=(20, 2)))
    assert experiment.load_data().x.shape[1:] == (4, 3)
    ours = experiment.build().model
    np.testing.assert_allclose(
        ours.predict(x), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", {"name": "mean_squared_error"}),
        (keras.losses.binary_crossentropy, {"name": "binary_crossentropy"}),
        (
            keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
            {
                "name": "binary_crossentropy",
                "from_logits": True,
                "label_smoothing": 0.1,
            },
        ),
        (keras.losses.Huber(2.0), {"name": "huber", "delta": 2.0}),
        (
            keras.losses.MeanSquaredError(reduction="sum"),
            {"name": "mean_squared_error", "reduction": "sum"},
        ),
    ],
)
def test_loss(loss, expected):
    assert tables(layers.Dense(1), loss=loss)["loss"] == expected


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ("adam", {"name": "adam", "learning_rate": 0.001}),
        (
            keras.optimizers.SGD(0.1, momentum=0.9, clipnorm=1e-6),
            {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "clipnorm": 1e-6},
        ),
        (keras.optimizers.RMSprop(-0.1), {"name": "rmsprop", "learning_rate": -0.1}),
        (
            keras.optimizers.SGD(
                keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
            ),
            {
                "name": "sgd",
                "learning_rate": {
                    "name": "exponential_decay",
                    "initial_learning_rate": 0.1,
                    "decay_steps": 10,
                    "decay_rate": 0.5,
                    "staircase": False,
                },
            },
        ),
    ],
)
def test_optimizer(optimizer, expected):
    assert tables(sigmoid(), optimizer=optimizer)["optimizer"] == expected


def test_every_optimizer_can_be_read():
    for name in ("AdamW", "Adamax", "Nadam", "Adagrad", "Adadelta", "Ftrl", "Lion"):
        optimizer = getattr(keras.optimizers, name)()
        found = tables(sigmoid(), optimizer=optimizer)["optimizer"]["name"]
        assert found.replace("_", "") == name.lower()


def test_rows_and_length():
    model = compiled(sigmoid())
    experiment = experiment_of(model, X, Y, 7, 16, (X[:40], Y[:40]))
    data = experiment.load_data()
    np.testing.assert_array_equal(data.x, X)
    assert len(data.x_val) == 40
    assert (experiment.training.epochs, experiment.training.batch_size) == (7, 16)


def test_diagnoses_a_model():
    optimizer = keras.optimizers.Adam(-0.01)
    model = compiled(layers.Dense(16, "relu"), sigmoid(), optimizer=optimizer)
    before = model.get_weights()
    answer = optlab.diagnose(model, X, Y, epochs=60, batch_size=8, jobs=1, budget=400)
    assert answer.healthy is False
    assert answer.causes[0].cause == "opt.lr_negative"
    assert answer.causes[0].status == "proved"
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_layer_that_optlab_lacks_is_run_by_keras():
    image = RNG.normal(size=(60, 4, 4, 3, 1)) * 255
    labels = RNG.integers(1, 4, 60)
    model = compiled(
        layers.Conv3D(2, 3),
        layers.Flatten(),
        layers.Dense(3),
        loss="sparse_categorical_crossentropy",
        shape=(4, 4, 3, 1),
    )
    answer = optlab.diagnose(model, image, labels, epochs=1, budget=8)
    assert answer.engine == "keras" and answer.runs > 0
    assert any(note.startswith("tf.keras trained, not optlab") for note in answer.notes)
    found = [cause.cause for cause in answer.causes]
    assert "data.label_encoding" in found and "loss.from_logits" in found


def test_unknown_parts_are_named():
    class Own(keras.optimizers.SGD):
        pass

    model = compiled(sigmoid(), loss=lambda y, p: p * 0.0, optimizer=Own())
    lacking = " ".join(read(model, X, Y).lacking)
    assert "The loss has no counterpart" in lacking
    assert "The optimizer has no counterpart" in lacking and "'Own'" in lacking
    with pytest.raises(InputError, match="no counterpart"):
        experiment_of(model, X, Y)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (None, None, "needs `x` and `y`"),
        (X, Y[:9], "`y` must have one row a row of `x`, 160. Received: 9"),
        (X[:0], Y[:0], "no rows to train on"),
        (np.array([["a"]]), Y[:1], "`x` must be an array of numbers"),
    ],
)
def test_bad_rows(x, y, message):
    with pytest.raises(InputError, match=message):
        optlab.diagnose(compiled(sigmoid()), x, y)


def test_bad_models():
    with pytest.raises(InputError, match="must be compiled"):
        optlab.diagnose(keras.Sequential([keras.Input((3,)), sigmoid()]), X, Y)
    with pytest.raises(InputError, match="Received: int"):
        optlab.diagnose(3, X, Y)


def fit(callback, rate=-0.01, x=X, **options):
    optimizer = keras.optimizers.Adam(rate)
    model = compiled(layers.Dense(16, "relu"), sigmoid(), optimizer=optimizer)
    settings = {"epochs": 40, "batch_size": 8, "verbose": 0} | options
    return model.fit(x, Y, callbacks=[callback], **settings)


def test_asks_when_stalled(capsys):
    callback = DiagnoseWhenStuck(X, Y, patience=2)
    history = fit(callback)
    assert len(history.epoch) < 40
    assert callback.answer.causes[0].cause == "opt.lr_negative"
    out = capsys.readouterr().out
    assert "Stuck: loss has not fallen for 2 epochs" in out
    assert "Faulty, and proved: opt.lr_negative" in out


def test_asks_when_nan():
    x = X.copy()
    x[3] = np.nan
    callback = DiagnoseWhenStuck(x, Y, verbose=False)
    fit(callback, 0.01, x)
    assert callback.answer.causes[0].cause == "data.nonfinite"


def test_asks_nothing_while_it_learns(capsys):
    callback = DiagnoseWhenStuck(X, Y, patience=3)
    fit(callback, 0.01, epochs=6)
    assert callback.answer is None and capsys.readouterr().out == ""


def test_batch_size_is_worked_out():
    callback = DiagnoseWhenStuck(X, Y)
    fit(callback, 0.01, epochs=1, batch_size=50)
    assert callback._batch_size() == 40


def test_patience_is_checked():
    with pytest.raises(
        InputError, match=r"`patience` must be at least 1\. Received: 0"
    ):
        DiagnoseWhenStuck(X, Y, patience=0)
