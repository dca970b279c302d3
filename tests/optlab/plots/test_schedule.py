"""Schedules are drawn as they compute."""

import numpy as np
import pytest

from optlab import schedules
from optlab.errors import InputError
from optlab.plots import plot_schedule


def test_every_step_is_drawn():
    decay = schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
    ax = plot_schedule(decay, 30)
    (line,) = ax.lines
    assert line.get_xdata().tolist() == list(range(30))
    assert line.get_ydata() == pytest.approx([decay(step) for step in range(30)])
    assert ax.get_ylim()[0] == 0.0
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "learning rate")


def test_of_very_many_steps_a_selection_with_both_ends():
    ax = plot_schedule(lambda step: 1.0 / (step + 1), 10**6, scale="log")
    steps = ax.lines[0].get_xdata()
    assert len(steps) == 4000
    assert (steps[0], steps[-1]) == (0, 10**6 - 1)
    assert ax.get_yscale() == "log"


def test_several_have_names():
    cosine = schedules.CosineDecay(0.1, 10)
    ax = plot_schedule([cosine, schedules.StepDecay(0.1, 5)], 20)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(set(labels)) == 2
    assert np.ptp(ax.lines[0].get_ydata()) > 0


@pytest.mark.parametrize(
    ("schedule", "steps", "message"),
    [
        (lambda step: 1.0, 0, "at least 1"),
        (lambda step: 1.0, 2.5, "integer"),
        (0.1, 10, "callable"),
        ({}, 10, "at least one schedule"),
    ],
)
def test_bad_input(schedule, steps, message):
    with pytest.raises(InputError, match=message):
        plot_schedule(schedule, steps)
