"""Keras models through `optlab.diagnose`: what is read, what runs, which verdict."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import optlab
from benchmarks.programs import engines
from optlab.errors import InputError
from optlab.validation.programs.building import build, is_trained
from optlab.validation.programs.covering import covered
from optlab.validation.programs.cured import cured_program
from optlab.validation.programs.engine import KerasEngine
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.lines import line_changes
from optlab.validation.programs.reading import read_program
from optlab.validation.programs.rows import read_rows
from tests.validation.programs.models import classifier, read

layers = keras.layers


# Reading and engines.


def test_tables(rows):
    program = read(classifier(), *rows, epochs=7, batch_size=8, class_weight={0: 2.0})
    tree = program.to_dict()
    assert [entry.get("units") for entry in tree["model"]["layers"]] == [16, 1]
    assert tree["optimizer"] == {"name": "adam", "learning_rate": 0.01}
    assert tree["training"]["class_weight"] == {"0": 2.0}
    assert tree["training"]["epochs"] == 7


def test_the_captured_weights_are_seed_0(rows):
    model = classifier()
    program = read(model, *rows)
    for ours, theirs in zip(
        build(program, 0).get_weights(), model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    other = build(program, 1).get_weights()
    assert not np.array_equal(other[0], model.get_weights()[0])


def test_a_step_is_that_of_fit(rows):
    x, y = rows
    model = classifier()
    program = read(model, x, y, epochs=3, batch_size=20, shuffle=False)
    outcome = KerasEngine().run(program, 0)
    history = model.fit(x, y, epochs=3, batch_size=20, shuffle=False, verbose=0)
    np.testing.assert_allclose(outcome.losses, history.history["loss"], rtol=1e-5)


def test_a_kept_graph_gives_the_same_again(rows):
    program = read(classifier(), *rows, epochs=2)
    engine = KerasEngine()
    first = engine.run(program, 1)
    engine.run(program.replace({"optimizer.learning_rate": 0.1}), 1)
    assert engine.run(program, 1).losses == first.losses


def test_what_optlab_lacks_runs_in_keras(rows):
    program = read(classifier(loss=lambda t, p: keras.ops.mean((t - p) ** 2)), *rows)
    with pytest.raises(InputError, match="custom"):
        covered(program)


def test_epochs_of_a_number_of_steps(rows):
    x, y = rows
    program = read(classifier(), x, y, epochs=3, batch_size=16, steps_per_epoch=4)
    before = covered(program)
    assert (before.training.steps, before.training.epochs) == (12, None)
    smaller = cured_program(program, before, before.replace({"training.batch_size": 8}))
    assert smaller.tree["training"] == {**program.tree["training"], "batch_size": 8}
    whole = before.replace({"training.epochs": 9, "training.steps": None})
    whole = cured_program(program, before, whole).training
    assert whole.epochs == 9 and whole.steps is None
    assert not hasattr(whole, "steps_per_epoch")


def test_a_cure_without_the_embedding_scales_what_are_no_words(rows):
    from optlab.validation.programs.code import source_of

    x, y = rows[0] / 50, rows[1]
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Embedding(10, 4),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    program = read(model, x, y)
    assert program.tokens
    scaled = program.replace({"data.scale": "standard"})
    assert np.array_equal(scaled.load_data().x, program.load_data().x)
    tree = scaled.to_dict()
    tree["model"]["layers"] = [{"units": 1, "activation": "sigmoid"}]
    cured = program.with_tree(tree)
    assert not cured.tokens
    assert np.allclose(cured.load_data().x.std(axis=0), 1, rtol=1e-3)
    assert "x_mean" in source_of(cured)[0] and "x_mean" not in source_of(scaled)[0]


def test_two_rows_are_judged_whatever_is_split_off():
    x, y = np.array([[1.0], [2.0]]), np.array([1, 0])
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    answer = optlab.diagnose(model, x, y, validation_split=0.1, jobs=1)
    assert answer.few_rows and answer.verdict == "faulty"


def test_a_training_that_was_ended_says_so(rows):
    x, y = rows
    program = read(classifier(), x, y, epochs=10**6)
    engine = KerasEngine(budget=12.0)
    short, first = engine.run(program, 0), engine.watch(program, 0, 1, np.inf).outcome
    assert short.cut and first.cut and short.status == "finished"
    assert short.seconds < first.seconds
    assert not engine.run(read(classifier(), x, y, epochs=2), 0).cut


def test_the_reduction_of_a_loss_is_carried(rows):
    loss = keras.losses.MeanSquaredError(reduction="sum")
    program = read(classifier(loss=loss), *rows)
    assert covered(program).loss.reduction == "sum"


def test_activations_given_as_functions(rows):

    from optlab.validation.programs.calls import arguments_of

    read_ = read(classifier(tf.nn.softmax), *rows)
    assert read_.tree["model"]["layers"][-1]["activation"] == "softmax"
    made = build(read_, 1)
    assert made.layers[-1].activation is tf.nn.softmax
    assert arguments_of(made.layers[-1]) == ["1", "activation='softmax'"]


def test_a_wrapped_constructor_keeps_its_arguments(monkeypatch):
    from optlab.validation.programs.calls import arguments_of

    made = keras.optimizers.Adam(0.01, beta_1=0.5)
    plain = keras.optimizers.Adam.__init__
    monkeypatch.setattr(
        keras.optimizers.Adam, "__init__", lambda self, *a, **k: plain(self, *a, **k)
    )
    assert {"learning_rate=0.01", "beta_1=0.5"} <= set(arguments_of(made))


def test_compile_arguments_are_not_dropped(rows):
    program = read(classifier(loss_weights=[0.5]), *rows)
    with pytest.raises(InputError, match="loss_weights"):
        covered(program)


def test_sum_reduction_is_run_as_it_is(rows):
    x, y = rows
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    loss = keras.losses.MeanSquaredError(reduction="sum")
    model.compile(keras.optimizers.SGD(0.5), loss)
    program = read(model, x * 10, y, epochs=20)
    assert KerasEngine().run(program, 0).status == "diverged"


def test_own_train_step(rows):
    class Frozen(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1, activation="sigmoid")

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data[0], data[1]
            return {"loss": self.compute_loss(x, y, self(x, training=True))}

    model = Frozen()
    model.compile("adam", "binary_crossentropy")
    program = read(model, *rows, epochs=2)
    before = [w.copy() for w in model.get_weights()]
    outcome = KerasEngine().run(program, 0)
    assert outcome.status == "finished" and outcome.steps == 10
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_several_inputs_and_outputs(rows):
    x, _ = rows
    one, two = keras.Input((3,)), keras.Input((2,))
    both = layers.Concatenate()([layers.Dense(4)(one), layers.Dense(4)(two)])
    ends = [layers.Dense(1, name="a")(both), layers.Dense(2, name="b")(both)]
    model = keras.Model([one, two], ends)
    model.compile("adam", "mse")
    program = read(model, [x, x[:, :2]], [x[:, :1], x[:, 1:]], epochs=2)
    outcome = KerasEngine().run(program, 0)
    assert outcome.status == "finished" and outcome.score is None
    assert outcome.training_score is not None


# Verdicts.


def test_linear_outputs_under_cross_entropy_on_the_rows_of_and():
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("adam", "binary_crossentropy")
    answer = optlab.diagnose(model, x, [0, 0, 0, 1], epochs=100, jobs=1, budget=400)
    assert answer.few_rows and answer.verdict != "healthy"
    assert "loss.from_logits" in [found.cause for found in answer.causes]


def test_class_numbers_under_a_sigmoid_stay_class_numbers():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(240, 2))
    y = (x[:, 0] > 0).astype(int) + 2 * (x[:, 1] > 0)
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    answer = optlab.diagnose(model, x, y, epochs=30, jobs=1, budget=400)
    assert answer.verdict == "faulty" and answer.score_after > 0.7
    assert "data.source" not in answer.fix
    cured = answer.program.cured
    assert np.array_equal(np.unique(cured.load_data().y), [0, 1, 2, 3])
    assert cured.tree["model"]["layers"][-1]["units"] == 4


@pytest.mark.parametrize(
    ("case", "verdict", "cause"),
    [
        (engines.random_labels, "nothing_to_learn", ""),
        (engines.backwards, "faulty", "opt.lr_negative"),
        (engines.rows_of_xor, "faulty", "model.output_activation"),
    ],
)
def test_both_engines_say_the_same(case, verdict, cause):
    assert engines.answers(case) == [(verdict, cause)] * 2


def test_weights_that_are_given_are_no_draw():
    matrix = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    for initializer, given in (
        (keras.initializers.Constant(matrix), True),
        (keras.initializers.Constant(0.5), False),
        ("uniform", False),
    ):
        layer = layers.Embedding(5, 4, embeddings_initializer=initializer)
        layer.build((None, 3))
        assert is_trained(layer) == given


def test_a_split_that_leaves_hardly_a_row_is_not_made(rows):
    x, y = rows
    model = classifier()
    for count, trained in ((2, 2), (4, 4), (20, 16)):
        given = {"x": x[:count], "y": y[:count], "validation_split": 0.2}
        program, notes = read_program(Captured(model, "fit", given))
        assert len(program.load_data(strict=False).x) == trained
        whole = trained == count
        assert any("to train on: all" in note for note in notes) == whole
        assert bool(program.tree["data"].get("unsplit")) == whole


def test_a_stream_that_repeats_its_batch_is_said(rows):
    x, y = rows
    found = read_rows(((x[:8], y[:8]) for _ in range(50)), None, None, classifier())
    assert len(found) == 400 and "the same 8 rows in every batch" in found.notes[0]
    assert found.held == 0

    def stuck(held):
        while True:
            yield held[0][:20], held[1][:20]

    model = classifier(metrics=["accuracy"])
    answer = optlab.diagnose(model, stuck((x, y)), steps_per_epoch=4, epochs=3, jobs=1)
    assert (answer.verdict, answer.causes[0].cause) == ("faulty", "data.same_batch")
    assert answer.causes[0].evidence == {"rows": 20, "held": len(x)}
    other = read_rows(((x[:8] + k, y[:8]) for k in range(5)), None, None, classifier())
    assert len(other) == 40 and not other.notes


@pytest.mark.parametrize("constant", ["inputs", "targets"])
def test_constants_are_named(rows, constant):
    x, y = rows
    x, y = (x * 0, y) if constant == "inputs" else (x, y * 0)
    answer = optlab.diagnose(classifier(), x, y, epochs=2, jobs=1)
    assert answer.verdict == "nothing_to_learn"
    assert f"the {constant} are the same in every row" in str(answer)
    assert any(f"The {constant} are the same" in note for note in answer.notes)


def test_what_optlab_covers_loses_nothing_and_only_changes_are_written():
    model = keras.Sequential(
        [
            keras.Input((6, 4, 1)),
            layers.Conv2D(3, (3, 1), padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9, scale=False),
            layers.Reshape((6, 12)),
            layers.LSTM(5, go_backwards=True),
            layers.Flatten(),
            layers.Dense(2, activation="softmax", kernel_regularizer="l2"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = np.zeros((30, 6, 4, 1), "float32"), np.arange(30) % 2
    captured = Captured(model, "fit", {"x": x, "y": y})
    program = read_program(captured)[0]
    found = covered(program)
    tables = found.to_dict()["model"]["layers"]
    assert tables[0] == {
        "class": "Conv2D",
        "filters": 3,
        "kernel_size": [3, 1],
        "padding": "same",
        "use_bias": False,
    }
    assert tables[1] == {"batch_normalization": {"momentum": 0.9, "scale": False}}
    assert found.build(found.load_data()).model.count_params() == model.count_params()
    edit = {"model.layers.3.go_backwards": False, "optimizer.learning_rate": 0.5}
    cured = cured_program(program, found, found.replace(edit))
    lines = [line.new for line in line_changes(captured, "", program, cured)]
    assert len(lines) == 2 and "LSTM(5)" in " ".join(lines)
