"""The pictures of step speed."""

import pytest

from optlab.bench import report, results
from optlab.bench.case import Benchmark
from optlab.bench.timing import Timing
from optlab.errors import InputError
from optlab.plots import save
from optlab.plots.bench import plot_bench, plot_ratios, plot_step_speed


def found():
    entries = []
    for n in (100, 10_000):
        case = Benchmark("step", "Adam step, one tensor", str(n), {}, unit_count=n)
        timings = {
            "optlab": Timing(1, [n * 1e-9]),
            "limit": Timing(1, [n * 5e-10]),
            "torch": Timing(1, [n * 3e-9]),
        }
        entries += results.add(case, timings)
    return results.rows({"benchmarks": entries})


def test_time_a_parameter_against_size():
    ax = plot_step_speed(found(), caches={"L1": 32_768, "L3": 1 << 30})
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["optlab"].get_ydata() == pytest.approx([1.0, 1.0])
    assert list(lines["torch"].get_xdata()) == [100, 10_000]
    assert lines["limit"].get_linestyle() == "--"
    assert [text.get_text() for text in ax.texts] == ["L1"]


def test_bars_of_ratios():
    ax = plot_ratios(report.summary(found()))
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [
        "Adam step, one tensor",
        "100",
        "10000",
    ]
    assert [bar.get_width() + 1 for bar in ax.patches] == pytest.approx([3.0, 3.0])
    assert "torch" in ax.texts[0].get_text()


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_both_are_drawn(tmp_path, suffix):
    path = tmp_path / f"bench.{suffix}"
    save(plot_bench(found(), report.summary(found())), path)
    assert path.stat().st_size > 5_000


def test_nothing_to_draw():
    with pytest.raises(InputError, match="nothing to draw"):
        plot_bench([], [])
