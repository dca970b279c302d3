"""What holds for every plot: labels, formats, legends beside the data, no globals."""

import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from optlab import plots, schedules

PLOTS = {
    "loss of a training": lambda r: plots.plot_loss(r("trained")),
    "loss of a problem": lambda r: plots.plot_loss(r("valley"), gap=True),
    "loss of several": lambda r: plots.plot_loss(
        {"one": r("valley"), "two": r("exploded")}, title="Two"
    ),
    "metric": lambda r: plots.plot_metric(r("trained"), title="Accuracy"),
    "trajectory in 1-D": lambda r: plots.plot_trajectory(r("well"), title="Path"),
    "trajectory in 2-D": lambda r: plots.plot_trajectory(r("valley"), title="Path"),
    "trajectory that leaves": lambda r: plots.plot_trajectory(r("exploded")),
    "coordinates": lambda r: plots.plot_coordinates(r("bowl"), title="Path"),
    "slot of a problem": lambda r: plots.plot_internals(r("valley"), "velocity"),
    "slot of a training": lambda r: plots.plot_internals(r("trained"), "velocity"),
    "step": lambda r: plots.plot_internals(r("valley"), "step", title="Step"),
    "gradients": lambda r: plots.plot_gradients(r("trained"), title="Gradients"),
    "updates": lambda r: plots.plot_update_ratios(r("trained"), title="Updates"),
    "activations": lambda r: plots.plot_activations(r("trained"), title="Spread"),
    "filters": lambda r: plots.plot_filters(r("convolved"), title="Filters"),
    "feature maps": lambda r: plots.plot_feature_maps(r("convolved"), title="Maps"),
    "schedule": lambda r: plots.plot_schedule(
        {"a": schedules.CosineDecay(0.1, 50), "b": lambda step: 0.05}, 60, title="Two"
    ),
}
every_plot = pytest.mark.parametrize("name", PLOTS)


@pytest.fixture
def draw(request):
    return lambda name: PLOTS[name](request.getfixturevalue)


@every_plot
def test_both_formats_are_written(name, draw, tmp_path):
    figure = draw(name).figure
    assert isinstance(figure, Figure)
    png = plots.save(figure, tmp_path / "a.png", dpi=40).read_bytes()
    assert png.startswith(b"\x89PNG")
    svg = plots.save(figure, tmp_path / "a.svg").read_bytes()
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_run_gives_the_same_bytes(suffix, draw, tmp_path):
    first, second = (
        plots.save(draw("metric").figure, tmp_path / f"{k}.{suffix}", dpi=40)
        for k in "ab"
    )
    assert first.read_bytes() == second.read_bytes()


@every_plot
def test_axes_are_labelled_and_the_legend_covers_nothing(name, draw):
    ax = draw(name)
    assert ax.get_xlabel()
    assert ax.get_ylabel() or ax.images  # tiles of an image have no scale
    figure = ax.figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    box = ax.get_window_extent(renderer)
    page = figure.bbox
    legend = ax.get_legend()
    if legend is not None:
        extent = legend.get_window_extent(renderer)
        assert not box.padded(-1).overlaps(extent)
        assert extent.x1 <= page.x1 + 1
        assert extent.y1 <= page.y1 + 1
        for text in ax.findobj(Text):
            if text.get_text() == ax.get_title(loc="left") != "":
                assert not text.get_window_extent(renderer).overlaps(extent)
    assert box.width > 0.5 * page.width
    assert box.height > 0.5 * page.height


@every_plot
def test_the_callers_axes_are_used_and_nothing_outside_changes(name, request):
    before = dict(matplotlib.rcParams)
    figure = Figure()
    ax = figure.subplots()
    drawn = []

    class OnTheseAxes:
        """Stands in for `plots`, and passes the axes on."""

        def __getattr__(self, function):
            return lambda *args, **options: drawn.append(
                getattr(plots, function)(*args, **{**options, "ax": ax})
            )

    swapped = {**globals(), "plots": OnTheseAxes()}
    maker = type(PLOTS[name])(PLOTS[name].__code__, swapped)
    maker(request.getfixturevalue)
    assert drawn == [ax]
    assert ax.lines or ax.images
    assert dict(matplotlib.rcParams) == before


def test_importing_plots_is_light_and_pyplot_is_never_used():
    program = (
        "import sys, optlab.plots as plots;"
        "early = [m for m in sys.modules if m.startswith('matplotlib')];"
        "plots.plot_schedule(lambda step: 1.0, 5);"
        "print(early, 'matplotlib.pyplot' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[] False"
