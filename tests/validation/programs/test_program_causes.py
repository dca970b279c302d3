"""Causes that are read off Keras models: a tiny program each, hardly trained."""

import keras
import numpy as np
import pytest

from optlab.diagnosis.causes import CAUSES
from optlab.diagnosis.trials import Outcome
from optlab.diagnosis.watch import Watch
from optlab.validation.programs.building import build, is_trained
from optlab.validation.programs.engine import KerasEngine
from optlab.validation.programs.facts import ProgramFacts
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.probing import probe
from optlab.validation.programs.reading import read_program

layers = keras.layers
NUMBERS = np.random.default_rng(0)
LABELS = NUMBERS.integers(0, 2, 60)
ROWS = NUMBERS.normal(size=(60, 3)).astype("float32")
SEQUENCES = NUMBERS.normal(size=(60, 12, 3)).astype("float32")
PICTURES = NUMBERS.integers(0, 256, (60, 8, 8, 1)).astype("float32")


def chain(*parts, shape, dtype="float32"):
    return keras.Sequential([keras.Input(shape, dtype=dtype), *parts])


def program(model, x, y, loss="binary_crossentropy", metrics=None, **fit):
    compiled = {"optimizer": "adam", "loss": loss, "metrics": metrics}
    model.compile(**compiled)
    arguments = {"x": x, "y": y, **fit}
    return read_program(Captured(model, "fit", arguments, compiled))[0]


def suspected(name, read, **seen):
    data = read.load_data(strict=False)
    facts = ProgramFacts(read, data, read.to_dict())
    return CAUSES[name].test(facts, Watch(Outcome(0.5, "finished"), **seen))


def cured(read, suspicion, number=0):
    """Return the model with a cure."""
    return build(read.with_tree(suspicion.cures[number](read.to_dict())), 0)


def ending():
    return layers.Dense(1, activation="sigmoid")


def test_pixels_and_their_cure():
    read = program(chain(layers.Flatten(), ending(), shape=(8, 8, 1)), PICTURES, LABELS)
    found = suspected("data.image_unscaled", read)
    scaled = read.with_tree(found.cures[0](read.to_dict())).load_data().x
    np.testing.assert_allclose(scaled, PICTURES / 255, atol=1e-6)
    assert suspected("data.unscaled_inputs", read) is None
    own = chain(layers.Rescaling(1 / 255), layers.Flatten(), ending(), shape=(8, 8, 1))
    assert suspected("data.image_unscaled", program(own, PICTURES, LABELS)) is None


def test_places_without_a_flatten():
    model = chain(layers.Conv1D(4, 3), ending(), shape=(12, 3))
    found = suspected("model.rank_mismatch", read := program(model, SEQUENCES, LABELS))
    assert found.evidence["output_shape"] == "(10, 1)"
    assert cured(read, found).output_shape == (None, 1)
    whole = chain(layers.Conv1D(4, 3), layers.Flatten(), ending(), shape=(12, 3))
    read = program(whole, SEQUENCES, LABELS)
    assert suspected("model.rank_mismatch", read) is None


def test_sequences_for_single_targets():
    recurrent = layers.LSTM(4, return_sequences=True)
    read = program(chain(recurrent, ending(), shape=(12, 3)), SEQUENCES, LABELS)
    found = suspected("model.rnn_return_sequences", read)
    assert cured(read, found).output_shape == (None, 1)
    assert suspected("model.rank_mismatch", read) is None
    each = np.repeat(LABELS[:, None, None], 12, axis=1)
    model = chain(layers.LSTM(4, return_sequences=True), ending(), shape=(12, 3))
    read = program(model, SEQUENCES, each)
    assert suspected("model.rnn_return_sequences", read) is None


def test_words_beyond_the_embedding():
    words = NUMBERS.integers(0, 50, (60, 5))
    words[0, 0] = 49
    parts = layers.Embedding(20, 2), layers.Flatten(), ending()
    read = program(chain(*parts, shape=(5,), dtype="int32"), words, LABELS)
    found = suspected("model.embedding_range", read)
    assert cured(read, found).layers[0].input_dim == 50
    model = chain(layers.Embedding(50, 2), layers.Flatten(), ending(), shape=(5,))
    scaled = suspected("model.embedding_range", program(model, words / 50, LABELS))
    assert scaled.evidence["fractions"] and not scaled.cures


def test_one_unit_for_three_classes():
    read = program(chain(ending(), shape=(3,)), ROWS, np.arange(60) % 3)
    found = suspected("model.output_units", read)
    assert cured(read, found).output_shape == (None, 3)
    assert suspected("data.label_encoding", read) is None
    assert (
        suspected(
            "model.output_units", program(chain(ending(), shape=(3,)), ROWS, LABELS)
        )
        is None
    )


@pytest.mark.parametrize("trained", [False, True])
def test_frozen_trunks(trained):
    trunk = layers.Conv1D(32, 3, trainable=False)
    model = chain(trunk, layers.Flatten(), ending(), shape=(12, 20))
    if trained:
        weights = NUMBERS.standard_t(3, size=(3, 20, 32)) * 0.1
        trunk.set_weights([weights, np.zeros(32)])
    assert is_trained(trunk) is trained
    sequences = NUMBERS.normal(size=(60, 12, 20))
    read = program(model, sequences, LABELS)
    found = suspected("trainable.frozen_trunk", read)
    assert found.evidence["random_weights"] is not trained
    assert (found.weight < 0.5) is trained
    assert suspected("model.frozen", read) is None
    assert cured(read, found).layers[0].trainable


def test_a_step_that_updates_nothing():
    class Still(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = ending()

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            return {"loss": self.compute_loss(data[0], data[1], self(data[0]))}

    read = program(Still(), ROWS, ROWS[:, 0] > 0, epochs=20, batch_size=20)
    engine = KerasEngine()
    seen = engine.watch(read, 0, 60, float("inf"))
    found = suspected("opt.not_applied", read, moved=seen.moved)
    assert found.readable
    changed = read.with_tree(found.cures[0](read.to_dict()))
    assert engine.run(changed, 0).last_loss < engine.run(read, 0).last_loss - 0.01
    assert suspected("opt.not_applied", read, moved=0.1) is None


def test_gradients_through_time():
    keras.utils.set_random_seed(0)

    def ratio(scale):
        start = keras.initializers.Constant(scale)
        model = chain(
            layers.SimpleRNN(
                1, activation="linear", recurrent_initializer=start, name="recurrent"
            ),
            layers.Dense(1),
            shape=(12, 3),
        )
        model.compile("adam", "mse")
        return probe(model, [SEQUENCES], [ROWS[:, :1]]).through_time

    # A linear state that is multiplied by s each step: s to the power of 11.
    assert ratio(0.5) == [pytest.approx(0.5**11, rel=1e-4)]
    assert ratio(2.0) == [pytest.approx(2.0**11, rel=1e-4)]
    model = chain(layers.SimpleRNN(4), ending(), shape=(12, 3))
    read = program(model, SEQUENCES, LABELS)
    found = suspected("model.vanishing_through_time", read, through_time=1e-8)
    assert type(cured(read, found).layers[0]) is layers.LSTM
    found = suspected("model.exploding_through_time", read, through_time=1e8)
    assert found.cures[0](read.to_dict())["optimizer"]["clipnorm"] == 1.0
    assert suspected("model.vanishing_through_time", read, through_time=0.1) is None


@pytest.mark.parametrize(
    ("metrics", "y", "loss", "name"),
    [
        (["accuracy"], ROWS[:, 0], "mse", "accuracy"),
        ([keras.metrics.Accuracy()], LABELS, "binary_crossentropy", "Accuracy"),
        (
            ["accuracy"],
            LABELS,
            keras.losses.BinaryCrossentropy(from_logits=True),
            "accuracy",
        ),
        (["accuracy"], LABELS, "binary_crossentropy", None),
        (["mae"], ROWS[:, 0], "mse", None),
    ],
)
def test_metrics_that_say_nothing(metrics, y, loss, name):
    model = chain(layers.Dense(1), shape=(3,))
    found = suspected("metric.meaningless", program(model, ROWS, y, loss, metrics))
    assert (found.evidence["metric"] if found else None) == name


def words(*parts):
    """Return a program that reads words, and its suspicions by name."""
    ids = NUMBERS.integers(0, 900, (60, 12))
    embedding = layers.Embedding(900, 8)
    model = chain(embedding, *parts, ending(), shape=(12,))
    read = program(model, ids, LABELS)
    return read, lambda name: suspected(name, read)


def test_numbers_of_words_are_not_unscaled():
    assert words(layers.GlobalAveragePooling1D())[1]("data.unscaled_inputs") is None


def test_penalties_of_layers_that_are_not_dense():
    strong = {"kernel_regularizer": keras.regularizers.L2(0.1)}
    read, said = words(layers.Conv1D(16, 3, **strong), layers.Flatten())
    found = said("reg.l2_strong")
    assert found.evidence["factor"] == 0.1
    assert not [layer for layer in cured(read, found).layers if layer.losses]
    weak = layers.Conv1D(16, 3, kernel_regularizer=keras.regularizers.L2(1e-5))
    assert words(weak, layers.Flatten())[1]("reg.l2_strong") is None


def test_a_unit_between_a_recurrent_layer_and_the_outputs():
    read, said = words(layers.LSTM(16), layers.Dense(1, activation="sigmoid"))
    found = said("model.bottleneck")
    assert cured(read, found).layers[2].units == 16
    assert said("model.capacity") is None
