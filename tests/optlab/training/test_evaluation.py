"""Loss and metrics without training."""

import numpy as np
import pytest

import optlab
from optlab import InputError, losses
from optlab.training import evaluate

LOSS = "sparse_categorical_crossentropy"


@pytest.mark.parametrize("batch_size", [7, 60, 1000])
def test_batches_do_not_matter(data, make_model, batch_size):
    x, y = data
    model = make_model(rich=True)
    before = model.get_weights()
    found = evaluate(
        model, x, y, LOSS, ["acc", "balanced_accuracy"], batch_size=batch_size
    )
    outputs = model.predict(x)
    hit = outputs.argmax(1) == y
    expected = losses.get(LOSS)(y, outputs) + model.penalty()
    assert found["loss"] == pytest.approx(expected, rel=1e-5)
    assert found["acc"] == pytest.approx(hit.mean())
    recalls = [hit[y == k].mean() for k in range(3)]
    assert found["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    assert all(map(np.array_equal, before, model.get_weights()))


def test_metrics_know_of_logits():
    x = np.linspace(-1, 1, 20)
    y = (x > 0.0).astype(float)
    model = optlab.Sequential([optlab.Dense(1)], input_shape=(1,))
    model.set_weights([[[0.1]], [0.0]])
    loss = {"name": "binary_crossentropy", "from_logits": True}
    found = evaluate(model, x, y, loss, ["auc", "balanced_accuracy", "accuracy"])
    assert found["auc"] > 0.99
    assert found["balanced_accuracy"] == 1.0
    # As in tf.keras, the name alone compares with 0.5, logits or not.
    assert found["accuracy"] == 0.5


@pytest.mark.parametrize(
    "change, message",
    [
        ({"batch_size": 0}, "`batch_size`"),
        ({"metrics": "r3"}, "Unknown metric"),
        ({"sample_weight": [1]}, "`sample_weight`"),
        ({"y": [0, 1]}, "`y` must have as many rows"),
    ],
)
def test_bad_input(data, make_model, change, message):
    arguments = {"x": data[0], "y": data[1], "loss": LOSS, **change}
    with pytest.raises(InputError, match=message):
        evaluate(make_model(), **arguments)
