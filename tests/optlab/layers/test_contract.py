"""Shapes of any rank and masks, as the model passes them from layer to layer."""

import numpy as np
import pytest

import optlab
from optlab import Activation, BatchNormalization, Dense, Dropout, InputError, Residual
from optlab.layers import Flatten, Layer

RNG = np.random.default_rng(0)
X = RNG.standard_normal((5, 3, 4))


class MaskZero(Layer):
    """Masks the steps whose first feature is not positive."""

    supports_masking = True

    def makes_mask(self, masked):
        return True

    def compute_mask(self, x, mask):
        return x[:, :, 0] > 0

    def forward(self, x, training, rng):
        self.output = x
        return x

    def backward(self, grad, need_input):
        return grad


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [Dense(6, activation="tanh"), Dense(2, activation="softmax")],
        lambda: [BatchNormalization(), Dense(3)],
        lambda: [Residual([Dense(4, activation="elu")]), Activation("softmax")],
        lambda: [Dense(4), Dropout(0.5), Dense(1, activation="sigmoid")],
    ],
)
def test_steps_are_rows_of_their_own(layers):
    """A layer on (rows, steps, features) does what it does on rows * steps."""
    deep = optlab.Sequential(layers(), input_shape=(3, 4), dtype="float64")
    flat = optlab.Sequential(layers(), input_shape=(4,), dtype="float64")
    out = deep.forward(X, True, np.random.default_rng(1))
    expected = flat.forward(X.reshape(-1, 4), True, np.random.default_rng(1))
    np.testing.assert_array_equal(out.reshape(expected.shape), expected)
    assert out.shape[1:] == deep.output_shape
    assert deep.multiply_adds == 3 * flat.multiply_adds
    grad = RNG.standard_normal(out.shape)
    flat_grad = flat.backward(grad.reshape(expected.shape).copy(), input_gradient=True)
    np.testing.assert_array_equal(
        deep.backward(grad, input_gradient=True).reshape(flat_grad.shape), flat_grad
    )
    np.testing.assert_array_equal(deep.gradients.flat, flat.gradients.flat)


def test_a_mask_reaches_the_loss_and_the_metrics():
    model = optlab.Sequential([MaskZero(), Dense(2)], input_shape=(3, 4))
    assert model.masked
    y = RNG.standard_normal((5, 3, 2)).astype("float32")
    found = optlab.evaluate(model, X, y, "mse", ["mae"])
    kept = X[:, :, 0] > 0
    assert 0 < kept.sum() < kept.size
    errors = (model.predict(X) - y)[kept]
    assert found["loss"] == pytest.approx(float(np.mean(errors**2)), rel=1e-6)
    assert found["mae"] == pytest.approx(float(np.mean(np.abs(errors))), rel=1e-6)
    assert model.layers[1].mask.shape == (5, 3)
    run = optlab.fit(model, X, y, loss="mse", optimizer="sgd", metrics=["mae"])
    assert run.history["loss"] == [pytest.approx(found["loss"], rel=1e-6)]
    assert run.history["mae"] == [pytest.approx(found["mae"], rel=1e-6)]


def test_metrics_that_are_no_means_count_masked_steps():
    """As in tf.keras, whose precision, recall and AUC know of no mask."""
    model = optlab.Sequential([MaskZero(), Dense(1, "sigmoid")], input_shape=(3, 4))
    y = (RNG.random((5, 3, 1)) < 0.5).astype("float32")
    asked = ["precision", "recall", "auc", "binary_accuracy"]
    found = optlab.evaluate(model, X, y, "binary_crossentropy", asked)
    output, kept = model.predict(X), X[:, :, 0] > 0
    for name in asked[:3]:
        metric = optlab.metrics.get(name)
        whole, part = metric(y.ravel(), output.ravel()), metric(y[kept], output[kept])
        assert found[name] == pytest.approx(whole) != part
    right = (output > 0.5) == (y > 0.5)
    assert found["binary_accuracy"] == pytest.approx(right[kept].mean())


def test_a_mask_that_a_layer_cannot_take():
    with pytest.raises(InputError) as caught:
        optlab.Sequential([MaskZero(), Flatten()], input_shape=(3, 4))
    assert "layers[1], Flatten 'flatten': The layer takes no mask" in str(caught.value)
    assert "'mask_zero'" in str(caught.value)


def test_labels_for_each_step():
    model = optlab.Sequential([Dense(3)], input_shape=(3, 4))
    y = RNG.integers(0, 3, (5, 3))
    loss = optlab.losses.SparseCategoricalCrossentropy(from_logits=True)
    run = optlab.fit(
        model, X, y, loss=loss, optimizer="sgd", metrics=["accuracy"], epochs=2
    )
    assert run.history["loss"][1] < run.history["loss"][0]
    accuracy = optlab.evaluate(model, X, y, loss, ["accuracy"])["accuracy"]
    assert accuracy == np.mean(model.predict(X).argmax(-1) == y)


def test_rows_of_the_wrong_shape():
    model = optlab.Sequential([Dense(3)], input_shape=(3, 4))
    with pytest.raises(InputError, match=r"inputs of shape \(rows, 3, 4\)"):
        model.predict(X[:, 0])
