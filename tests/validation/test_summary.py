"""Tables, verdict lines and the page, from made-up results."""

import numpy as np
import pytest

from optlab.validation.page import page
from optlab.validation.parity import EXACT, Tolerance, Where, compare
from optlab.validation.plots import plot_drift, plot_matrix
from optlab.validation.results import Result
from optlab.validation.runs.comparison import RunComparison, StepRow
from optlab.validation.runs.verdict import Verdict
from optlab.validation.summary import cell, lines, modes, verdict

VERSIONS = {"tensorflow": "2", "keras": "3", "intra_op_threads": "1"}
ONE = np.ones(3, np.float32)
NEAR = np.nextafter(ONE, np.float32(2))
LOOSE = Tolerance(roundings=4.0, reason="rounds <elsewhere>")


def made(actual=ONE, tolerance=EXACT, mode="eager", label="adam", **more):
    where = Where(label, "float32", mode, 10, "parameter 0")
    found = [compare(actual, ONE, tolerance, where, ONE)]
    return Result(
        "optimizers", label, "float32", mode, "mixed", tolerance, found, **more
    )


@pytest.mark.parametrize(
    ("results", "text"),
    [
        ([], ""),
        ([made()], "0"),
        ([made(NEAR, Tolerance(2, reason="two"))], "1 ULP"),
        ([made(NEAR, LOOSE)], "1 r"),
        ([made(ONE + 1, Tolerance(roundings=1e9, reason="far"))], "1 rel"),
        ([made(), made(NEAR)], "FAIL 1 ULP"),
        (
            [Result("optimizers", "muon", "float64", "eager", "", EXACT, refused="no")],
            "n/a",
        ),
        ([Result("runs", "x", "float32", "t", "", EXACT, note="drift 1")], "drift 1"),
        (
            [Result("runs", "x", "float32", "t", "", EXACT, error="no", note="h")],
            "FAIL ",
        ),
    ],
)
def test_cells(results, text):
    assert cell(results) == text


def test_lines_and_columns():
    results = [
        made(mode="xla", tolerance=LOOSE),
        made(),
        made(mode="eager, 2 threads"),
        made(NEAR, label="sgd"),
    ]
    assert modes(results) == ["eager", "xla"]
    found = lines(results)
    assert [line.subject for line in found] == ["adam", "sgd"]
    assert [line.passed for line in found] == [True, False]
    assert len(found[0].cells["eager"]) == 2


def test_the_verdict_names_the_first_failure():
    good = verdict([made(), made(NEAR, LOOSE)], VERSIONS)
    assert good.startswith("All 2 comparisons are within their tolerance, 1 of them")
    bad = verdict([made(), made(NEAR)], VERSIONS)
    assert bad.startswith("1 of 2 comparisons are outside")
    for part in ("adam", "float32", "eager", "step 10", "index 0", "1.0000001"):
        assert part in bad


def run(drifts=(0.0, 1e-9), copy=(1e-16, 1e-15)):
    rows = [
        StepRow(k + 1, 1.0, 1.0, drift, drift, 1e-16, ("w", (0,), 1.0, 1.0))
        for k, drift in enumerate(drifts)
    ]
    return Verdict("made", RunComparison("float64", "SGD()", "finished", rows), [*copy])


def test_a_run_without_drift_has_identical_bits():
    same = run((0.0, 0.0), ()).result()
    assert same.note == "identical bits after 2 steps"
    assert same.exact and not run().result().exact
    refused = Result("optimizers", "x", "float32", "eager", "", EXACT, refused="no")
    text = verdict([same, run((0.0, 1e-11)).result(), made(), refused], VERSIONS)
    assert text.startswith("All 4 comparisons are within their tolerance, 2 of them")


def test_no_drift_is_drawn_in_a_band_of_its_own():
    axes = plot_drift(run((0.0, 0.0), ()))
    (label,) = [text for text in axes.texts if text.get_text() == "identical bits"]
    bottom, top = axes.get_ylim()
    (band,) = axes.patches
    (_, low), (_, high) = (
        band.get_extents().transformed(axes.transData.inverted()).get_points()
    )
    assert bottom == pytest.approx(low)
    assert low < label.xy[1] < high < top
    drawn = axes.lines[0].get_ydata()
    assert all(low < value < high for value in drawn)
    assert all(tick > high for tick in axes.get_yticks())
    apart = plot_drift(run((1e-9, 1e-8), (1e-10, 1e-9)))
    assert not apart.patches and not apart.texts


def test_the_page_is_whole_and_self_contained():
    results = [made(), made(NEAR), made(NEAR, LOOSE, "xla"), run().result()]
    text = page(results, [run(), run((0.0, 0.0), ())], VERSIONS, 1.5)
    assert text.count("<svg") == 2
    assert "http" not in text.replace("http://www.w3.org", "").replace(
        "http://purl.org", ""
    ).replace("http://creativecommons.org", "").replace("https://matplotlib.org", "")
    assert "rounds &lt;elsewhere&gt;" in text
    assert "2 of 4 comparisons are outside" in text
    assert "<script" not in text


def test_pictures_show_all_there_is():
    axes = plot_drift(run())
    assert len(axes.lines) == 4
    assert axes.get_yscale() == "log"
    assert all(line.get_ydata().min() > 0 for line in axes.lines)
    assert len(plot_drift(run((0.0,), ())).lines) == 2
    drawn = plot_matrix([made(), made(mode="xla"), run().result()])
    assert [line.get_label() for line in drawn.lines] == ["eager", "xla"]


def test_a_result_draws_its_distance_by_step():
    ax = made(NEAR).plot()
    assert max(ax.lines[0].get_ydata()) == 1
    assert "adam" in ax.get_title("left")
