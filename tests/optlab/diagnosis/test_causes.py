"""Every cause: its test fires on a set-up with the fault, and not on a healthy one.

What a run would have shown is given where the test asks for it.
"""

import numpy as np
import pytest

from optlab.diagnosis.causes import CAUSES, get
from optlab.errors import InputError
from optlab.experiments import Experiment


def layer(number, **keys):
    def change(tree):
        tree["model"]["layers"][number].update(keys)

    return change


def hidden(count, **keys):
    def change(tree):
        entry = {"units": 5, "activation": "relu"} | keys
        tree["model"]["layers"] = [dict(entry) for _ in range(count)] + [
            tree["model"]["layers"][-1]
        ]

    return change


def bottleneck(tree):
    last = tree["model"]["layers"][-1]
    widths = [{"units": n, "activation": "relu"} for n in (16, 1, 16)]
    tree["model"]["layers"] = [*widths, last]


def rows(**replaced):
    return lambda arrays: {name: f(arrays) for name, f in replaced.items()}


def with_nan(arrays):
    x = arrays["x"].copy()
    x[2, 1] = np.nan
    return x


def with_outlier(arrays):
    y = arrays["y"].copy()
    y[0] = 1e5
    return y


def imbalanced(arrays):
    y = np.zeros_like(arrays["y"])
    y[:4] = 1
    return y


def in_order(name):
    return lambda arrays: arrays[name][np.argsort(arrays["y"], kind="stable")]


def lost(arrays):
    return np.random.default_rng(3).permutation(arrays["y"])


CLEAR = rows(
    x=lambda a: a["x"] + 6 * a["y"][:, None],
    x_val=lambda a: a["x_val"] + 6 * a["y_val"][:, None],
    y=lost,
)


def pixels(arrays):
    rng = np.random.default_rng(5)
    return rng.integers(0, 256, (len(arrays["y"]), 81))


def sequences(name, steps):
    return lambda arrays: np.repeat(arrays[name][:, None, :], steps, axis=1)


def recurrent(kind, **keys):
    def change(tree):
        entry = {"class": kind, "units": 4, **keys}
        entry = {key: value for key, value in entry.items() if value is not None}
        tree["model"]["layers"][0] = entry

    return change


def in_steps(steps):
    return rows(x=sequences("x", steps), x_val=sequences("x_val", steps))


#: cause -> (task, what is broken, what a run would show).
FAULTY = {
    "data.nonfinite": ("binary", {"arrays": rows(x=with_nan)}, {}),
    "data.unscaled_inputs": ("binary", {"arrays": rows(x=lambda a: a["x"] * 1e4)}, {}),
    "data.unscaled_targets": (
        "regression",
        {"arrays": rows(y=lambda a: a["y"] * 1e4)},
        {},
    ),
    "data.label_encoding": ("multiclass", {"arrays": rows(y=lambda a: a["y"] + 1)}, {}),
    "data.misaligned_labels": ("binary", {"arrays": CLEAR}, {}),
    "data.class_imbalance": ("binary", {"arrays": rows(y=imbalanced)}, {}),
    "data.outliers": ("regression", {"arrays": rows(y=with_outlier)}, {}),
    "data.not_shuffled": (
        "binary",
        {
            "arrays": rows(x=in_order("x"), y=in_order("y")),
            "training": {"shuffle": False},
        },
        {},
    ),
    "data.train_val_mismatch": (
        "binary",
        {"arrays": rows(x_val=lambda a: a["x_val"] * 100)},
        {},
    ),
    "data.image_unscaled": ("binary", {"arrays": rows(x=pixels, x_val=pixels)}, {}),
    "data.constant": ("binary", {"arrays": rows(x=lambda a: a["x"] * 0)}, {}),
    "data.too_few_rows": ("binary", {}, {"scores": (0.1, 0.9)}),
    "data.sequence_of_length_one": (
        "binary",
        {"arrays": in_steps(1), "change": recurrent("LSTM")},
        {},
    ),
    "model.output_units": ("multiclass", {"change": layer(-1, units=2)}, {}),
    "model.rank_mismatch": (
        "binary",
        {
            "arrays": in_steps(4),
            "change": recurrent("Conv1D", filters=4, kernel_size=2, units=None),
        },
        {},
    ),
    "model.bottleneck": ("binary", {"change": bottleneck}, {}),
    "model.rnn_return_sequences": (
        "binary",
        {
            "arrays": in_steps(4),
            "change": recurrent("LSTM", return_sequences=True),
        },
        {},
    ),
    "model.embedding_range": (
        "binary",
        {
            "arrays": rows(x=lambda a: np.arange(240).reshape(80, 3)),
            "change": recurrent("Embedding", input_dim=50, output_dim=2, units=None),
        },
        {},
    ),
    "model.vanishing_through_time": (
        "binary",
        {"arrays": in_steps(12), "change": recurrent("SimpleRNN")},
        {"through_time": 1e-9},
    ),
    "model.exploding_through_time": (
        "binary",
        {"arrays": in_steps(12), "change": recurrent("SimpleRNN")},
        {"through_time": 1e9},
    ),
    "trainable.frozen_trunk": (
        "binary",
        {
            "arrays": in_steps(4),
            "change": recurrent("LSTM", trainable=False),
        },
        {},
    ),
    "loss.reduction": ("binary", {"loss": {"reduction": "sum"}}, {}),
    "fit.batch_larger_than_data": (
        "binary",
        {"training": {"batch_size": 500, "epochs": 5}},
        {},
    ),
    "metric.meaningless": ("regression", {"training": {"metrics": ["accuracy"]}}, {}),
    "model.output_activation": (
        "regression",
        {"change": layer(-1, activation="relu")},
        {},
    ),
    "model.missing_nonlinearity": (
        "binary",
        {"change": layer(0, activation="linear")},
        {},
    ),
    "model.capacity": ("binary", {"change": layer(0, units=1)}, {}),
    "model.vanishing_depth": (
        "binary",
        {"change": hidden(8, activation="sigmoid")},
        {"first_gradient": 1e-9, "last_gradient": 1.0},
    ),
    "model.exploding_activation": (
        "binary",
        {"change": hidden(4, activation="exponential")},
        {},
    ),
    "model.dead_relu": (
        "binary",
        {"change": layer(0, bias_initializer={"name": "constant", "value": -20.0})},
        {"zero_share": [1.0, 0.0]},
    ),
    "model.dead_relu_depth": (
        "binary",
        {"change": hidden(8)},
        {"zero_share": [1.0] * 8, "constant": True},
    ),
    "model.frozen": ("binary", {"change": layer(0, trainable=False)}, {}),
    "init.zero_or_constant": (
        "binary",
        {"change": layer(0, kernel_initializer="zeros")},
        {},
    ),
    "init.too_large": (
        "binary",
        {
            "change": layer(
                0, kernel_initializer={"name": "random_normal", "stddev": 30.0}
            )
        },
        {},
    ),
    "init.too_small": (
        "binary",
        {
            "change": hidden(
                6, kernel_initializer={"name": "random_normal", "stddev": 0.01}
            )
        },
        {},
    ),
    "loss.mismatch": ("binary", {"loss": {"name": "mean_absolute_error"}}, {}),
    "loss.from_logits": ("binary", {"change": layer(-1, activation="linear")}, {}),
    "loss.double_softmax": (
        "multiclass",
        {"loss": {"from_logits": True, "plain": True}},
        {},
    ),
    "loss.shape_broadcast": ("regression", {"change": layer(-1, units=4)}, {}),
    "opt.lr_too_high": (
        "binary",
        {"optimizer": {"learning_rate": 5.0}},
        {"constant": True},
    ),
    "opt.lr_too_low": ("binary", {"optimizer": {"learning_rate": 1e-8}}, {}),
    "opt.lr_negative": ("binary", {"optimizer": {"learning_rate": -0.01}}, {}),
    "opt.schedule": (
        "binary",
        {
            "optimizer": {
                "learning_rate": {
                    "name": "exponential_decay",
                    "initial_learning_rate": 0.1,
                    "decay_steps": 1,
                    "decay_rate": 0.5,
                }
            }
        },
        {},
    ),
    "opt.clip_too_small": (
        "binary",
        {"optimizer": {"name": "sgd", "clipnorm": 1e-6}},
        {},
    ),
    "opt.too_few_updates": (
        "binary",
        {"training": {"epochs": 2, "batch_size": 80}},
        {},
    ),
    "opt.noisy_updates": (
        "binary",
        {
            "training": {"batch_size": 1},
            "optimizer": {"name": "sgd", "learning_rate": 0.05, "momentum": 0.9},
        },
        {},
    ),
    "program.raises": (
        "binary",
        {"change": layer(-1, activation="relu")},
        {"refused": "ValueError: shapes differ"},
    ),
    "reg.dropout_high": ("binary", {"change": layer(0, dropout=0.99)}, {}),
    "reg.l2_strong": (
        "binary",
        {"change": layer(0, kernel_regularizer={"name": "l2", "l2": 1.0})},
        {},
    ),
}
#: What nothing in the set-up can cure.
CURELESS = {
    "data.constant",
    "data.sequence_of_length_one",
    "metric.meaningless",
}
NAMED = 0.5
#: Causes that only a Keras program can have are tested in tests/validation/programs.
OF_KERAS = {"opt.not_applied", "data.same_batch"}


def test_every_cause_has_a_case():
    assert set(FAULTY) == set(CAUSES) - OF_KERAS
    assert len(CAUSES) == 51


@pytest.mark.parametrize("name", FAULTY)
def test_fires_where_it_is(setup, suspected, name):
    task, broken, seen = FAULTY[name]
    experiment = setup(task, **broken)
    found = suspected(name, experiment, **seen)
    assert found is not None and found.weight >= NAMED
    assert found.evidence
    assert bool(found.cures) == (name not in CURELESS)
    if not found.cures:
        return
    changed = Experiment(**found.cures[0](experiment.to_dict()))
    assert changed != experiment


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("name", FAULTY)
def test_is_silent_where_nothing_is_wrong(setup, suspected, name, task):
    found = suspected(name, setup(task))
    assert found is None or found.weight < NAMED


@pytest.mark.parametrize("name", FAULTY)
def test_is_documented(name):
    entry = get(name)
    for sentence in (entry.definition, entry.symptom, entry.cure):
        assert sentence.endswith(".")
    assert entry.test.__doc__


def test_unknown_name_names_the_nearest():
    with pytest.raises(InputError, match=r"opt\.lr_too_high"):
        get("opt.lr_to_high")


def test_a_pixel_of_the_edge_is_no_outlier(setup, suspected):
    def pictures(arrays):
        rng = np.random.default_rng(0)
        x = rng.uniform(0, 1, (len(arrays["x"]), 64))
        x[:, :20] *= 1e-3
        x[0, :20] = 0.9
        return {"x": x, "x_val": x[:50], "y_val": arrays["y_val"][:50]}

    assert suspected("data.outliers", setup("binary", arrays=pictures)) is None
