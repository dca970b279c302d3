import tomllib

import pytest

from optlab.errors import InputError
from optlab.experiments import Experiment, edit
from optlab.experiments.toml_files import write

TEXT = """# Mine.
[data]
source = "iris"   # flowers

[model]
layers = [
    { units = 8, activation = "relu" },  # hidden
    { units = 3 },
]

[loss]
name = "sparse_categorical_crossentropy"
from_logits = true

[optimizer]
name = "adam"
learning_rate = { name = "cosine_decay", initial_learning_rate = 0.1, decay_steps = 9 }
"""


@pytest.mark.parametrize(
    "changes",
    [
        {"data.scale": "standard"},
        {"model.layers.0.units": 16, "model.layers.-1.activation": "softmax"},
        {"training.epochs": 3, "training.metrics": ["mae", "auc"]},
        {"optimizer.learning_rate": 0.1, "optimizer.clipnorm": 1.0},
        {"optimizer.learning_rate.decay_steps": 5},
        {
            "model.layers": [
                {"units": 3, "kernel_regularizer": {"name": "l2", "l2": 1.0}}
            ]
        },
        {"loss.from_logits": None},
        {"model.layers.0": None},
    ],
)
def test_edit_changes_what_replace_changes_and_keeps_comments(changes):
    edited = edit(TEXT, changes)
    assert Experiment.from_toml(edited) == Experiment.from_toml(TEXT).replace(changes)
    assert edited.startswith("# Mine.\n")
    assert "# flowers" in edited


def test_edit_refuses_what_leads_nowhere():
    with pytest.raises(InputError, match="is no table"):
        edit(TEXT, {"data.source.x": 1})
    with pytest.raises(InputError, match="is not TOML"):
        edit("[data\n", {"data.scale": "none"})


def test_awkward_values_survive():
    tree = {
        "data": {"source": 'a "b" \\ ü.csv', "features": ["x y", "z\n"]},
        "optimizer": {"epsilon": 1e-300, "big": 1e22, "flag": False, "n": -3},
    }
    assert tomllib.loads(write(tree)) == tree
