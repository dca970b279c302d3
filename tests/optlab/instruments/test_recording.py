"""Instruments read while `fit` goes on, against the same worked out afterwards."""

import numpy as np
import pytest

import optlab
from optlab import InputError, Record, Run
from optlab.instruments import Hessian, eigenvalues, gradient_noise
from optlab.tracing import INSTRUMENTS

RNG = np.random.default_rng(2)
X, Y = RNG.standard_normal((48, 3)), RNG.integers(0, 3, 48)
LOSS = optlab.losses.SparseCategoricalCrossentropy(from_logits=True)


def trained(record, optimizer=None, **more):
    layers = [optlab.Dense(8, activation="tanh"), optlab.Dropout(0.2), optlab.Dense(3)]
    model = optlab.Sequential(layers, input_shape=(3,), dtype="float64")
    arguments = {"batch_size": 48, "steps": 8, "shuffle": False} | more
    optimizer = optimizer or optlab.Adam(0.02)
    return optlab.fit(
        model, X, Y, loss=LOSS, optimizer=optimizer, record=record, **arguments
    )


def test_every_column_is_what_its_definition_says():
    run = trained(Record(instruments="all,density", values=True, activations=False))
    trace = run.trace
    found = trace.instruments
    assert set(found) == {column for each in INSTRUMENTS.values() for column in each}
    assert all(len(column) == len(trace) == 8 for column in found.values())
    model = run.model
    for row in (0, 7):
        point, update = trace.parameters[row], trace.updates[row]
        model.parameters.flat[:] = point
        hessian = Hessian(model, LOSS, X, Y)
        noise = gradient_noise(hessian)
        assert found["noise_scale"][row] == pytest.approx(noise.scale, nan_ok=True)
        assert found["norm_test"][row] == pytest.approx(noise.theta)
        np.testing.assert_allclose(found["snr"][row], noise.snr)
        model.parameters.flat[:] = point + update
        end = Hessian(model, LOSS, X, Y).gradient @ update
        alpha = -end / (hessian.gradient @ update)
        assert found["alpha"][row] == pytest.approx(alpha)
        ratio = np.linalg.norm(update) / np.linalg.norm(point)
        assert found["update_ratio"][row] == pytest.approx(ratio)
    exact, _ = eigenvalues(hessian)
    assert found["sharpness"][7] == pytest.approx(exact[0], rel=0.03)
    assert found["eigenvalues"][7, 0] == found["sharpness"][7]
    moved = model.parameters.flat - trace.parameters[0]
    assert found["distance"][7] == pytest.approx(np.linalg.norm(moved))
    optimizer = run.optimizer
    np.testing.assert_allclose(found["threshold"], 38 / 0.02)
    v = optimizer.state["velocity"]
    below = np.sqrt(np.concatenate([np.ravel(a) for a in v])) + optimizer.epsilon
    root = np.sqrt(np.sqrt(1 - 0.999**8) / (1 - 0.9**8) / below)
    scaled = root[:, None] * hessian.dense() * root
    assert found["preconditioned_sharpness"][7] == pytest.approx(
        np.linalg.eigvalsh(scaled)[-1], rel=0.03
    )
    middle = (found["density_nodes"] * found["density_weights"]).sum(1)
    np.testing.assert_allclose(middle * model.parameters.size, found["trace"])


def test_training_is_not_disturbed_and_traces_are_kept_and_continued(tmp_path):
    record = Record(every=3, instruments="all")
    plain = trained(None, batch_size=16, shuffle=True)
    whole = trained(record, batch_size=16, shuffle=True)
    np.testing.assert_array_equal(
        plain.model.parameters.flat, whole.model.parameters.flat
    )
    part = trained(record, batch_size=16, shuffle=True, steps=4)
    loaded = Run.load(part.save(tmp_path / "part.npz"))
    model = loaded.model
    again = optlab.fit(
        model, X, Y, batch_size=16, steps=8, record=record, resume=loaded
    )
    assert again.trace.steps.tolist() == whole.trace.steps.tolist() == [0, 3, 6]
    for name, column in whole.trace.instruments.items():
        np.testing.assert_array_equal(again.trace.instruments[name], column, name)


def test_what_cannot_be_read():
    with pytest.raises(InputError, match=r"instrument.*'sharp'.*sharpness"):
        Record(instruments="sharp")
    with pytest.raises(InputError, match="a function has no batches"):
        optlab.minimize(
            optlab.problems.Booth(), optlab.SGD(0.01), steps=2,
            record=Record(instruments="trace"),
        )  # fmt: skip
    with pytest.raises(InputError, match="of Lion is not known"):
        trained(Record(instruments="preconditioned-sharpness"), optlab.Lion(0.01))
    found = trained(Record(instruments="all"), optlab.Lion(0.01)).trace.instruments
    assert "sharpness" in found
    assert "threshold" not in found
