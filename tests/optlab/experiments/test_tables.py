import pytest

from optlab.experiments import Experiment, ExperimentError


def problems(tables):
    with pytest.raises(ExperimentError) as caught:
        Experiment(**tables)
    return caught.value.problems


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("data", {"sorce": 1}, "[data] has no key 'sorce'. Did you mean 'source'?"),
        ("data", {"source": 3}, "[data] source must be a text. Received: 3"),
        (
            "data",
            {"source": "iriss"},
            "Unknown data source 'iriss'. Did you mean 'iris'",
        ),
        ("data", {"source": "iris.xls"}, ".csv, .parquet, .npz"),
        ("data", {"scale": "std"}, "[data] scale must be one of 'none', 'standard'"),
        ("data", {"target_scale": "minmax"}, "target_scale must be one of"),
        ("data", {"validation": 1.0}, "[data] validation must be below 1.0"),
        ("data", {"validation": -0.1}, "[data] validation must be at least 0.0"),
        ("data", {"options": {"noise": 1}}, "options are arguments of a generator"),
        ("data", {"missing": "zero"}, "one of 'refuse', 'drop', 'mean' or 'median'"),
        ("data", {"one_hot": 1}, "[data] one_hot must be true or false"),
        ("data", {"target": 3}, "target must be a column name or a list of them"),
        ("data", {"features": "a"}, "[data] features must be a list"),
        ("data", {"features": [1]}, "[data] features.0 must be a text"),
        ("data", {"features": []}, "[data] features must be a list of at least 1"),
        ("data", {"seed": -1}, "[data] seed must be at least 0. Received: -1"),
        (
            "data",
            {"source": "moons", "options": {"nois": 1, "n_samples": 0}},
            "the generator 'moons' has no option 'nois'. Did you mean 'noise'?",
        ),
        (
            "data",
            {"source": "moons", "options": {"nois": 1, "n_samples": 0}},
            "[data] options: n_samples must be in [1",
        ),
        ("loss", {"name": "mse_"}, "Unknown loss 'mse_'. Did you mean 'mse'?"),
        ("loss", {"delta": 1.0}, "takes no 'delta'"),
        ("loss", {"label_smoothing": 2.0}, "label_smoothing must be at most 1.0"),
        ("loss", {"from_logits": "yes"}, "from_logits must be true or false"),
        ("optimizer", {"name": "adm"}, "Unknown optimizer 'adm'. Did you mean 'adam'?"),
        ("optimizer", {"beta1": 0.9}, "has no key 'beta1'. Did you mean 'beta_1'?"),
        ("optimizer", {"beta_1": 1.2}, "beta_1=1.2"),
        ("optimizer", {"learning_rate": "x"}, "learning_rate must be a finite number"),
        ("optimizer", {"learning_rate": float("inf")}, "must be a finite number"),
        (
            "optimizer",
            {"learning_rate": {"name": "exponential"}},
            "Did you mean 'exponential_decay'?",
        ),
        ("training", {"epoch": 3}, "has no key 'epoch'. Did you mean 'epochs'?"),
        ("training", {"batch_size": 0}, "batch_size must be at least 1. Received: 0"),
        ("training", {"batch_size": 1.5}, "batch_size must be a whole number"),
        ("training", {"epochs": "3"}, "epochs must be a whole number. Received: '3'"),
        ("training", {"steps": 5}, "takes epochs or steps, not both"),
        ("training", {"dtype": "float16"}, "one of 'float32' or 'float64'"),
        ("training", {"metrics": ["acuracy"]}, "Did you mean 'accuracy'?"),
        (
            "training",
            {"callbacks": ["early_stoping"]},
            "Did you mean 'early_stopping'?",
        ),
        ("training", {"callbacks": [{"patience": 3}]}, "callbacks.0 must be a name"),
        ("training", {"class_weight": "even"}, 'must be "balanced"'),
        ("training", {"class_weight": {"0": -1.0}}, "weights of at least 0"),
        ("model", {"layers": []}, "[model] layers must be a list of at least 1"),
        ("model", {"layers": 3}, "[model] layers must be a list. Received: 3"),
        ("model", {"layers": [3]}, "[model] layers.0 must be a table"),
        ("model", {"layers": [{"unit": 3}]}, "[model] layers.0 has no key 'unit'."),
        (
            "model",
            {"layers": [{"units": 0}]},
            "[model] layers.0.units must be at least",
        ),
        ("model", {"layers": [{}]}, "[model] layers.0 needs the key 'units'."),
        (
            "model",
            {"layers": [{"kernel_initializer": "zeros", "dropout": 0.5}]},
            "[model] layers.0 needs the key 'units' for kernel_initializer.",
        ),
        (
            "model",
            {"layers": [{"units": 1, "activation": "rleu"}]},
            "Did you mean 'relu'?",
        ),
        (
            "model",
            {"layers": [{"units": 1, "kernel_initializer": {"name": "he"}}]},
            "Unknown initializer 'he'.",
        ),
        (
            "model",
            {"layers": [{"units": 1, "kernel_regularizer": {"l2": 1.0}}]},
            "must be a name, or a table with a name",
        ),
        (
            "model",
            {"layers": [{"units": 1, "batch_normalization": {"momentun": 1.0}}]},
            "Did you mean 'momentum'?",
        ),
        (
            "model",
            {"layers": [{"units": 1, "dropout": 1.5}]},
            "[model] layers.0.dropout must be at most 1.0. Received: 1.5",
        ),
    ],
)
def test_one_wrong_value(tables, table, change, message):
    tables[table] = {**tables[table], **change}
    assert any(message in line for line in problems(tables)), problems(tables)


def test_every_problem_is_reported_on_a_line(tables):
    tables["training"] = {"epoch": 3, "batch_size": 0}
    tables["model"]["layers"][0]["units"] = -1
    tables["optimizer"]["beta1"] = 0.9
    tables["optimizer"]["epsilo"] = 1e-8
    tables["optimiser"] = {}
    del tables["loss"]
    found = problems(tables)
    assert len(found) == 7
    assert "There is no table [optimiser]. Did you mean [optimizer]?" in found[-1]
    assert all("\n" not in line for line in found)
    with pytest.raises(ExperimentError, match="7 problems:\n  "):
        Experiment(**tables)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, "needs [data], [model] and [loss], or [function]"),
        ({}, "An experiment needs the table [optimizer]."),
        ({"function": {"name": "saddle"}, "data": {}}, "stands instead of [data]"),
        ({"function": {"name": "sadle"}}, "Did you mean 'saddle'?"),
        ({"function": {"name": "saddle", "start": [1.0]}}, "start must hold 2 numbers"),
        ({"function": {"name": "saddle", "start": "x"}}, "a list of finite numbers"),
        (
            {"function": {"name": "saddle"}, "training": {"epochs": 1}},
            "[training] epochs has no meaning for a [function]",
        ),
        ({"function": {"name": "rastrigin", "options": {"dimnsion": 3}}}, "dimension"),
        ({"data": 3}, "[data] must be a table. Received: 3"),
    ],
)
def test_choice_of_tables(tables, message):
    assert any(message in line for line in problems(tables))


def test_what_is_faulty_but_can_be_run_is_accepted(tables):
    tables["optimizer"] = {"name": "sgd", "learning_rate": -0.1, "clipnorm": 1e-9}
    tables["model"]["layers"][0]["dropout"] = 0.99
    tables["model"]["layers"][0]["kernel_initializer"] = "zeros"
    experiment = Experiment(**tables)
    assert experiment.optimizer.make().learning_rate == pytest.approx(-0.1)


def test_objects_are_frozen(tables):
    experiment = Experiment(**tables)
    with pytest.raises(ValueError, match="frozen"):
        experiment.training.epochs = 5
    with pytest.raises(ValueError, match="frozen"):
        experiment.training = None
