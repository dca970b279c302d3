"""What metrics are given: no index leaves an array, nothing wrong becomes a figure."""

import numpy as np
import pytest

from optlab import metrics
from optlab.errors import InputError

OUTPUTS = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], np.float32)
BY_LABEL = ("balanced_accuracy", "accuracy", "sparse_categorical_accuracy")


@pytest.mark.parametrize("name", BY_LABEL)
@pytest.mark.parametrize("wrong", [2, 10**6, 10**8, -1, -(10**12), 2.0**70])
def test_labels_outside_the_classes_are_refused(name, wrong):
    with pytest.raises(InputError, match="labels from 0 to 1"):
        metrics.get(name)(np.array([0, 1, wrong]), OUTPUTS)


@pytest.mark.parametrize("name", metrics.names())
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["no", "yes", "no"], "`y_true` must be numbers"),
        (np.array([0, None, 1], object), "`y_true` must be"),
        (np.array([0, 1, np.nan]), "`y_true` must be finite"),
        (np.ma.masked_array([0, 1, 1], [False, True, False]), "MaskedArray"),
        (np.array([0, 1, 1], complex), "`y_true` must be numbers"),
        ([[0], [1, 2], [3]], "unequal length"),
        ([], "as many rows"),
        (1, "as many rows"),
    ],
)
def test_what_is_no_number_is_refused(name, labels, message):
    with pytest.raises(InputError, match=message):
        metrics.get(name)(labels, OUTPUTS[:, :1])


@pytest.mark.parametrize(
    "outputs", [np.ma.masked_array(OUTPUTS), OUTPUTS.view(np.matrix)]
)
def test_subclasses_are_refused(outputs):
    with pytest.raises(InputError, match="`y_pred` must be a plain array"):
        metrics.get("accuracy")([0, 1, 0], outputs)


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble, np.int8, bool])
def test_any_kind_of_number_will_do(dtype):
    outputs = (OUTPUTS > 0.5).astype(dtype)
    assert metrics.get("balanced_accuracy")(np.array([0, 1, 1]), outputs) == 0.75
    assert metrics.get("accuracy")(np.array([0, 1, 1], np.uint64), outputs) == 2 / 3


@pytest.mark.parametrize(
    "config",
    [
        {"name": "balanced_accuracy", "multi_label": "False"},
        {"name": "balanced_accuracy", "threshold": "low"},
        {"name": "binary_accuracy", "threshold": float("nan")},
        {"name": "auc", "num_thresholds": 10**12},
        {"name": "auc", "num_thresholds": "many"},
        {"name": "auc", "from_logits": 0},
    ],
)
def test_arguments_out_of_range_are_refused(config):
    with pytest.raises(InputError, match=f"`{list(config)[1]}` must be"):
        metrics.get(config)


def test_a_function_must_return_numbers():
    with pytest.raises(InputError, match="must return one number"):
        metrics.get(lambda y, p: "good")([1.0], [1.0])


@pytest.mark.parametrize("name", metrics.names())
def test_layouts_that_kernels_cannot_read_are_made_readable(name):
    metric = metrics.get({"name": name, "k": 1} if "top_k" in name else name)
    labels, outputs = np.array([0, 1, 1]), OUTPUTS[:, : 2 if "sparse" in name else 1]
    expected = metric(labels.reshape(3, 1), outputs)
    swapped = outputs.astype(">f4"), labels.astype(">i8")
    assert metric(labels, outputs) == metric(swapped[1], swapped[0]) == expected
