"""Plots of a trace: internals, gradients, updates and activations by layer."""

import numpy as np
import pytest

from optlab import plots
from optlab.errors import InputError


def drawn(ax):
    return [line for line in ax.lines if len(line.get_xdata()) > 2]


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def columns(ax):
    return np.column_stack([line.get_ydata() for line in drawn(ax)])


def test_the_fixture_has_a_trace(trained):
    assert len(trained.trace) == 6 or len(trained.trace) == 5


@pytest.mark.parametrize("statistic", ["norm", "mean", "std"])
def test_gradients_by_tensor(trained, statistic):
    ax = plots.plot_gradients(trained, statistic=statistic)
    assert np.array_equal(columns(ax), getattr(trained.trace, f"gradient_{statistic}"))
    assert drawn(ax)[0].get_xdata().tolist() == trained.trace.steps.tolist()
    assert labels(ax) == ["dense", "dense_1", "kernel", "bias"]
    kernel, bias, other = drawn(ax)[:3]
    assert kernel.get_color() == bias.get_color() != other.get_color()
    assert kernel.get_linestyle() != bias.get_linestyle()


def test_update_ratios(trained):
    ax = plots.plot_update_ratios(trained)
    ratio = trained.trace.ratio
    assert np.array_equal(columns(ax), ratio, equal_nan=True)
    (usual,) = [line for line in ax.lines if line.get_label() == "0.001, usual"]
    assert set(usual.get_ydata()) == {1e-3}


@pytest.mark.parametrize("statistic", ["std", "mean", "zero"])
def test_activations_by_layer(trained, statistic):
    ax = plots.plot_activations(trained, statistic=statistic)
    found = getattr(trained.trace, f"activation_{statistic}")
    assert np.array_equal(columns(ax), found)
    assert labels(ax) == list(trained.trace.layers)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("momentum", lambda trace: trace.slot_values["momentum"]),
        ("velocity", lambda trace: trace.slot_values["velocity"]),
        ("gradient", lambda trace: trace.gradients),
        ("update", lambda trace: trace.updates),
        ("step", lambda trace: np.abs(trace.updates)),
    ],
)
def test_internals_of_a_problem_by_coordinate(valley, quantity, expected):
    ax = plots.plot_internals(valley, quantity)
    assert np.array_equal(columns(ax)[:, :2], expected(valley.trace))
    assert labels(ax)[:2] == ["$x_{0}$", "$x_{1}$"]


def test_the_rate_stands_beside_the_step(valley):
    ax = plots.plot_internals(valley, "step")
    assert drawn(ax)[-1].get_label() == "learning rate"
    assert np.array_equal(drawn(ax)[-1].get_ydata(), valley.trace.learning_rate)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("velocity", lambda trace: trace.slots["velocity"]),
        ("gradient", lambda trace: trace.gradient_norm),
        ("step", lambda trace: trace.update_norm),
    ],
)
def test_internals_of_a_training_by_tensor(trained, quantity, expected):
    ax = plots.plot_internals(trained, quantity)
    assert np.array_equal(columns(ax), expected(trained.trace))
    assert ax.get_ylabel().startswith("norm of")


def test_of_many_coordinates_some_are_drawn(bowl):
    ax = plots.plot_internals(bowl, "gradient", most=3)
    assert labels(ax) == ["$x_{0}$", "$x_{2}$", "$x_{4}$"]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda r: plots.plot_internals(r("valley"), "velocty"), "'velocity'"),
        (lambda r: plots.plot_internals(r("valley"), most=0), "at least 1"),
        (lambda r: plots.plot_gradients(r("trained"), statistic="max"), "statistic"),
        (lambda r: plots.plot_activations(r("trained"), statistic="x"), "statistic"),
        (lambda r: plots.plot_activations(r("valley")), "no activations"),
        (lambda r: plots.plot_gradients(object()), "no trace"),
    ],
)
def test_bad_input(draw, message, request):
    with pytest.raises(InputError, match=message):
        draw(request.getfixturevalue)
