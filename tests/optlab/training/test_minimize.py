"""Walks down analytic functions."""

import os
import signal

import numpy as np
import pytest

import optlab
from optlab import InputError, callbacks
from optlab.run import Run
from optlab.training import minimize


@pytest.mark.parametrize(
    "problem, optimizer, steps, tolerance",
    [
        ("quadratic", optlab.SGD(0.1), 300, 1e-2),
        ("booth", optlab.SGD(0.1), 200, 1e-6),
        ("double-well", optlab.SGD(0.05), 200, 1e-6),
        ("rosenbrock", optlab.Adam(0.05), 2000, 1e-2),
        ("beale", optlab.Adam(0.05), 2000, 1e-2),
        ("himmelblau", optlab.SGD(0.01, momentum=0.5), 300, 1e-6),
    ],
)
def test_reaches_a_minimum(problem, optimizer, steps, tolerance):
    run = minimize(problem, optimizer, steps=steps, record=None)
    assert (run.status, run.steps) == ("finished", steps)
    assert run.trajectory.shape == (steps + 1, run.problem.dimension)
    assert run.losses.shape == (steps + 1,)
    assert run.history == {"loss": run.losses.tolist()}
    assert run.summary()["distance"] < tolerance
    assert run.trace is None


def test_the_trajectory_is_the_optimizer_s():
    run = minimize("double_well", optlab.SGD(0.1), steps=3, start=[0.0])
    x = 0.0
    for k in range(4):
        assert run.trajectory[k, 0] == pytest.approx(x, rel=1e-12)
        assert run.losses[k] == pytest.approx((x - 2) ** 4 - 4 * (x - 2) ** 2 + 5)
        x -= float(np.float32(0.1)) * (4 * (x - 2) ** 3 - 8 * (x - 2))


def test_trace_holds_every_number():
    run = minimize("booth", optlab.Adam(0.1), steps=10, record=2, dtype="float32")
    trace = run.trace
    assert trace.steps.tolist() == [0, 2, 4, 6, 8]
    assert run.trajectory.dtype == np.float32
    np.testing.assert_array_equal(trace.parameters, run.trajectory[:-1:2])
    updates = np.diff(run.trajectory, axis=0)[::2]
    np.testing.assert_array_equal(trace.updates, updates)
    gradients = [run.problem.gradient(p) for p in trace.parameters]
    np.testing.assert_allclose(trace.gradients, gradients, rtol=1e-6)
    assert sorted(trace.slot_values) == sorted(run.optimizer.state)
    assert trace.slot_values["momentum"].shape == (5, 2)
    assert trace.loss.tolist() == run.losses[:-1:2].tolist()


def test_divergence_is_named():
    run = minimize("double-well", optlab.SGD(5.0), start=[0.0], record=1)
    assert run.status == "diverged"
    assert run.steps < 20
    assert run.divergence["step"] == run.steps
    assert not np.isfinite(run.losses[-1]) or not np.isfinite(run.trajectory[-1])
    assert np.isfinite(run.losses[:-1]).all()
    with pytest.raises(InputError, match="diverged"):
        minimize("double-well", optlab.SGD(5.0), resume=run)


@pytest.mark.parametrize("through_file", [False, True])
def test_resumes_bit_for_bit(tmp_path, through_file):
    whole = minimize("rosenbrock", optlab.Adam(0.1), steps=40, callbacks=plateau())
    part = minimize("rosenbrock", optlab.Adam(0.1), steps=15, callbacks=plateau())
    if through_file:
        part = Run.load(part.save(tmp_path / "part"))
    run = minimize(
        "rosenbrock", part.optimizer, steps=40, resume=part, callbacks=plateau()
    )
    assert run.trajectory.tobytes() == whole.trajectory.tobytes()
    assert run.losses.tobytes() == whole.losses.tobytes()
    assert run.trace.updates.tobytes() == whole.trace.updates.tobytes()
    assert run.optimizer.learning_rate == whole.optimizer.learning_rate < 0.1
    if not through_file:
        with pytest.raises(InputError, match="gone on since"):
            minimize(
                "rosenbrock", part.optimizer, steps=50, resume=part, callbacks=plateau()
            )
    with pytest.raises(InputError, match="same `problem`"):
        minimize("booth", "adam", steps=50, resume=run)


def plateau():
    return callbacks.ReduceLROnPlateau("loss", factor=0.9, patience=3, min_delta=5.0)


def test_callbacks_see_steps_as_epochs():
    seen = []

    def watch(step, logs):
        seen.append(logs["loss"])
        return step == 4

    run = minimize("booth", "sgd", steps=50, callbacks=watch)
    assert (run.status, run.steps) == ("stopped_early", 5)
    assert seen == run.losses[1:].tolist()
    restoring = callbacks.EarlyStopping("loss", restore_best_weights=True)
    with pytest.raises(InputError, match="of a model only"):
        minimize("booth", "sgd", callbacks=restoring)


def test_ctrl_c_keeps_what_was_done():
    def press(step, logs):
        if step == 6:
            os.kill(os.getpid(), signal.SIGINT)

    run = minimize("booth", "sgd", steps=50, callbacks=press)
    assert (run.status, run.steps, len(run.trajectory)) == ("interrupted", 7, 8)
    again = minimize("booth", run.optimizer, steps=50, resume=run, callbacks=press)
    assert again.steps == 50
    assert (
        again.trajectory.tobytes()
        == minimize("booth", "sgd", steps=50).trajectory.tobytes()
    )


@pytest.mark.parametrize(
    "change, message",
    [
        ({"problem": "rosenbrok"}, "Did you mean 'rosenbrock'"),
        ({"optimizer": "adm"}, "Did you mean 'adam'"),
        ({"steps": 0}, "`steps`"),
        ({"start": [1.0, 2.0, 3.0]}, r"shape \(2,\)"),
        ({"start": [np.nan, 0.0]}, "must be finite"),
        ({"record": "all"}, "`record`"),
    ],
)
def test_bad_input(change, message):
    with pytest.raises(InputError, match=message):
        minimize(**{"problem": "booth", "optimizer": "sgd", **change})


def test_float16_is_refused():
    with pytest.raises(TypeError, match="float32 or float64"):
        minimize("booth", "sgd", dtype="float16")
