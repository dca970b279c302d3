"""Edits: each changes what it should, and leaves the tree it was given alone."""

import copy

import pytest

from optlab.diagnosis import edits

TREE = {
    "data": {"source": "digits"},
    "model": {
        "layers": [
            {"units": 8, "activation": "relu", "dropout": 0.9},
            {"dropout": 0.5},
            {"units": 8, "activation": "tanh", "kernel_initializer": "zeros"},
            {"units": 3},
            {"activation": "softmax"},
        ]
    },
    "loss": {"name": "mse", "from_logits": True},
    "optimizer": {"name": "sgd", "learning_rate": 5.0, "momentum": 0.9},
    "training": {"steps": 3},
}


@pytest.mark.parametrize(
    ("edit", "path", "expected"),
    [
        (edits.rate(0.1), ("optimizer", "learning_rate"), 0.1),
        (edits.setting("loss", from_logits=None), ("loss",), {"name": "mse"}),
        (edits.setting("training", shuffle=True), ("training", "shuffle"), True),
        (
            edits.optimizer("adam", 0.001),
            ("optimizer",),
            {"name": "adam", "learning_rate": 0.001},
        ),
        (edits.length(10, 95), ("training",), {"epochs": 10}),
        (edits.data_file("a.npz"), ("data",), {"source": "a.npz"}),
        (edits.without("dropout"), ("model", "layers", 1, "activation"), "tanh"),
        (
            edits.hidden_activation("relu"),
            ("model", "layers", 2, "activation"),
            "relu",
        ),
        (
            edits.hidden_activation("elu", ["relu"]),
            ("model", "layers", 2, "activation"),
            "tanh",
        ),
        (
            edits.initializers("he_normal"),
            ("model", "layers", 2, "kernel_initializer"),
            "he_normal",
        ),
        (
            edits.output_activation("sigmoid", 1),
            ("model", "layers", 3),
            {"units": 1, "activation": "sigmoid"},
        ),
    ],
)
def test_edit(edit, path, expected):
    before = copy.deepcopy(TREE)
    found = edit(TREE)
    for key in path:
        found = found[key]
    assert found == expected
    assert before == TREE


def test_output_activation_takes_the_old_one_away():
    layers = edits.output_activation("linear")(TREE)["model"]["layers"]
    assert len(layers) == 4 and layers[-1] == {"units": 3, "activation": "linear"}


def test_hidden_layers_are_replaced():
    layers = edits.hidden_layers([32, 16])(TREE)["model"]["layers"]
    assert [entry.get("units") for entry in layers] == [32, 16, 3, None]


def test_all_of_in_order():
    edit = edits.all_of(edits.rate(1.0), edits.rate(2.0))
    assert edit(TREE)["optimizer"]["learning_rate"] == 2.0
