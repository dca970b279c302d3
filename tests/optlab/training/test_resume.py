"""A run that ended anywhere goes on as if it had not, to the last bit."""

import os
import signal

import numpy as np
import pytest

import optlab
from optlab import InputError, callbacks
from optlab.run import Run
from optlab.training import fit

LOSS = "sparse_categorical_crossentropy"


class InterruptAt(callbacks.Callback):
    """Press Ctrl-C at the end of one step."""

    def __init__(self, step):
        self.step = step

    def on_batch_end(self, step, logs):
        if step == self.step:
            os.kill(os.getpid(), signal.SIGINT)


class StopAt(InterruptAt):
    """Stop the run at the end of one step."""

    def on_batch_end(self, step, logs):
        self.stop_training = step == self.step


def watchers():
    return [
        callbacks.ReduceLROnPlateau("loss", factor=0.9, patience=1, min_delta=9),
        callbacks.EarlyStopping("val_loss", patience=9, restore_best_weights=True),
    ]


def arguments(**more):
    found = {
        "loss": LOSS, "batch_size": 8, "validation_split": 0.2, "seed": 7,
        "metrics": ["accuracy", "balanced_accuracy"], "class_weight": "balanced",
        "record": 3, **more,
    }  # fmt: skip
    return found


def assert_same(a, b):
    assert a.history == b.history
    assert a.losses.tobytes() == b.losses.tobytes()
    assert (a.steps, a.epochs, a.status) == (b.steps, b.epochs, b.status)
    for v, w in zip(a.model.get_weights(), b.model.get_weights(), strict=True):
        assert v.tobytes() == w.tobytes()
    before, after = a.optimizer.save_state(), b.optimizer.save_state()
    assert before.keys() == after.keys()
    for name, value in before.items():
        assert np.asarray(value).tobytes() == np.asarray(after[name]).tobytes()
    if a.trace is not None:
        assert a.trace.steps.tolist() == b.trace.steps.tolist()
        assert a.trace.update_norm.tobytes() == b.trace.update_norm.tobytes()


@pytest.mark.parametrize("through_file", [False, True])
@pytest.mark.parametrize(
    "first, status",
    [
        ({"epochs": 2}, "finished"),
        ({"steps": 9}, "finished"),
        ({"steps": 12}, "finished"),
        ({"epochs": 5, "interrupt": 8}, "interrupted"),
        ({"epochs": 5, "interrupt": 11}, "interrupted"),
        ({"epochs": 5, "stop": 8}, "stopped_early"),
    ],
)
def test_goes_on_bit_for_bit(data, make_model, tmp_path, first, status, through_file):
    x, y = data
    whole = fit(
        make_model(rich=True), x, y, optimizer=optlab.Adam(0.05), epochs=5,
        callbacks=[*watchers(), InterruptAt(-1)], **arguments(),
    )  # fmt: skip
    first = dict(first)
    ender = InterruptAt(first.pop("interrupt", -1))
    stop = first.pop("stop", None)
    if stop is not None:
        ender = type("InterruptAt", (StopAt,), {})(stop)
    part = fit(
        make_model(rich=True), x, y, optimizer=optlab.Adam(0.05),
        callbacks=[*watchers(), ender], **arguments(**first),
    )  # fmt: skip
    assert part.status == status
    assert part.steps < whole.steps
    if through_file:
        part = Run.load(part.save(tmp_path / "part"))
    run = fit(
        part.model, x, y, epochs=5, resume=part,
        callbacks=[*watchers(), InterruptAt(-1)], **arguments(loss=None),
    )  # fmt: skip
    assert_same(whole, run)


def test_fresh_model_and_optimizer_take_up_the_state(data, make_model, tmp_path):
    x, y = data
    schedule = optlab.schedules.CosineDecay(0.05, 40)
    whole = fit(
        make_model(rich=True), x, y, optimizer=optlab.SGD(schedule, momentum=0.9),
        epochs=4, **arguments(),
    )  # fmt: skip
    part = fit(
        make_model(rich=True), x, y, optimizer=optlab.SGD(schedule, momentum=0.9),
        steps=9, **arguments(),
    )  # fmt: skip
    loaded = Run.load(part.save(tmp_path / "part.npz"))
    run = fit(
        make_model(rich=True, seed=3), x, y, epochs=4, resume=loaded,
        optimizer=optlab.SGD(schedule, momentum=0.9), **arguments(),
    )  # fmt: skip
    assert_same(whole, run)
    assert run.history["learning_rate"][0] > run.history["learning_rate"][-1]


def test_nothing_left_to_do(data, make_model):
    x, y = data
    run = fit(make_model(), x, y, loss=LOSS, optimizer="adam", epochs=2)
    again = fit(run.model, x, y, epochs=2, resume=run)
    assert_same(run, again)


def test_averaged_weights_do_not_enter_the_next_step(data, make_model):
    x, y = data
    runs = []
    for split in (None, 2):
        optimizer = optlab.Adam(0.01, use_ema=True, ema_momentum=0.5)
        model = make_model()
        run = None
        for epochs in [4] if split is None else [split, 4]:
            run = fit(
                model, x, y, loss=LOSS, optimizer=optimizer, epochs=epochs, resume=run
            )
        runs.append(run)
    assert_same(*runs)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"batch_size": 9}, "same `batch_size`: 8"),
        ({"seed": 8}, "same `seed`"),
        ({"shuffle": False}, "same `shuffle`"),
        ({"metrics": []}, "same `metrics`"),
        ({"callbacks": [callbacks.TerminateOnNaN()]}, "same `callbacks`"),
        ({"class_weight": None}, "same data"),
        ({"loss": "categorical_crossentropy"}, "shape"),
        ({"validation_split": 0.3}, "same data"),
    ],
)
def test_what_must_be_the_same(data, make_model, change, message):
    x, y = data
    run = fit(make_model(), x, y, optimizer="sgd", epochs=1, **arguments())
    weights = run.model.get_weights()
    with pytest.raises(InputError, match=message):
        fit(run.model, x, y, epochs=2, resume=run, **arguments(**change))
    for a, b in zip(weights, run.model.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_what_cannot_be_resumed(data, make_model):
    x, y = data
    model = make_model()
    run = fit(model, x, y, loss=LOSS, optimizer="adam")
    fit(model, x, y, loss=LOSS, optimizer=run.optimizer)
    with pytest.raises(InputError, match="gone on since"):
        fit(model, x, y, epochs=2, resume=run)
    run = fit(make_model(), x, y, loss=LOSS, optimizer="adam")
    with pytest.raises(InputError, match=r"same `model`: .'InputLayer"):
        fit(make_model(rich=True), x, y, epochs=2, optimizer="adam", resume=run)
    with pytest.raises(InputError, match=r"must be a Run"):
        fit(model, x, y, loss=LOSS, optimizer="adam", resume="run.npz")
    run.status = "diverged"
    with pytest.raises(InputError, match="diverged run"):
        fit(model, x, y, epochs=2, resume=run)
    run.status, run.interrupted_mid_update = "interrupted", True
    with pytest.raises(InputError, match="middle of an update"):
        fit(model, x, y, epochs=2, resume=run)
