"""A layer that nobody knows goes through every room of the lab.

Whatever asks for a layer's class by name and forgets the others fails here.
"""

import json
import math

import numpy as np
import pytest

import optlab
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.sampling import affordable
from optlab.experiments import Experiment
from optlab.layers import REGISTRY, Layer
from optlab.layers.base import Weight
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register


class Gain(Layer):
    """Multiply each entry of the last axis by a weight and a constant.

    Parameters
    ----------
    factor : float
        The constant.
    trainable, name
        See `Layer`.
    """

    def __init__(self, factor, trainable=True, name=None):
        super().__init__(trainable, name)
        self.factor = float(factor)

    def build(self, input_shape, dtype):
        super().build(input_shape, dtype)
        self._buffer = Buffer(input_shape, dtype)
        ones = optlab.initializers.get("ones")
        return [Weight(self, "gain", input_shape[-1:], ones)]

    def resize(self, rows):
        self.output = self._buffer.rows(rows)

    @property
    def learns(self):
        return self.trainable

    @property
    def multiply_adds(self):
        return 2 * math.prod(self.input_shape)

    def forward(self, x, training, rng):
        self._x = x
        np.multiply(x, self.gain * self.dtype.type(self.factor), self.output)
        return self.output

    def backward(self, grad, need_input):
        if self.gain_grad is not None:
            product = (grad * self._x).reshape(-1, len(self.gain)).sum(0)
            self.gain_grad[...] = product * self.dtype.type(self.factor)
        grad *= self.gain * self.dtype.type(self.factor)
        return grad


@pytest.fixture(autouse=True)
def known():
    register(Gain)
    yield
    del REGISTRY["Gain"]


LAYERS = [
    {"class": "Gain", "factor": 0.5, "name": "own"},
    {"units": 8, "activation": "relu"},
    {"class": "Residual", "layers": [{"class": "Gain", "factor": 0.25}]},
    {"units": 2},
]


def experiment(**training):
    return Experiment(
        data={"source": "moons", "scale": "standard"},
        model={"layers": LAYERS},
        loss={"name": "sparse_categorical_crossentropy", "from_logits": True},
        optimizer={"name": "adam", "learning_rate": 0.01},
        training={"epochs": 3, **training},
    )


def test_file_and_changes(tmp_path):
    made = experiment()
    path = tmp_path / "own.toml"
    made.to_toml(path)
    read = Experiment.from_toml(path)
    assert read == made
    changed = read.replace({"model.layers.0.factor": 2.0})
    assert changed.build().model.layers[0].factor == 2.0
    assert changed.diff(read) == {"model.layers.0.factor": (2.0, 0.5)}
    with pytest.raises(optlab.InputError, match="no argument 'factr'"):
        read.replace({"model.layers.0": {"class": "Gain", "factr": 1.0}})


def test_model_and_fit():
    model = experiment().build().model
    assert next(name for name, _ in model.weights) == "own/gain"
    assert "own (Gain)" in model.summary()
    assert model.multiply_adds == 2 * 2 + 2 * 8 + 2 * 8 + 8 * 2
    again = optlab.Sequential.from_config(model.get_config())
    assert again.layers[0].factor == 0.5
    assert model.copy().layers[0].factor == 0.5


def test_gradient():
    model = experiment(dtype="float64").build().model
    x = np.random.default_rng(0).standard_normal((4, 2))
    model.forward(x)
    model.backward(np.ones((4, 2)))
    found, step = model.gradients["own/gain"][0], 1e-6
    ends = []
    for sign in (1, -1):
        model.parameters["own/gain"][0] = 1 + sign * step
        ends.append(model.forward(x).sum())
    assert found == pytest.approx((ends[0] - ends[1]) / 2 / step, rel=1e-6)


def test_run_record_plots_and_resume(tmp_path):
    run = experiment().run(record=1)
    assert run.status == "finished"
    assert "own" in run.trace.layers
    assert "own/gain" in run.trace.names
    run.save(tmp_path / "run.npz")
    loaded = optlab.Run.load(tmp_path / "run.npz")
    assert loaded.model.layers[0].factor == 0.5
    whole = experiment(epochs=5).run()
    longer = experiment(epochs=5).run(resume=loaded)
    assert longer.history["loss"] == whole.history["loss"]
    for plot in (optlab.plots.plot_activations, optlab.plots.plot_update_ratios):
        axes = plot(run)
        assert any("own" in text.get_text() for text in _texts(axes))


def _texts(axes):
    return np.ravel(axes)[0].figure.findobj(lambda artist: hasattr(artist, "get_text"))


def test_command_line(tmp_path, capsys):
    from optlab.cli.app import main

    path = tmp_path / "own.toml"
    experiment().to_toml(path)
    words = ["run", str(path), "--json", "--out", str(tmp_path / "out")]
    code = main([*words, "--set", "model.layers.0.factor=0.75"])
    document = json.loads(capsys.readouterr().out)
    assert code == 0, document
    kept = Experiment.from_toml(next((tmp_path / "out").glob("*.toml")))
    assert kept.to_dict()["model"]["layers"][0] == {
        "class": "Gain",
        "factor": 0.75,
        "name": "own",
    }


def test_diagnosis():
    made = experiment(epochs=40)
    facts = Facts.of(made, made.load_data(strict=False))
    assert facts.fans == [(2, 8), (8, 2)]
    assert affordable(made, 1000.0, []) is made
    answer = optlab.diagnose(made, jobs=1, budget=60)
    assert answer.experiment.to_dict()["model"]["layers"][0]["class"] == "Gain"


def test_a_twin_is_refused_by_name():
    keras = pytest.importorskip("optlab.validation")
    with pytest.raises(optlab.InputError, match=r"no layer 'Gain'\. \(In layer 'own'"):
        keras.to_keras(experiment().build().model)
