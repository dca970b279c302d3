"""The answer in the user's language: lines to change, and the written program."""

import runpy

import keras
import pytest

import optlab
from optlab.validation.programs import hooks
from optlab.validation.programs.building import build
from optlab.validation.programs.engine import KerasEngine
from optlab.validation.programs.lines import LineChange
from optlab.validation.programs.places import Place
from optlab.validation.programs.source import Source, edited
from tests.validation.programs.models import classifier

layers = keras.layers


def test_fixed_program_is_the_cured_one(rows, tmp_path, monkeypatch):
    x, y = rows
    model = classifier("softmax", metrics=["accuracy"])
    answer = optlab.diagnose(
        model, x * 100, y, epochs=40, batch_size=8, jobs=1, budget=400
    )
    assert answer.verdict == "faulty"
    assert len(str(answer).splitlines()) <= 20
    path = tmp_path / "fixed.py"
    optlab.diagnosis.write_fix(answer, path)
    caught = []
    monkeypatch.setattr(
        keras.Model, "fit", lambda self, *a, **k: caught.append((self, a, k))
    )
    runpy.run_path(str(path))
    (made, given, named) = caught[0]
    cured = answer.program.cured
    twin = build(cured, 0)
    made.set_weights(twin.get_weights())
    short = cured.replace({"training.shuffle": False, "training.epochs": None})
    outcome = KerasEngine().run(short.replace({"training.steps": 1}), 0)
    batch = named["batch_size"]
    loss = made.train_on_batch(given[0][:batch], given[1][:batch])
    loss = loss[0] if isinstance(loss, list) else loss
    assert float(loss) == pytest.approx(outcome.first_loss, rel=1e-6)


def test_lines_are_edited():
    assert edited("Dense(1, activation='softmax')", activation="'sigmoid'") == (
        "Dense(1, activation='sigmoid')"
    )
    assert edited("m.fit(x, y, epochs=3)", epochs="9", batch_size="8") == (
        "m.fit(x, y, epochs=9, batch_size=8)"
    )
    assert edited("SGD(0.5)", learning_rate="0.1") == "SGD(0.1)"


def test_changes_follow_the_spelling_of_a_script():
    imports = "import tensorflow as tf\nfrom tensorflow.keras.layers import Dense\n"
    source = Source(f"{imports}net = Sequential([Dense(4), Dense(1)])\nnet.compile()\n")
    own = Place(3, 3, 18, 26)
    assert source.at(own) == "Dense(4)"
    assert source.owner(Place(4, 4, 0, 13)) == "net"
    assert source.call(layers.Dense(2), [own]) == "Dense(2)"
    assert source.call(layers.Flatten(), [own]) == "tf.keras.layers.Flatten()"
    drawn = layers.Conv2D(3, 2, kernel_initializer="he_normal")
    said = source.call(drawn, [own])
    assert said.startswith("tf.keras.layers.Conv2D(3, kernel_size=(2, 2)")
    assert said.endswith("kernel_initializer='he_normal')")


def test_an_insertion_names_the_layer_it_goes_before():
    change = LineChange(4, "", "Flatten()", "before Dense(3)")
    assert str(change) == "line 4, before Dense(3): Flatten()"
    assert str(LineChange(4, "", "x = x / 255")) == "before line 4: x = x / 255"


def test_places_are_those_of_the_script(tmp_path):
    script = tmp_path / "train.py"
    script.write_text("made = make(\n    1,\n)\n")
    seen = []

    def make(number):
        import sys

        seen.append(hooks.place_in(sys._getframe(1)))

    exec(compile(script.read_text(), str(script), "exec"), {"make": make})
    assert seen == [hooks.Place(1, 3, 7, 1)]
