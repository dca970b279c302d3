"""Models of a class of one's own."""

import keras
import numpy as np
import pytest

import optlab
from optlab.errors import InputError
from optlab.validation.programs.engine import KerasEngine
from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.places import Place
from optlab.validation.programs.reading import read_program

layers = keras.layers


class Net(keras.Model):
    """Two layers, called by the class itself."""

    def __init__(self, units=8):
        super().__init__()
        self.hidden = layers.Dense(units, activation="relu")
        self.last = layers.Dense(1, activation="sigmoid")

    def call(self, x):
        return self.last(self.hidden(x))


def test_runs_of_an_own_class_do_not_change_each_other_nor_the_model(rows):
    x, y = rows
    model = Net()
    model.compile(keras.optimizers.SGD(1e-6), "binary_crossentropy")
    program = read_program(Captured(model, "fit", {"x": x, "y": y, "epochs": 2}))[0]
    engine, late = KerasEngine(), np.inf
    first = engine.run(program, 0, late)
    engine.run(program.replace({"optimizer.learning_rate": 0.5}), 0, late)
    assert engine.run(program, 0, late).losses == first.losses
    model.compile(optimizer := keras.optimizers.SGD(1e-6), "binary_crossentropy")
    before = model.get_weights()
    answer = optlab.diagnose(model, x, y, epochs=2, jobs=1, budget=10)
    assert answer.verdict == "faulty"
    assert model.optimizer is optimizer and model.loss == "binary_crossentropy"
    assert float(optimizer.learning_rate) == pytest.approx(1e-6)
    assert int(optimizer.iterations) == 0
    for held, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(held, now)


def test_the_fix_of_an_own_class_makes_it_as_the_script_does(rows, tmp_path):
    from optlab.validation.programs.code import source_of

    x, y = rows
    script = tmp_path / "train.py"
    head = "import keras\nwide = 4\nclass Net(keras.Model):\n    pass\n"
    model = Net(4)
    model.compile("sgd", "binary_crossentropy")
    for call, said in (("Net(wide)", ""), ("Net(units)", "needs 'units'")):
        script.write_text(f"{head}net = {call}\n")
        made = Place(5, 5, 6, 6 + len(call))
        captured = Captured(model, "fit", {"x": x, "y": y}, made=made)
        program = read_program(captured)[0]
        if said:
            with pytest.raises(InputError, match=said):
                source_of(program, str(script))
            continue
        text = source_of(program, str(script))[0]
        assert f"model = {call}\n" in text and "wide = 4\nclass Net" in text
    with pytest.raises(InputError, match="Where it is made is not known"):
        source_of(program)
