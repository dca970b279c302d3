"""Traces: what is recorded, how often, and that recording changes nothing."""

import pickle

import numpy as np
import pytest

import optlab
from optlab import InputError
from optlab.tracing import Record, Trace
from optlab.training import fit

X = np.random.default_rng(0).normal(size=(48, 3))
Y = X.sum(axis=1)


def trained(record, **more):
    layers = [optlab.Dense(5, activation="relu"), optlab.Dense(1)]
    model = optlab.Sequential(layers, input_shape=(3,), dtype="float64")
    return fit(
        model, X, Y, loss="mse", optimizer=optlab.Adam(0.01), batch_size=16, epochs=3,
        record=record, **more,
    )  # fmt: skip


def test_rows_and_names():
    run = trained(2)
    trace = run.trace
    assert len(trace) == 5
    assert trace.steps.tolist() == [0, 2, 4, 6, 8]
    assert trace.names == run.model.parameters.names
    assert trace.layers == tuple(name for name, _ in run.model.activations())
    assert trace.loss == pytest.approx(run.losses[::2])
    assert trace.learning_rate == pytest.approx([0.01] * 5)
    for name in ("gradient_norm", "parameter_norm", "update_norm", "ratio"):
        assert getattr(trace, name).shape == (5, 4)
    assert trace.slots["velocity"].shape == (5, 4)
    assert trace.activation_zero.shape == (5, len(trace.layers))
    assert ((trace.activation_zero >= 0) & (trace.activation_zero <= 1)).all()
    assert trace.parameters is None
    assert trace.slot_values == {}
    with pytest.raises(AttributeError, match="no attribute 'nom'"):
        _ = trace.nom


def test_values_are_those_of_the_steps():
    run = trained(Record(every=1, values=True, activations=False))
    trace = run.trace
    assert trace.parameters.shape == (9, run.model.parameters.size)
    np.testing.assert_array_equal(
        trace.parameters[1:], (trace.parameters + trace.updates)[:-1]
    )
    np.testing.assert_array_equal(
        trace.parameters[-1] + trace.updates[-1], run.model.parameters.flat
    )
    kernel = slice(0, 15)
    norms = np.linalg.norm(trace.updates[:, kernel], axis=1)
    np.testing.assert_allclose(trace.update_norm[:, 0], norms)
    ratio = norms / np.linalg.norm(trace.parameters[:, kernel], axis=1)
    np.testing.assert_allclose(trace.ratio[:, 0], ratio)
    assert np.isnan(trace.ratio[0, 1])
    # The first step of Adam from zero slots: m = (1 - beta_1) g.
    np.testing.assert_allclose(
        trace.slot_values["momentum"][0], 0.1 * trace.gradients[0]
    )
    np.testing.assert_allclose(
        trace.gradient_std[:, 0], trace.gradients[:, kernel].std(axis=1)
    )
    assert trace.layers == ()


def test_recording_changes_nothing():
    assert trained(None).losses.tobytes() == trained(1).losses.tobytes()


def test_without_slots():
    assert trained(Record(slots=False)).trace.slots == {}


def test_state_and_copies():
    trace = trained({"every": 3}).trace
    again = Trace.from_state(trace.save_state())
    assert again.update_norm.tobytes() == trace.update_norm.tobytes()
    assert again.slots.keys() == trace.slots.keys()
    copied = trace.copy()
    copied._rows["steps"].append(99)
    assert len(copied) == len(trace) + 1
    assert pickle.loads(pickle.dumps(trace)).steps.tolist() == [0, 3, 6]


@pytest.mark.parametrize(
    "record, expected",
    [
        (None, None),
        (0, None),
        (False, None),
        (True, Record()),
        (5, Record(every=5)),
        ({"every": 2, "slots": False}, Record(every=2, slots=False)),
        (Record(values=True), Record(values=True)),
    ],
)
def test_what_record_stands_for(record, expected):
    assert Record.of(record) == expected


@pytest.mark.parametrize("record", [-1, 1.5, "all", {"evry": 2}, {"every": 0}])
def test_bad_records(record):
    with pytest.raises(InputError):
        Record.of(record)
