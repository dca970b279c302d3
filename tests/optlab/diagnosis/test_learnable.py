"""What rows hold to be learned, and what a reference makes of many columns of noise."""

from types import SimpleNamespace

import numpy as np
import pytest

from optlab.diagnosis import edits
from optlab.diagnosis.learnable import learnable
from optlab.errors import InputError


def rows(y, y_val, count=60):
    x = np.random.default_rng(0).normal(size=(count, 3))
    y = np.full(count, y) if np.isscalar(y) else np.resize(y, count)
    return SimpleNamespace(
        x=x, y=y, x_val=x, y_val=np.resize(y_val, count), task="binary"
    )


@pytest.mark.parametrize(
    ("y", "y_val", "constant"),
    [(0, [0], "targets"), (0, [0, 1], ""), ([0, 1], [0], "")],
)
def test_targets_are_constant_where_no_row_has_another(y, y_val, constant):
    assert learnable(rows(y, y_val)).constant == constant


@pytest.mark.parametrize(
    ("layers", "penalized"),
    [
        ([{"units": 8}, {"units": 1}], 0),
        ([{"class": "Flatten"}, {"units": 8}, {"units": 1}], 1),
        # A convolution does not weigh inputs one by one.
        ([{"class": "Conv2D", "filters": 4}, {"units": 1}], None),
    ],
)
def test_inputs_are_penalized_where_the_first_layer_weighs_them(layers, penalized):
    changed = edits.penalized_inputs(0.01)({"model": {"layers": layers}})
    changed = changed["model"]["layers"]
    marked = [k for k, e in enumerate(changed) if "kernel_regularizer" in e]
    assert marked == ([] if penalized is None else [penalized])
    assert not any("kernel_regularizer" in entry for entry in layers)


def test_a_float32_rate_is_written_as_it_was_meant():
    tree = edits.rate(float(np.float32(0.1)))({"optimizer": {"name": "sgd"}})
    assert tree["optimizer"]["learning_rate"] == 0.1


def test_hidden_layers_need_a_dense_one_behind_them():
    tree = {"model": {"layers": [{"class": "Conv2D", "filters": 2}]}}
    with pytest.raises(InputError, match="no dense layer"):
        edits.hidden_layers([32])(tree)
