"""The page about a run has a panel for everything there is to show."""

import pytest

from optlab import plots
from optlab.run import Run

PROBLEM = ["Path", "Value above the minimum", "Effective step"]
TRAINING = ["Loss", "Accuracy", "Gradients", "Updates", "Activations: spread"]


@pytest.mark.parametrize(
    ("name", "titles", "heading"),
    [
        ("well", PROBLEM, "SGD, learning rate 0.1, on double-well: 12 steps"),
        (
            "valley",
            [*PROBLEM, "First moment (momentum)", "Second moment (velocity)"],
            "Adam, learning rate 0.1, on rosenbrock: 40 steps",
        ),
        (
            "bowl",
            ["Coordinates", *PROBLEM[1:]],
            "SGD, learning rate 0.1, on quadratic: 40 steps",
        ),
        (
            "exploded",
            PROBLEM,
            "SGD, learning rate 0.01, on rosenbrock: 6 steps, diverged",
        ),
        (
            "trained",
            [*TRAINING, "Activations: zeros"],
            "Adam, learning rate 0.01: 4 epochs, 12 steps",
        ),
    ],
)
def test_panels_and_heading(name, titles, heading, request, tmp_path):
    run = request.getfixturevalue(name)
    figure = plots.plot_report(run)
    found = [ax.get_title(loc="left") for ax in figure.axes if ax.get_xlabel()]
    assert sorted(found) == sorted(titles)
    assert figure.get_suptitle() == heading
    suffix = "svg" if name == "well" else "png"
    assert plots.save(figure, tmp_path / f"a.{suffix}", dpi=30).stat().st_size > 5000


def test_a_title_of_ones_own(well):
    assert plots.plot_report(well, title="Mine").get_suptitle() == "Mine"


def test_the_title_names_the_data_and_where_the_rate_went(trained):
    run = Run(optimizer=trained.optimizer, loss=trained.loss)
    run.history = {"loss": [2.0, 1.0], "learning_rate": [0.1, 0.02]}
    run.history["mae"] = run.history["loss"]
    run.epochs, run.steps = 2, 6
    figure = plots.plot_report(run, data="iris")
    heading = "Adam, learning rate 0.1 to 0.02, on iris: 2 epochs, 6 steps"
    assert figure.get_suptitle().startswith(heading)
    assert "MAE" in [ax.get_title(loc="left") for ax in figure.axes]


def test_titles_side_by_side_stand_on_one_line(valley):
    figure = plots.plot_report(valley)
    figure.canvas.draw()
    tops = {
        title.get_text(): title.get_window_extent().y0
        for title in (ax._left_title for ax in figure.axes)
    }
    assert tops["Value above the minimum"] == pytest.approx(tops["Effective step"])
    path = next(ax for ax in figure.axes if ax.get_title(loc="left") == "Path")
    assert path.get_aspect() == 1.0


def test_a_training_without_a_trace_has_curves_only(trained):
    run = Run(optimizer=trained.optimizer, loss=trained.loss)
    run.history, run.status = trained.history, "interrupted"
    run.epochs, run.steps = 1, 3
    figure = plots.plot_report(run)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert titles == ["Loss", "Accuracy"]
    assert figure.get_suptitle().endswith("1 epoch, 3 steps, interrupted")
