"""What `fit` does: batches, order, validation, weights, logits, how it ends."""

import math
import os
import signal
import threading

import numpy as np
import pytest

import optlab
from optlab import InputError, callbacks
from optlab.training import evaluate, fit

LOSS = "sparse_categorical_crossentropy"


def quick(model, x, y, **more):
    return fit(model, x, y, **{"loss": LOSS, "optimizer": "adam", **more})


def seen_rows(data, make_model, **more):
    """The rows of each batch, by a first column that numbers them."""
    x, y = data
    x = x.copy()
    x[:, 0] = np.arange(len(x))
    model = make_model()
    batches = []
    forward = model.forward

    def spy(batch, training=False, rng=None):
        if training:
            batches.append(batch[:, 0].astype(int).tolist())
        return forward(batch, training, rng)

    model.forward = spy
    quick(model, x, y, optimizer=optlab.SGD(0.0), **more)
    return batches


def flat(batches):
    return [row for batch in batches for row in batch]


def test_every_epoch_has_an_order_of_its_own(data, make_model):
    batches = seen_rows(data, make_model, epochs=2, batch_size=16, seed=1)
    assert [len(b) for b in batches] == [16, 16, 16, 12] * 2
    first, second = flat(batches[:4]), flat(batches[4:])
    assert sorted(first) == sorted(second) == list(range(60))
    assert first != second != list(range(60))
    assert batches == seen_rows(data, make_model, epochs=2, batch_size=16, seed=1)
    other = seen_rows(data, make_model, epochs=2, batch_size=16, seed=2)
    assert batches != other


def test_without_shuffling_and_with_a_split(data, make_model):
    batches = seen_rows(data, make_model, shuffle=False, validation_split=0.25)
    assert flat(batches) == list(range(45))


def test_steps_end_within_an_epoch(data, make_model):
    x, y = data
    run = quick(make_model(), x, y, steps=9, batch_size=10)
    assert (run.status, run.steps, run.epochs) == ("finished", 9, 1)
    assert len(run.history["loss"]) == 2
    assert run.history["loss"][1] == pytest.approx(run.losses[6:].mean())
    assert run.history["loss"][0] == pytest.approx(run.losses[:6].mean())


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_seed_gives_the_same_bits(data, make_model, threads):
    import numba
    from threadpoolctl import threadpool_limits

    x, y = np.tile(data[0], (10, 1)), np.tile(data[1], 10)
    layers = [optlab.Dense(300, activation="tanh"), optlab.Dropout(0.2)]
    runs = []
    before = numba.get_num_threads()
    for count in (2, threads):
        numba.set_num_threads(count)
        with threadpool_limits(count):
            model = optlab.Sequential(
                [layer.clone() for layer in (*layers, *layers)] + [optlab.Dense(3)],
                input_shape=(4,),
            )
            runs.append(
                quick(
                    model,
                    x,
                    y,
                    loss={"name": LOSS, "from_logits": True},
                    batch_size=256,
                    epochs=2,
                )
            )
    numba.set_num_threads(before)
    assert runs[0].losses.tobytes() == runs[1].losses.tobytes()


def test_validation_is_unweighted_but_for_its_own_weights(data, make_model):
    x, y = data
    model = make_model()
    weights = np.linspace(0, 1, 60)
    run = quick(
        model, x, y, validation_data=(x, y), class_weight={0: 9}, metrics=["acc"]
    )
    expected = evaluate(model, x, y, LOSS, ["acc"])
    assert run.history["val_loss"] == [expected["loss"]]
    assert run.history["val_acc"] == [expected["acc"]]
    run = quick(make_model(), x, y, validation_data=(x, y, weights))
    expected = evaluate(run.model, x, y, LOSS, sample_weight=weights)
    assert run.history["val_loss"] == [expected["loss"]]


def test_class_and_sample_weights_multiply(data, make_model):
    x, y = data
    rows = np.random.default_rng(0).random(60)
    classes = np.array([1.0, 2.0, 0.5])
    together = quick(
        make_model(), x, y, sample_weight=rows, class_weight={"1": 2.0, 2: 0.5}
    )
    product = quick(make_model(), x, y, sample_weight=rows * classes[y])
    assert together.losses == pytest.approx(product.losses, rel=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
def test_logits_are_recovered_unless_plain(data, make_model, from_logits):
    x, y = data
    loss = {"name": LOSS, "from_logits": from_logits}
    runs = {
        plain: quick(make_model(), x, y, loss=loss, plain=plain)
        for plain in (False, True)
    }
    twin = make_model(activation=None)
    expected = quick(twin, x, y, loss={"name": LOSS, "from_logits": True})
    assert runs[False].losses.tobytes() == expected.losses.tobytes()
    assert (runs[True].losses[0] == pytest.approx(expected.losses[0], 1e-6)) != (
        from_logits
    )
    found = evaluate(runs[False].model, x, y, loss)["loss"]
    assert found == evaluate(twin, x, y, {"name": LOSS, "from_logits": True})["loss"]


def test_the_penalty_is_part_of_the_loss(data, make_model):
    x, y = data
    model = make_model()
    penalty = model.penalty()
    assert penalty > 0
    run = quick(model, x, y, batch_size=60, shuffle=False)
    bare = make_model()
    without = optlab.losses.get(LOSS)(y, bare.predict(x))
    assert run.losses[0] == pytest.approx(without + penalty, rel=1e-5)


def test_a_schedule_is_in_the_history(data, make_model):
    x, y = data
    schedule = optlab.schedules.ExponentialDecay(0.1, 2, 0.5)
    run = quick(make_model(), x, y, optimizer=optlab.SGD(schedule), epochs=2)
    assert run.history["learning_rate"] == pytest.approx([0.05, 0.025])
    assert "learning_rate" not in quick(make_model(), x, y).history


@pytest.mark.parametrize(
    "scaled",
    [
        lambda: optlab.SGD(0.1, loss_scale_factor=8.0),
        lambda: optlab.optimizers.LossScaleOptimizer(
            optlab.SGD(0.1), dynamic_growth_steps=2
        ),
    ],
)
def test_the_loss_is_scaled_by_what_the_optimizer_divides_by(data, make_model, scaled):
    x, y = data
    plain = quick(make_model(), x, y, optimizer=optlab.SGD(0.1), epochs=3, record=1)
    run = quick(make_model(), x, y, optimizer=scaled(), epochs=3, record=1)
    assert run.losses.tobytes() == plain.losses.tobytes()
    norms = run.trace.gradient_norm
    assert norms.tobytes() == plain.trace.gradient_norm.tobytes()


def test_a_frozen_model_stays(data, make_model):
    x, y = data
    model = make_model()
    for layer in model.layers:
        layer.trainable = False
    before = model.get_weights()
    run = quick(model, x, y, epochs=2)
    assert run.status == "finished"
    assert all(map(np.array_equal, before, model.get_weights()))
    again = quick(model, x, y, epochs=3, resume=run)
    assert len(again.history["loss"]) == 3


def test_ctrl_c_between_steps_and_by_a_callback(data, make_model):
    x, y = data

    class Press(callbacks.Callback):
        def on_batch_end(self, step, logs):
            if step == 4:
                os.kill(os.getpid(), signal.SIGINT)

    run = quick(make_model(), x, y, epochs=9, batch_size=20, callbacks=Press())
    assert (run.status, run.steps, run.epochs) == ("interrupted", 5, 1)
    assert len(run.history["loss"]) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def press(epoch, logs):
        if epoch == 1:
            raise KeyboardInterrupt

    run = quick(make_model(), x, y, epochs=9, callbacks=press)
    assert (run.status, run.epochs) == ("interrupted", 2)
    assert len(run.history["loss"]) == 2


def test_in_another_thread(data, make_model):
    x, y = data
    found = []
    thread = threading.Thread(target=lambda: found.append(quick(make_model(), x, y)))
    thread.start()
    thread.join()
    assert found[0].losses.tobytes() == quick(make_model(), x, y).losses.tobytes()


def test_a_plain_function_sees_each_epoch_and_can_stop(data, make_model):
    x, y = data
    seen = []

    def watch(epoch, logs):
        seen.append((epoch, sorted(logs)))
        return epoch == 2

    run = quick(make_model(), x, y, epochs=9, metrics="acc", callbacks=watch)
    assert run.status == "stopped_early"
    assert seen == [(k, ["acc", "loss"]) for k in range(3)]


def test_what_a_callback_adds_becomes_history(data, make_model):
    x, y = data

    def add(epoch, logs):
        if epoch > 0:
            logs["extra"] = 1.0

    run = quick(make_model(), x, y, epochs=2, callbacks=add)
    assert math.isnan(run.history["extra"][0])
    assert run.history["extra"][1] == 1.0


def test_progress_reports_every_epoch(data, make_model):
    x, y = data
    seen = []
    quick(make_model(), x, y, epochs=3, progress=seen.append)
    ended = [s for s in seen if s["epoch_ended"]]
    assert [(s["epoch"], s["step"]) for s in ended] == [(0, 2), (1, 4), (2, 6)]
    assert {(s["epochs"], s["steps"]) for s in seen} == {(3, 6)}
    assert "loss" in ended[0]["logs"]


def test_a_seed_is_drawn_and_kept(data, make_model):
    x, y = data
    a, b = (quick(make_model(), x, y, seed=None) for _ in range(2))
    assert a.settings["seed"] != b.settings["seed"]
    again = quick(make_model(), x, y, seed=a.settings["seed"])
    assert again.losses.tobytes() == a.losses.tobytes()


@pytest.mark.parametrize("shape", [(20,), (20, 1)])
def test_one_input_column(shape):
    x = np.linspace(-1, 1, 20).reshape(shape)
    model = optlab.Sequential([optlab.Dense(1)], input_shape=(1,), dtype="float64")
    run = fit(model, x, 2 * x, loss="mse", optimizer=optlab.SGD(0.5), epochs=60)
    assert model.get_weights()[0].item() == pytest.approx(2, abs=1e-3)
    assert run.losses.dtype == np.float64


@pytest.mark.parametrize(
    "change, message",
    [
        ({"loss": None}, "`loss` is needed"),
        ({"optimizer": None}, "`optimizer` is needed"),
        ({"loss": "msse"}, "Unknown loss 'msse'"),
        ({"optimizer": "adm"}, "Did you mean 'adam'"),
        ({"metrics": ["acuracy"]}, "Did you mean 'accuracy'"),
        ({"callbacks": ["early"]}, "Unknown callback"),
        ({"batch_size": 0}, "`batch_size` must be an integer of at least 1"),
        ({"batch_size": 2.5}, "batch_size=2.5"),
        ({"epochs": 0}, "`epochs`"),
        ({"epochs": 1, "steps": 1}, "not both"),
        ({"steps": True}, "`steps`"),
        ({"seed": -1}, "`seed`"),
        ({"record": -1}, "`every`"),
        ({"validation_split": 1.0}, r"must be in \[0, 1\)"),
        ({"validation_split": 0.99}, "leaves none for training"),
        ({"validation_data": 3}, "`validation_data` must be"),
        ({"validation_data": (1, 2), "validation_split": 0.1}, "not both"),
        ({"class_weight": "unbalanced"}, "'balanced'"),
        ({"class_weight": {7: 1.0}}, "classes from 0 to 2"),
        ({"sample_weight": [1.0]}, "one weight a row"),
        ({"callbacks": [callbacks.EarlyStopping()]}, "no validation data"),
        ({"loss": "binary_crossentropy"}, "shape"),
        ({"metrics": ["auc"]}, "one target an output"),
    ],
)
def test_bad_arguments_change_nothing(data, make_model, change, message):
    x, y = data
    model = make_model()
    before = model.get_weights()
    with pytest.raises(InputError, match=message):
        quick(model, x, y, **change)
    assert all(map(np.array_equal, before, model.get_weights()))


def test_labels_outside_the_classes(data, make_model):
    x, y = data
    with pytest.raises(InputError, match="row 0"):
        quick(make_model(), x, y + 5)
    with pytest.raises(InputError, match=r"In `validation_data\[1\]`"):
        quick(make_model(), x, y, validation_data=(x, y + 5))


def test_a_model_of_another_kind(data):
    with pytest.raises(InputError, match=r"Received: builtins\.dict"):
        quick({}, *data)


def test_an_optimizer_belongs_to_one_model(data, make_model):
    x, y = data
    optimizer = optlab.Adam()
    quick(make_model(), x, y, optimizer=optimizer)
    with pytest.raises(ValueError, match="other parameters"):
        quick(make_model(), x, y, optimizer=optimizer)


def test_trainable_must_not_change_within_a_run(data, make_model):
    x, y = data
    model = make_model()

    def freeze(epoch, logs):
        model.layers[0].trainable = False

    with pytest.raises(InputError, match="`trainable` changed"):
        quick(model, x, y, epochs=2, callbacks=freeze)
