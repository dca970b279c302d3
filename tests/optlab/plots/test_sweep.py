"""The picture of a sweep: lines, crosses where runs diverged, a star at the best."""

import pytest

from optlab import Experiment, sweep
from optlab.plots import plot_sweep, save
from optlab.plots.theme import PALETTE

BOOTH = Experiment(
    function={"name": "booth", "start": [0.0, 0.0]},
    optimizer={"name": "sgd", "learning_rate": 0.05},
    training={"steps": 30},
)
RATE = "optimizer.learning_rate"


def line(ax, label):
    (found,) = (entry for entry in ax.get_lines() if entry.get_label() == label)
    return found


def test_one_setting(tmp_path):
    found = sweep(BOOTH, {RATE: [0.1, 0.001, 0.01, 1e12]})
    ax = plot_sweep(found, title="Booth")
    drawn = line(ax, "loss")
    assert drawn.get_xdata().tolist() == [0.001, 0.01, 0.1, 1e12]
    values = {row.settings[RATE]: row.value for row in found.rows}
    assert drawn.get_ydata()[:3].tolist() == [values[x] for x in (0.001, 0.01, 0.1)]
    assert line(ax, "diverged").get_xdata().tolist() == [1e12]
    assert line(ax, "best").get_ydata().tolist() == [found.best.value]
    assert (ax.get_xscale(), ax.get_xlabel()) == ("log", RATE)
    assert save(ax, tmp_path / "a.png").stat().st_size > 5_000


def test_second_setting_is_a_line_each():
    found = sweep(BOOTH, {RATE: [0.01, 0.02], "training.steps": [5, 10, 20]})
    ax = plot_sweep(found)
    labels = ax.get_legend_handles_labels()[1]
    assert labels == ["steps = 5", "steps = 10", "steps = 20", "best"]
    assert ax.get_xscale() == "linear"


def test_numbers_lie_on_x_and_each_name_has_a_colour_of_its_own():
    names = ["sgd", "adam", "rmsprop"]
    rates = [0.01, 0.1, 1e12, 1e13]
    ax = plot_sweep(sweep(BOOTH, {"optimizer.name": names, RATE: rates}))
    assert (ax.get_xscale(), ax.get_xlabel()) == ("log", RATE)
    drawn = [line(ax, f"name = {name}").get_color() for name in names]
    assert drawn == [*PALETTE[:3]]
    crosses = [entry for entry in ax.get_lines() if entry.get_marker() == "x"]
    lost = {entry.get_color(): entry.get_xdata() for entry in crosses}
    assert PALETTE[0] in lost and set(lost[PALETTE[0]]) == {1e12, 1e13}
    heights = [float(entry.get_ydata()[0]) for entry in crosses]
    assert len(set(heights)) == len(heights)


@pytest.mark.parametrize("values", [["sgd", "adam"], [True, False]])
def test_words_are_ticks(values):
    path = "optimizer.name" if isinstance(values[0], str) else "optimizer.nesterov"
    ax = plot_sweep(sweep(BOOTH, {path: values}))
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [*map(str, values)]
    assert line(ax, "loss").get_linestyle() == "None"
