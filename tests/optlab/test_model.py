"""The sequential model: weights, names, batches of any size, bad input, copies."""

import copy
import pickle
import tracemalloc

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from optlab.errors import InputError
from optlab.layers import Activation, BatchNormalization, Dense, Dropout, Residual
from optlab.model import Sequential

X = np.random.default_rng(0).standard_normal((50, 6)).astype("float32")


def make(dtype="float32", seed=0, **first):
    return Sequential(
        [
            Dense(8, "relu", kernel_regularizer="l2", **first),
            BatchNormalization(),
            Residual([Dense(8, "tanh"), Dropout(0.2)]),
            Dense(3, "softmax"),
        ],
        input_shape=(6,),
        dtype=dtype,
        seed=seed,
    )


NAMES = [
    "dense/kernel",
    "dense/bias",
    "batch_normalization/gamma",
    "batch_normalization/beta",
    "batch_normalization/moving_mean",
    "batch_normalization/moving_variance",
    "dense_1/kernel",
    "dense_1/bias",
    "dense_2/kernel",
    "dense_2/bias",
]
TRAINED = [name for name in NAMES if "moving" not in name]


def test_names_shapes_and_arenas():
    model = make()
    assert [name for name, _ in model.weights] == NAMES
    assert list(model.parameters.names) == TRAINED == list(model.gradients.names)
    assert [name for name, _ in model.non_trainable] == NAMES[4:6]
    assert (model.input_shape, model.output_shape) == ((6,), (3,))
    assert model.count_params() == 6 * 8 + 8 + 4 * 8 + 8 * 8 + 8 + 8 * 3 + 3
    assert model.final_activation == "softmax"
    model.parameters.flat[:] = 7
    assert all((array == 7).all() for name, array in model.weights if name in TRAINED)


def test_names_given_by_the_user_are_skipped_by_the_numbers():
    layers = [Dense(2), Dense(2, name="dense_1"), Dense(2), Dense(2, name="dense")]
    Sequential(layers, input_shape=2)
    assert [layer.name for layer in layers] == [
        "dense_2",
        "dense_1",
        "dense_3",
        "dense",
    ]


def test_seeds():
    first, again, other = make(), make(), make(seed=1)
    np.testing.assert_array_equal(first.parameters.flat, again.parameters.flat)
    assert not np.array_equal(first.parameters.flat, other.parameters.flat)
    other.reset(0)
    np.testing.assert_array_equal(first.parameters.flat, other.parameters.flat)
    different = [make(seed=None).parameters.flat for _ in range(2)]
    assert not np.array_equal(*different)


def test_a_changed_layer_leaves_the_first_values_of_the_others():
    plain = Sequential([Dense(8), Dense(3)], input_shape=6)
    changed = Sequential(
        [Dense(8, kernel_initializer="he_normal"), BatchNormalization(), Dense(3)],
        input_shape=6,
    )
    name = "dense_1/kernel"
    np.testing.assert_array_equal(plain.parameters[name], changed.parameters[name])


def test_reset_restores_statistics_and_draws():
    model = make()
    fresh = model.get_weights()
    first = model.forward(X, training=True).copy()
    model.parameters.flat += 1
    model.reset()
    for before, after in zip(fresh, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(model.forward(X, training=True), first)


def test_both_dtypes_start_from_the_same_place():
    single, double = make("float32"), make("float64")
    assert double.parameters.dtype == np.float64
    np.testing.assert_array_equal(
        single.parameters.flat, double.parameters.flat.astype("f4")
    )


def test_weights_round_trip():
    model, other = make(), make(seed=1)
    model.forward(X, training=True)
    other.set_weights(model.get_weights())
    for (_, ours), (_, theirs) in zip(model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    copies = model.get_weights()
    copies[0][:] = 0
    assert model.weights[0][1].any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w[:-1], "must be a list of 10 arrays (dense/kernel, dense/bias"),
        (lambda w: [w[0].T, *w[1:]], "'dense/kernel' must be numbers of shape (6, 8)"),
        (lambda w: [*w[:-1], np.array(["a"] * 3)], "`dense_2/bias` must be numbers"),
    ],
)
def test_bad_weights_change_nothing(change, message):
    model = make()
    before = model.parameters.flat.copy()
    with pytest.raises(InputError) as caught:
        model.set_weights(change([array + 1 for array in model.get_weights()]))
    assert message in str(caught.value)
    np.testing.assert_array_equal(model.parameters.flat, before)


def test_batches_of_changing_size():
    model = make(dtype="float64")
    x = X.astype("float64")
    whole = model.predict(x)
    assert whole.shape == (50, 3)
    for rows in (32, 18, 1, 50, 32):
        np.testing.assert_allclose(model.forward(x[:rows]), whole[:rows], rtol=1e-12)
    np.testing.assert_allclose(model.predict(x, batch_size=7), whole, rtol=1e-12)
    assert model.predict(x[:0]).shape == (0, 3)


def test_gradients_of_the_last_smaller_batch():
    model = Sequential([Dense(4, "tanh"), Dense(2)], input_shape=6, dtype="float64")
    sums = np.zeros_like(model.gradients.flat)
    for part in (X[:32], X[32:]):
        model.forward(part)
        model.backward(np.ones((len(part), 2)))
        sums += model.gradients.flat
    model.forward(X)
    model.backward(np.ones((50, 2)))
    np.testing.assert_allclose(model.gradients.flat, sums, rtol=1e-10, atol=1e-12)


def test_predict_is_a_fresh_array_and_forward_a_buffer():
    model = make()
    first = model.predict(X)
    kept = first.copy()
    model.predict(-X)
    np.testing.assert_array_equal(first, kept)
    assert model.forward(X) is model.forward(-X)


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.tolist(),
        lambda x: x.astype("float64"),
        lambda x: np.asfortranarray(x),
        lambda x: np.repeat(x, 2, axis=0)[::2],
        lambda x: np.broadcast_to(x, x.shape),
    ],
)
@pytest.mark.parametrize(
    "first", [Dense(4), BatchNormalization(), Residual([Dense(6)])]
)
def test_inputs_of_any_layout(view, first):
    model = Sequential([first.clone(), Dense(2)], input_shape=6)
    expected = model.predict(X)
    np.testing.assert_allclose(model.predict(view(X)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((3, 5), "f4"), "inputs of shape (rows, 6). Received: shape (3, 5)"),
        (np.ones(6, "f4"), "Received: shape (6,)"),
        (np.ones((3, 6, 1), "f4"), "Received: shape (3, 6, 1)"),
        (np.array([["a"] * 6]), "`x` must be numbers"),
        (np.ones((0, 6), "f4"), "at least one row"),
    ],
)
def test_bad_inputs(x, message):
    with pytest.raises(InputError) as caught:
        make().forward(x)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": None}, "`input_shape` is missing"),
        ({"input_shape": (28, None)}, "must hold positive integers, one an axis"),
        ({"input_shape": (0,)}, "Received: input_shape=(0,)"),
        ({"input_shape": "64"}, "Received: input_shape='64'"),
        ({"layers": []}, "`layers` must be a list of at least one layer"),
        ({"layers": [Dense(2), 10]}, "Received: 10 of type int in place 1"),
        ({"layers": [Dense(2, name="a"), Dense(2, name="a")]}, "one layer named 'a'"),
        ({"layers": [Residual([Dense(3)])]}, "input (2,) and output (3,)"),
        ({"seed": -1}, "`seed` must be None or an integer"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InputError) as caught:
        Sequential(**{"layers": [Dense(2)], "input_shape": 2, **arguments})
    assert message in str(caught.value)


def test_other_dtypes_are_refused():
    with pytest.raises(TypeError, match="`dtype` must be float32 or float64"):
        Sequential([Dense(2)], input_shape=2, dtype="float16")


def test_a_layer_belongs_to_one_model():
    layer = Dense(2)
    with pytest.raises(InputError, match="'dense' is there twice"):
        Sequential([layer, layer], input_shape=2)
    Sequential([layer], input_shape=2)
    with pytest.raises(InputError, match=r"'dense' already belongs to a model.*clone"):
        Sequential([layer], input_shape=2)
    Sequential([layer.clone()], input_shape=2)


def test_initializers_that_do_not_fit_name_the_weight():
    with pytest.raises(InputError, match="'dense/bias'"):
        Sequential([Dense(2, bias_initializer="orthogonal")], input_shape=2)
    wrong = Dense(2, kernel_initializer=lambda shape, dtype, rng: np.zeros(3, dtype))
    with pytest.raises(InputError, match=r"'dense/kernel' must return shape \(2, 2\)"):
        Sequential([wrong], input_shape=2)


def test_layers_of_a_model_that_could_not_be_made_stay_free():
    good, bad = Dense(2), Dense(2, bias_initializer="orthogonal")
    with pytest.raises(InputError):
        Sequential([good, bad], input_shape=2)
    Sequential([good], input_shape=2)


def test_frozen_weights_stay_outside_the_arena():
    model = make(trainable=False)
    assert list(model.parameters.names) == TRAINED[2:]
    assert [name for name, _ in model.non_trainable] == [*NAMES[:2], *NAMES[4:6]]
    assert [name for name, _ in model.weights] == NAMES
    model.forward(X, training=True)
    model.backward(np.ones((50, 3), "f4"))
    # The penalty of a frozen kernel is a constant; like tf.keras we leave it out.
    assert model.penalty() == 0.0


def test_nothing_to_train():
    model = Sequential([Dense(2, "tanh", trainable=False)], input_shape=6)
    model.forward(X)
    assert model.backward(np.ones((50, 2), "f4")) is None
    assert model.gradients.size == 0
    grad = model.backward(np.ones((50, 2), "f4"), input_gradient=True)
    assert grad.shape == (50, 6)


def test_penalty_and_its_gradient():
    model = make()
    kernel = model.parameters["dense/kernel"]
    assert model.penalty() == pytest.approx(0.01 * (kernel**2).sum(), rel=1e-6)
    model.forward(X, training=True)
    model.backward(np.zeros((50, 3), "f4"))
    np.testing.assert_allclose(
        model.gradients["dense/kernel"], 0.02 * kernel, rtol=1e-6
    )
    assert not model.gradients["dense_2/kernel"].any()


def test_logits():
    model = Sequential([Dense(3), Activation("softmax")], input_shape=6)
    out = model.forward(X)
    shifted = np.exp(model.logits)
    np.testing.assert_allclose(out, shifted / shifted.sum(1, keepdims=True), rtol=1e-5)
    plain = Sequential([Dense(3, "relu")], input_shape=6)
    plain.forward(X)
    assert plain.logits is None
    with pytest.raises(InputError, match="a model that ends in relu"):
        plain.backward(np.ones((50, 3), "f4"), from_logits=True)


def test_gradient_must_fit_the_output():
    model = make()
    with pytest.raises(InputError, match="needs a `forward` before it"):
        model.backward(np.ones((50, 3), "f4"))
    model.forward(X)
    with pytest.raises(InputError, match=r"\(50, 3\). Received: shape \(50, 1\)"):
        model.backward(np.ones((50, 1), "f4"))
    model.backward(np.asfortranarray(np.ones((50, 3))))


def test_activations():
    model = make()
    with pytest.raises(InputError, match="needs a `forward` before it"):
        model.activations()
    out = model.forward(X)
    found = dict(model.activations())
    assert list(found) == [
        "dense",
        "batch_normalization",
        "dense_1",
        "dropout",
        "residual",
        "dense_2",
    ]
    assert found["dense"].min() == 0
    assert found["dense_2"] is out
    assert model.get_layer("dense_1").units == 8
    with pytest.raises(InputError, match="Did you mean 'dense"):
        model.get_layer("dens")


def test_config_round_trip():
    model = make(dtype="float64", seed=4)
    again = Sequential.from_config(model.get_config())
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(again.parameters.flat, model.parameters.flat)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: {}, "must be a mapping with a list of `layers`"),
        (
            lambda c: {**c, "layers": c["layers"][1:], "build_input_shape": None},
            "missing",
        ),
        (
            lambda c: {**c, "layers": [*c["layers"], {"class_name": "Conv3D"}]},
            "Unknown layer 'Conv3D'",
        ),
        (
            lambda c: {
                **c,
                "layers": [
                    *c["layers"],
                    {"class_name": "Dense", "config": {"units": 2, "dtype": "float64"}},
                ],
            },
            "must have one dtype. Received: float32, float64",
        ),
    ],
)
def test_bad_configurations(change, message):
    with pytest.raises(InputError) as caught:
        Sequential.from_config(change(make().get_config()))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "duplicate",
    [Sequential.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
)
def test_copies_are_independent(duplicate):
    model = make()
    model.forward(X, training=True)
    other = duplicate(model)
    np.testing.assert_array_equal(model.predict(X), other.predict(X))
    other.parameters.flat[:] = 0
    assert not other.get_layer("dense").kernel.any()
    assert model.parameters.flat.any()


def test_copies_draw_the_same_masks():
    model = make()
    model.forward(X, training=True)
    other = model.copy()
    np.testing.assert_array_equal(
        model.forward(X, training=True), other.forward(X, training=True)
    )


def test_summary():
    lines = make().summary().splitlines()
    assert lines[0] == "Model: 'sequential', inputs (None, 6), float32"
    assert lines[3].split() == ["dense", "(Dense)", "(None,", "8)", "56"]
    assert lines[-3:] == [
        "Total params: 187",
        "Trainable params: 171",
        "Non-trainable params: 16",
    ]


def test_thread_count_changes_nothing():
    x = np.random.default_rng(0).standard_normal((600, 784)).astype("float32")
    found = []
    for threads in (1, 2):
        model = Sequential([Dense(64, "relu"), Dense(300), Dense(10)], input_shape=784)
        with threadpool_limits(threads, user_api="blas"):
            model.forward(x)
            model.backward(np.ones((600, 10), "f4"))
        found.append(model.gradients.flat.tobytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("inputs", [64, 300])
def test_steps_after_the_first_allocate_nothing(inputs):
    layers = [Dense(128, "relu"), BatchNormalization(), Residual([Dense(128)])]
    model = Sequential([*layers, Dropout(0.5), Dense(10)], input_shape=inputs)
    x, grad, rng = np.ones((300, inputs), "f4"), np.ones((300, 10), "f4"), model._rng
    for _ in range(2):
        tracemalloc.start()
        model.forward(x, training=True, rng=rng)
        model.backward(grad)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # Views and boxed numbers; the smallest buffer has 3,000 numbers.
    assert peak < 8_000


def test_bad_batch_size():
    with pytest.raises(InputError, match="`batch_size` must be a positive integer"):
        make().predict(X, batch_size=0)
