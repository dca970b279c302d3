"""Trajectories: path, ends, minima, contour levels, and paths that fly off."""

from types import SimpleNamespace

import numpy as np
import pytest

from optlab import plots, problems
from optlab.errors import InputError
from optlab.plots.contours import contour_levels
from optlab.plots.view import picture_box


def named(ax, label):
    return next(line for line in ax.lines if line.get_label() == label)


def run_of(problem, path):
    return SimpleNamespace(problem=problem, trajectory=np.array(path), optimizer=None)


def test_a_path_on_contours(valley):
    ax = plots.plot_trajectory(valley)
    assert np.array_equal(named(ax, "Adam").get_xydata(), valley.trajectory)
    assert np.array_equal(named(ax, "start").get_xydata()[0], valley.trajectory[0])
    assert np.array_equal(named(ax, "end").get_xydata()[0], valley.trajectory[-1])
    assert named(ax, "minimum").get_xydata().tolist() == [[1.0, 1.0]]
    assert ax.get_xlim() == (-2.0, 2.0)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x_0$", "$x_1$")
    filled = ax.collections[0]
    u, v = np.meshgrid(np.linspace(-2, 2, 241), np.linspace(-1, 3, 241))
    values = valley.problem.values(np.stack([u, v], axis=-1))
    assert filled.levels[0] == 0.0
    assert filled.levels[-1] == pytest.approx(values.max())
    assert (np.diff(filled.levels) > 0).all()


def test_a_path_on_the_curve(well):
    ax = plots.plot_trajectory(well)
    expected = np.column_stack([well.trajectory, well.losses])
    assert named(ax, "SGD").get_xydata() == pytest.approx(expected)
    curve = named(ax, "_f").get_xydata()
    assert curve[:, 1] == pytest.approx(well.problem.values(curve[:, :1]))
    assert [text.get_text() for text in ax.texts][:2] == ["0", "1"]


def test_several_paths_share_a_picture(valley, exploded):
    ax = plots.plot_trajectory([valley, exploded])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[0].startswith("Adam")
    assert labels[1].startswith("SGD")
    assert labels[1].endswith("(out of view from step 2)")


def test_a_path_that_flies_off_is_cut_where_it_leaves(exploded):
    ax = plots.plot_trajectory(exploded)
    path = next(line for line in ax.lines if "out of view" in line.get_label())
    drawn = path.get_xydata()
    assert np.array_equal(drawn[:2], exploded.trajectory[:2])
    assert len(drawn) == 3
    assert not any(line.get_label() == "end" for line in ax.lines)
    assert ax.get_xlim()[1] < 10


def test_a_path_that_comes_back_is_drawn_whole():
    path = [[0.0, 0.0], [9.0, 9.0], [0.5, 0.5]]
    ax = plots.plot_trajectory(run_of(problems.Quadratic(), path))
    assert len(named(ax, "run").get_xydata()) == 3


def test_a_path_that_ends_in_nan(tmp_path):
    path = [[0.0, 0.0], [1.0, 1.0], [np.nan, np.inf]]
    ax = plots.plot_trajectory(run_of(problems.Quadratic(), path))
    plots.save(ax.figure, tmp_path / "a.png", dpi=30)


def test_a_box_of_ones_own(valley):
    ax = plots.plot_trajectory(valley, box=[(0, 1), (2, 3)], colorbar=False)
    assert (*ax.get_xlim(), *ax.get_ylim()) == (0, 1, 2, 3)
    assert len(ax.figure.axes) == 1


def test_without_bounds_the_picture_holds_path_and_minima():
    problem = problems.Function(
        lambda x: (float(x @ x), 2 * x), start=[3.0, 4.0], minima=[[0, 0]]
    )
    box = picture_box(problem, [np.array([[3.0, 4.0], [1.0, 2.0]])])
    assert (box[:, 0] < [0, 0]).all()
    assert (box[:, 1] > [3, 4]).all()


def test_the_path_of_a_function_that_is_gone():
    ax = plots.plot_trajectory(run_of(None, [[0.0, 1.0], [1.0, 2.0]]))
    assert len(named(ax, "run").get_xydata()) == 2


def test_the_median_lies_on_the_middle_level():
    values = np.random.default_rng(0).uniform(0, 1, 20_001) ** 3
    levels = contour_levels(values)
    assert (np.diff(levels) > 0).all()
    assert levels[7] == pytest.approx(np.median(values), rel=0.05)
    assert len(contour_levels(np.ones(4))) == 2


def test_coordinates(bowl):
    ax = plots.plot_coordinates(bowl)
    assert len(ax.lines) == 5
    for i, line in enumerate(ax.lines):
        assert np.array_equal(line.get_ydata(), bowl.trajectory[:, i])
    assert len(plots.plot_coordinates(bowl, most=2).lines) == 2


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda r: plots.plot_trajectory(r("trained")), "no trajectory"),
        (lambda r: plots.plot_trajectory(r("bowl")), "one or two dimensions"),
        (lambda r: plots.plot_trajectory([r("well"), r("valley")]), "same problem"),
        (lambda r: plots.plot_trajectory(r("well"), box=[(1, 0)]), "low before high"),
        (lambda r: plots.plot_coordinates(r("trained")), "no trajectory"),
    ],
)
def test_bad_input(draw, message, request):
    with pytest.raises(InputError, match=message):
        draw(request.getfixturevalue)
