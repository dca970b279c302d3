"""Loss and metric curves: what is drawn is what was recorded."""

from types import SimpleNamespace

import numpy as np
import pytest

from optlab import plots
from optlab.errors import InputError


def curve(values, status="finished", rate=0.1, **columns):
    """Stand in for a run of `fit` with this loss by epoch."""
    return SimpleNamespace(
        history={"loss": list(values), **columns},
        losses=np.array([5.0, 50.0, np.inf]),
        status=status,
        loss="mse",
        optimizer={"class_name": "SGD", "config": {"learning_rate": rate}},
        trajectory=None,
    )


def shown(ax):
    """Return the lines that are curves: with data, and not a marker alone."""
    return [line for line in ax.lines if len(line.get_xdata()) > 1]


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_training_and_validation_loss(trained):
    ax = plots.plot_loss(trained)
    training, validation = shown(ax)
    assert training.get_xdata().tolist() == [1, 2, 3, 4]
    assert training.get_ydata().tolist() == trained.history["loss"]
    assert validation.get_ydata().tolist() == trained.history["val_loss"]
    assert labels(ax) == ["training", "validation"]
    assert ax.get_xlabel() == "epoch"
    assert ax.get_ylabel() == "loss: cross-entropy (nats)"
    assert training.get_color() == validation.get_color()
    assert training.get_linestyle() != validation.get_linestyle()


def test_a_metric(trained):
    ax = plots.plot_metric(trained, "accuracy")
    assert shown(ax)[0].get_ydata().tolist() == trained.history["accuracy"]
    assert ax.get_ylabel() == "accuracy (fraction correct)"


def test_the_value_by_step_and_above_the_minimum(well):
    (line,) = shown(plots.plot_loss(well))
    assert line.get_xdata().tolist() == list(range(13))
    assert line.get_ydata() == pytest.approx(well.losses)
    ax = plots.plot_loss(well, gap=True)
    (line,) = shown(ax)
    assert line.get_ydata() == pytest.approx(well.losses - 1.0)
    assert ax.get_yscale() == "log"


def test_several_runs_have_colours_and_the_names_of_what_differs():
    runs = [curve([3.0, 2.0], rate=rate, val_loss=[3.0, 2.5]) for rate in (0.1, 0.2)]
    ax = plots.plot_loss(runs)
    assert labels(ax) == [
        "learning_rate=0.1",
        "learning_rate=0.2",
        "training",
        "validation",
    ]
    assert len({line.get_color() for line in shown(ax)}) == 2
    assert labels(plots.plot_loss(dict(zip("ab", runs, strict=True))))[:2] == ["a", "b"]
    assert labels(plots.plot_loss(runs, labels=["x", "y"]))[:2] == ["x", "y"]
    same = plots.plot_loss([runs[0], runs[0]])
    assert labels(same)[:2] == ["SGD #1", "SGD #2"]


def test_many_runs_have_colours_of_their_own_and_a_short_legend():
    ax = plots.plot_loss([curve([3.0, 2.0], rate=rate) for rate in range(1, 31)])
    assert len({line.get_color() for line in shown(ax)}) == 30
    assert len(labels(ax)) == 14
    assert labels(ax)[0] == "learning_rate=1"
    assert labels(ax)[-1] == "learning_rate=30"
    assert ax.get_legend().get_title().get_text() == "14 of 30 shown"


def test_a_diverged_run_ends_in_a_cross():
    ax = plots.plot_loss(curve([3.0, 9.0, np.nan], "diverged"))
    (cross,) = [line for line in ax.lines if line.get_marker() == "X"]
    assert cross.get_xdata() == [2]
    assert cross.get_ydata() == [9.0]
    assert "diverged" in labels(ax)
    many = plots.plot_loss([curve([3.0, 2.0]), curve([3.0, 9.0], "diverged", rate=1.0)])
    assert labels(many)[1] == "learning_rate=1 (diverged)"


def test_a_run_that_diverged_in_its_first_epoch_is_drawn_by_step():
    ax = plots.plot_loss(curve([np.inf], "diverged"))
    assert ax.get_xlabel() == "step"
    assert shown(ax)[0].get_ydata()[:2].tolist() == [5.0, 50.0]


def test_an_explosion_does_not_flatten_the_others(valley, exploded):
    ax = plots.plot_loss({"good": valley, "bad": exploded})
    assert ax.get_yscale() == "log"
    assert ax.get_ylim()[1] < 1e9 < np.nanmax(exploded.losses[:-1])


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([3.0, 2.0, 1.0], "linear"),
        ([3.0, 1.0, 0.05], "log"),
        ([-3.0, 2.0, 1.0], "linear"),
        ([0.0, 0.0, 5.0], "linear"),
        ([1.0, -1.0, 2.0, -1e9], "symlog"),
        ([2.0, 2.0, 2.0], "linear"),
        ([1e-320, 1e300, 1.0], "log"),
    ],
)
def test_the_axis_is_logarithmic_where_it_helps(values, scale, tmp_path):
    ax = plots.plot_loss(curve(values))
    assert ax.get_yscale() == scale
    plots.save(ax.figure, tmp_path / "a.png", dpi=30)
    assert plots.plot_loss(curve(values), scale="linear").get_yscale() == "linear"


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda well, trained: plots.plot_loss([]), "at least one run"),
        (lambda well, trained: plots.plot_loss([well, trained]), "cannot share"),
        (lambda well, trained: plots.plot_loss(trained, gap=True), "`gap` is for"),
        (lambda well, trained: plots.plot_loss(well, scale="lin"), "'linear'"),
        (lambda well, trained: plots.plot_loss(well, labels=["a", "b"]), "one name"),
        (lambda well, trained: plots.plot_metric(trained, "acc"), "'accuracy'"),
    ],
)
def test_bad_input(draw, message, well, trained):
    with pytest.raises(InputError, match=message):
        draw(well, trained)


def test_nothing_finite_to_draw():
    run = curve([np.nan])
    run.losses = np.array([np.nan])
    with pytest.raises(InputError, match="nothing to draw"):
        plots.plot_loss(run)


def test_no_known_minimum(well):
    run = SimpleNamespace(**{**vars(well), "losses": well.losses, "problem": None})
    with pytest.raises(InputError, match="minimum is known"):
        plots.plot_loss(run, gap=True)
