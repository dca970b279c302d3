import numpy as np
import pytest

from optlab.errors import InputError
from optlab.experiments import Experiment

LABELS = np.arange(12) % 3
ONE_HOT = np.eye(3)[LABELS]


def experiment(path, y, loss, units, activation="linear", **data):
    x = np.random.default_rng(0).normal(size=(len(y), 2))
    np.savez(path / "t.npz", x=x, y=y)
    return Experiment(
        data={"source": str(path / "t.npz"), "validation": 0.25, **data},
        model={"layers": [{"units": units, "activation": activation}]},
        loss=loss if isinstance(loss, dict) else {"name": loss},
        optimizer={"name": "sgd"},
        training={"epochs": 1},
    )


SPARSE, CATEGORICAL, BINARY = (
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
)


@pytest.mark.parametrize(
    ("y", "loss", "units", "message"),
    [
        (LABELS, SPARSE, 2, "the last layer has 2 units, for classes 0 to 1. Received"),
        (LABELS + 1, SPARSE, 3, "labels from 1 to 3"),
        (LABELS - 1, SPARSE, 3, "labels from -1 to 1"),
        (LABELS, SPARSE, 1, "the last layer has 1 units"),
        (ONE_HOT, SPARSE, 3, "Use categorical_crossentropy"),
        (LABELS * 0.5, SPARSE, 3, "Use mean_squared_error"),
        (LABELS, CATEGORICAL, 3, "Set [data] one_hot = true"),
        (ONE_HOT, CATEGORICAL, 4, "the last layer has 4 units, and the target"),
        (LABELS, BINARY, 1, "needs two classes, and the target 'y' has 3"),
        ((LABELS > 0) * 2 - 1, BINARY, 1, "labels from 0 to 1. Received: from -1 to 1"),
        (
            LABELS > 0,
            BINARY,
            2,
            "and the target 'y' has 1 column; they must be as many.",
        ),
        (
            LABELS * 1.5,
            "mse",
            2,
            "the last layer has 2 units, and the target 'y' has 1",
        ),
        (LABELS > 0, "mse", 2, "Set [data] one_hot = true."),
        (ONE_HOT * 1.5, "mse", 1, "has 3 columns; they must be as many"),
    ],
)
def test_what_does_not_fit(tmp_path, y, loss, units, message):
    made = experiment(tmp_path, y, loss, units)
    with pytest.raises(InputError) as caught:
        made.build()
    assert message in str(caught.value)
    assert made.build(strict=False).model.output_shape == (units,)


@pytest.mark.parametrize(
    ("y", "loss", "units", "activation"),
    [
        (LABELS, SPARSE, 3, "softmax"),
        (LABELS, SPARSE, 5, "softmax"),
        (ONE_HOT, CATEGORICAL, 3, "sigmoid"),
        (ONE_HOT, BINARY, 3, "sigmoid"),
        (LABELS > 0, BINARY, 1, "softmax"),
        (LABELS > 0, BINARY, 1, "relu"),
        (LABELS[:, np.newaxis] > 0, BINARY, 1, "tanh"),
        (LABELS > 0, "mse", 1, "sigmoid"),
        (LABELS / 2.5, BINARY, 1, "sigmoid"),
        (ONE_HOT[:, ::-1] + ONE_HOT > 0, BINARY, 3, "sigmoid"),
        (LABELS * 1.5, "huber", 1, "linear"),
        (ONE_HOT * 1.5, "mae", 3, "linear"),
    ],
)
def test_what_fits_is_run(tmp_path, y, loss, units, activation):
    assert experiment(tmp_path, y, loss, units, activation).build().data is not None


def test_text_labels_with_a_loss_for_numbers(tmp_path):
    y = np.array(["a", "b", "c"])[LABELS]
    with pytest.raises(InputError, match="Use a cross-entropy"):
        experiment(tmp_path, y, "mse", 1).build()
    assert experiment(tmp_path, y, "mse", 3, one_hot=True).build().data.one_hot


def test_missing_targets(tmp_path):
    y = np.where(LABELS == 1, np.nan, LABELS * 0.7)
    made = experiment(tmp_path, y, "mse", 1)
    with pytest.raises(InputError, match=r"row 1 \(counting from 0\), column 'y'"):
        made.build()
    assert np.isnan(made.build(strict=False).data.y).any()
    assert made.replace({"data.missing": "drop"}).build().data.x.shape == (6, 2)
