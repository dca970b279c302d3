import numpy as np
import pytest

from optlab.errors import InputError
from optlab.experiments import Experiment


def layer_names(model):
    return [type(layer).__name__ for layer in model.layers]


def test_order_within_an_entry(tables):
    tables["model"]["layers"] = [
        {"dropout": 0.1},
        {
            "units": 8,
            "activation": "relu",
            "batch_normalization": {"momentum": 0.9},
            "dropout": 0.2,
        },
        {"units": 8, "activation": "tanh", "residual": True},
        {"units": 3, "activation": "softmax", "trainable": False},
    ]
    model = Experiment(**tables).build().model
    assert layer_names(model) == [
        "Dropout",
        "Dense",
        "BatchNormalization",
        "Activation",
        "Dropout",
        "Residual",
        "Dense",
    ]
    assert model.layers[2].momentum == 0.9
    assert model.layers[4].rate == 0.2
    assert [layer.trainable for layer in model.layers][-1] is False
    assert model.final_activation == "softmax"


def test_initializers_and_regularizers(tables):
    tables["model"]["layers"][0] |= {
        "kernel_initializer": {"name": "constant", "value": 0.5},
        "bias_initializer": "ones",
        "kernel_regularizer": {"name": "l2", "l2": 0.01},
    }
    model = Experiment(**tables).build().model
    kernel, bias, *_ = model.get_weights()
    np.testing.assert_array_equal(kernel, np.full((4, 8), 0.5))
    np.testing.assert_array_equal(bias, np.ones(8))
    assert model.penalty() == pytest.approx(0.01 * 32 * 0.25)


def test_residual_needs_equal_units(tables):
    tables["model"]["layers"][1]["residual"] = True
    with pytest.raises(InputError, match=r"layers\.1 \(Residual\): .*\(8,\) and"):
        Experiment(**tables).build()


def test_seed_decides_the_weights(tables):
    experiment = Experiment(**tables)
    first, again, other = (experiment.build(seed=s).model for s in (1, 1, 2))
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])
    assert experiment.build(seed=5).fit_arguments["seed"] == 5


def test_fit_arguments(tables):
    tables["training"] |= {
        "class_weight": {"setosa": 2.0, "1": 0.5},
        "callbacks": [{"name": "early_stopping", "patience": 2}],
        "shuffle": False,
    }
    tables["loss"]["plain"] = True
    found = Experiment(**tables).build().fit_arguments
    assert found["class_weight"] == {0: 2.0, 1: 0.5}
    assert found["metrics"] == ["accuracy"]
    assert found["callbacks"][0].patience == 2
    assert (found["epochs"], found["batch_size"]) == (3, 16)
    assert (found["shuffle"], found["plain"]) == (False, True)
    assert len(found["validation_data"][0]) == 30


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        ({}, {"epochs": 20}),
        ({"steps": 7}, {"steps": 7}),
        ({"epochs": 2}, {"epochs": 2}),
    ],
)
def test_length(tables, training, expected):
    tables["training"] = training
    found = Experiment(**tables).build().fit_arguments
    length = {key: found[key] for key in ("epochs", "steps") if key in found}
    assert length == expected


def test_class_weight_of_a_class_that_is_not_there(tables):
    tables["training"]["class_weight"] = {"rose": 2.0}
    with pytest.raises(InputError, match=r"has no class 'rose'. Classes: setosa"):
        Experiment(**tables).build()


def test_callbacks_are_made_new(tables):
    tables["training"]["callbacks"] = ["early_stopping"]
    experiment = Experiment(**tables)
    one, other = (experiment.build().fit_arguments["callbacks"][0] for _ in range(2))
    assert one is not other


def test_metrics_that_suit_the_task(tables):
    tables["data"]["source"] = "diabetes"
    tables["loss"]["name"] = "mse"
    tables["model"]["layers"] = [{"units": 1}]
    experiment = Experiment(**tables)
    assert experiment.build().fit_arguments["metrics"] == ["mae"]
    none = experiment.replace({"training.metrics": []})
    assert none.build().fit_arguments["metrics"] == []


def test_an_optimizer_with_a_schedule(tables):
    tables["optimizer"] = {
        "name": "sgd",
        "momentum": 0.9,
        "learning_rate": {
            "name": "exponential_decay",
            "initial_learning_rate": 0.5,
            "decay_steps": 1,
            "decay_rate": 0.5,
        },
    }
    optimizer = Experiment(**tables).build().optimizer
    assert optimizer.learning_rate == pytest.approx(0.5)
    assert optimizer.momentum == 0.9


def test_a_function():
    built = Experiment(
        function={"name": "rastrigin", "options": {"dimension": 3}, "start": [1, 2, 3]},
        optimizer={"name": "adam"},
    ).build()
    assert built.problem.dimension == 3
    assert built.fit_arguments == {"steps": 500, "start": [1.0, 2.0, 3.0]}
    assert built.model is None
