"""Every registered layer says itself in a file, a configuration and a JSON document."""

import inspect
import json
import re

import pytest

import optlab
from optlab import InputError
from optlab.experiments import Experiment
from optlab.experiments.tables import LayerTable
from optlab.layers import REGISTRY, Dense, Layer, configuration, expand, get
from optlab.layers.configuration import SHORTHAND

#: What the arguments of a name are set to, away from their defaults.
VALUES = {
    "activation": {"name": "leaky_relu", "negative_slope": 0.125},
    "use_bias": False,
    "units": 3,
    "axis": -1,
    "momentum": 0.5,
    "epsilon": 0.25,
    "center": False,
    "scale": False,
    "rate": 0.25,
    "seed": 7,
    "layers": [{"class": "Dense", "units": 4, "use_bias": False}],
    "target_shape": [2, 2],
    "data_format": "channels_last",
    "layer": {"class": "LSTM", "units": 3, "activation": "sigmoid"},
    "input_dim": 5,
    "output_dim": 3,
    "mask_zero": True,
    "mask_value": 0.5,
    "return_sequences": True,
    "go_backwards": True,
    "stddev": 0.25,
    "n": 2,
    "filters": 3,
    "kernel_size": 3,
    "pool_size": 3,
    "strides": 2,
    "dims": [1],
    "size": 3,
    "cropping": 2,
    "padding": "same",
}
DATA = {"source": "blobs", "options": {"n_features": 4}}


def tables():
    """Yield a table with every argument set, for each layer that can be made so."""
    for name, cls in sorted(REGISTRY.items()):
        if name == "Concatenate":
            yield {"class": name, "axis": 1, "inputs": ["input", "input"]}
            continue
        table = {"class": name, "name": "one", "trainable": False}
        for argument in inspect.signature(cls).parameters:
            if argument.endswith("_initializer"):
                table[argument] = {"name": "random_normal", "stddev": 0.25}
            elif argument.endswith("_regularizer"):
                table[argument] = {"name": "l1_l2", "l1": 0.25, "l2": 0.5}
            elif argument in VALUES:
                table[argument] = VALUES[argument]
        if name == "Rescaling":
            table["scale"] = 0.5
        if name.startswith("ZeroPadding"):
            table["padding"] = 2
        if "recurrent_initializer" in table:
            table["activation"] = "sigmoid"
        if cls.merges:
            table["inputs"] = ["input", "input"]
        yield table


@pytest.mark.parametrize("table", list(tables()), ids=lambda table: table["class"])
def test_round_trips(table):
    layer = get(table)
    serialized = layer.serialize()
    plain = configuration(layer)
    assert get(plain).serialize() == serialized
    assert get(json.loads(json.dumps(plain))).serialize() == serialized
    assert get(serialized).serialize() == serialized
    assert layer.clone().serialize() == serialized
    assert layer.clone().inputs == layer.inputs
    # All that was said is kept, under the names that it was said in.
    assert set(table) - {"trainable"} <= {*plain, "axis", "data_format"}
    experiment = Experiment(
        data=DATA,
        model={"layers": [plain, {"class": "Dense", "units": 2}]},
        loss={"name": "mse"},
        optimizer={"name": "sgd"},
    )
    read = Experiment.from_toml(experiment.to_toml())
    assert read == experiment
    assert read.to_dict()["model"]["layers"][0] == plain
    assert get(read.to_dict(defaults=True)["model"]["layers"][0]).serialize() == (
        serialized
    )


def test_shorthand_is_expanded_in_one_place():
    entry = {
        "units": 4,
        "activation": "relu",
        "kernel_initializer": "he_normal",
        "batch_normalization": {"momentum": 0.5},
        "dropout": 0.25,
        "residual": True,
        "trainable": False,
        "name": "block",
        "inputs": ["input"],
    }
    block = expand(entry)
    assert [table["class"] for table in block] == ["Residual"]
    assert block[0]["name"] == "block"
    assert block[0]["inputs"] == ["input"]
    assert block[0]["layers"] == [
        {
            "class": "Dense",
            "units": 4,
            "kernel_initializer": "he_normal",
            "trainable": False,
        },
        {"class": "BatchNormalization", "trainable": False, "momentum": 0.5},
        {"class": "Activation", "activation": "relu"},
        {"class": "Dropout", "rate": 0.25},
    ]


def experiment(*layers):
    return Experiment(
        data=DATA,
        model={"layers": list(layers)},
        loss={"name": "sparse_categorical_crossentropy", "from_logits": True},
        optimizer={"name": "sgd"},
        training={"epochs": 1},
    )


def test_changes_and_a_graph_in_a_file():
    made = experiment(
        {"class": "Dense", "units": 4, "activation": "relu", "name": "a"},
        {"units": 4, "dropout": 0.5, "name": "b", "inputs": ["input"]},
        {"class": "Add", "inputs": ["a", "b", "input"]},
        {"units": 3},
    )
    changed = made.replace(
        {"model.layers.3.units": 5, "model.layers.0.use_bias": False}
    )
    model = changed.build().model
    assert [layer.name for layer in model.layers] == [
        "a",
        "dense",
        "b",
        "add",
        "dense_1",
    ]
    assert model.sources == [(-1,), (-1,), (1,), (0, 2, -1), (3,)]
    assert model.layers[0].bias is None
    assert model.output_shape == (5,)
    assert changed.diff(made)["model.layers.3.units"] == (5, 3)
    assert made.run().status == "finished"


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([{"class": "Dens", "units": 2}], "[model] layers.0: Unknown layer 'Dens'"),
        ([{"class": "Dense", "unit": 2}], "no argument 'unit'"),
        ([{"class": "Dense", "units": 0}], "`units` must be a positive integer"),
        ([{"units": 2, "clas": "Dense"}], "[model] layers.0 has no key 'clas'"),
        ([{"class": "Flatten", "data_format": "channels_first"}], "'channels_last'"),
        ([{"class": "Dense", "units": 2, "inputs": [3]}], "must be names of layers"),
    ],
)
def test_bad_entries(layers, message):
    with pytest.raises(InputError) as caught:
        experiment(*layers)
    assert message in str(caught.value)


def test_a_layer_that_cannot_take_its_input_is_named_by_its_entry():
    made = experiment(
        {"units": 4, "dropout": 0.5}, {"class": "Reshape", "target_shape": [3]}
    )
    with pytest.raises(InputError) as caught:
        made.build()
    assert str(caught.value).startswith("[model] layers.1 (Reshape): ")
    assert "inputs of shape (rows, 4)" in str(caught.value)


def test_weights_of_a_file(tmp_path):
    import numpy as np

    kernel = np.arange(12.0).reshape(4, 3)
    np.savez(tmp_path / "first.npz", **{"dense/kernel": kernel, "x": kernel})
    text = experiment({"units": 3}).to_toml()
    text = text.replace("[model]\n", '[model]\nweights = "first.npz"\n')
    (tmp_path / "a.toml").write_text(text)
    made = Experiment.from_toml(tmp_path / "a.toml")
    np.testing.assert_array_equal(made.build().model.get_weights()[0], kernel)
    (tmp_path / "sub").mkdir()
    made.to_toml(tmp_path / "sub" / "b.toml")
    moved = Experiment.from_toml(tmp_path / "sub" / "b.toml")
    np.testing.assert_array_equal(moved.build().model.get_weights()[0], kernel)
    with pytest.raises(InputError, match=r"no array of first\.npz has the name"):
        made.replace({"model.layers.0.units": 5}).build()
    with pytest.raises(InputError, match="Cannot read"):
        made.replace({"model.weights": "none.npz"}).build()


def test_a_class_of_ones_own_is_no_secret():
    class Other(Layer):
        """A layer without arguments."""

    assert configuration(Other(name="o")) == {"class": "Other", "name": "o"}
    assert configuration(Dense(2)) == {"class": "Dense", "units": 2}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"units": 4, "actvation": "relu"}, "'actvation'. Did you mean 'activation'"),
        ({"filters": 4}, "Unknown key of a layer without a class 'filters'"),
        ({}, "A layer needs its `class`, or one of units"),
        ({"class": "Dense", "units": 4, "use_biass": False}, "mean 'use_bias'"),
        ({"class": "Dense", "units": 4, "dtype": "float16"}, "in its model's dtype"),
        ({"class": "Dense", "units": 4, "bias_constraint": "x"}, "has no constraints"),
        ({"class": "Normalization", "mean": 1.0, "variance": -1.0}, "of at least 0"),
        ({"class": "Normalization", "mean": "a", "variance": 1.0}, "that are finite"),
    ],
)
def test_what_no_table_can_say(entry, said):
    with pytest.raises(InputError, match=re.escape(said)):
        optlab.Sequential([entry], input_shape=(6,))


def test_a_layer_called_as_the_input_cannot_be_told_from_it():
    layers = [
        {"class": "Dense", "units": 4, "name": "input"},
        {"class": "Dense", "units": 4, "name": "second"},
    ]
    assert optlab.Sequential(layers, input_shape=(4,)).output_shape == (4,)
    layers.append({"class": "Add", "inputs": ["input", "second"]})
    with pytest.raises(InputError, match="give it another name"):
        optlab.Sequential(layers, input_shape=(4,))


def test_files_and_lists_of_layers_know_one_shorthand():
    assert set(SHORTHAND) == set(LayerTable.model_fields)
