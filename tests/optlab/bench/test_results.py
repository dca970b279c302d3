"""The JSON is pytest-benchmark's; comparing; tables."""

import dataclasses
import json
import statistics

import pytest

from optlab.bench import compare, report, results
from optlab.bench.case import Benchmark
from optlab.bench.timing import Timing
from optlab.errors import InputError

SECONDS = {"optlab": [2e-3, 1e-3, 3e-3], "limit": [5e-4] * 3, "torch": [4e-3] * 3}


def document(factor=1.0, **machine):
    case = Benchmark(
        "step", "Adam step, one tensor", "100", {}, bytes_moved=2800, unit_count=100
    )
    timings = {
        name: Timing(1, [factor * s for s in seconds])
        for name, seconds in SECONDS.items()
    }
    found = results.document(results.add(case, timings), {"missing": []})
    found["machine_info"].update(machine)
    return found


def test_statistics():
    found = results.stats([3.0, 1.0, 2.0, 10.0], 7)
    assert found["median"] == 2.5
    assert found["min"] == 1.0
    assert found["stddev"] == pytest.approx(statistics.stdev([1, 2, 3, 10]))
    assert found["data"] == [3.0, 1.0, 2.0, 10.0]
    assert found["iterations"] == 7
    assert found["iqr_outliers"] == 1


def test_pytest_benchmark_reads_the_file(tmp_path):
    storage = pytest.importorskip("pytest_benchmark.storage.file")
    logger = pytest.importorskip("pytest_benchmark.logger").Logger(0)
    folder = tmp_path / "storage"
    (folder / "machine").mkdir(parents=True)
    path = folder / "machine" / "0001_results.json"
    path.write_text(json.dumps(document()))
    store = storage.FileStorage(str(folder), logger, default_machine_id="machine")
    (loaded,) = list(store.load_benchmarks())[:1]
    assert loaded["name"] == "step[Adam step, one tensor-100-optlab]"
    assert loaded["median"] == 2e-3


def test_reading_back(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(document()))
    ours, limit, torch = results.rows(results.read(path))
    assert (ours.median, ours.minimum, ours.bandwidth) == (2e-3, 1e-3, 1.4e6)
    assert limit.is_limit and ours.ours and not torch.ours


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "fast", None])
def test_times_are_positive_numbers(tmp_path, value):
    found = document()
    found["benchmarks"][0]["stats"]["median"] = value
    path = tmp_path / "results.json"
    path.write_text(json.dumps(found))
    with pytest.raises(InputError, match="holds no results"):
        results.read(path)


@pytest.mark.parametrize("text", ["{", "{}", '{"benchmarks": [{}]}', "[]"])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(InputError, match="holds no results"):
        results.read(path)


def test_slower_is_past_the_threshold_in_median_and_minimum():
    changes = compare.compare(document(), document(1.5))
    assert [change.slower for change in changes] == [True] * 3
    assert changes[0].ratio == pytest.approx(1.5)
    assert not any(c.slower for c in compare.compare(document(), document(1.2)))


def test_a_median_alone_is_noise():
    busy = document()
    busy["benchmarks"][0]["stats"]["median"] *= 10
    assert not any(c.slower for c in compare.compare(document(), busy))


def test_another_machine_is_refused_unless_asked_for():
    other = document(node="elsewhere")
    with pytest.raises(InputError, match="elsewhere"):
        compare.check_machine(document(), other, False)
    compare.check_machine(document(), other, True)
    compare.check_machine(document(), document(), False)


def test_nothing_in_common():
    empty = {**document(), "benchmarks": []}
    with pytest.raises(InputError, match="no case of optlab's in common"):
        compare.compare(empty, document())


def test_lines_hold_ratios_and_the_part_of_the_limit():
    (table,) = report.lines(results.rows(document())).values()
    ours, limit, torch = table
    assert ours.ratio is None
    # By rounds: 5e-4 and 4e-3 over 2e-3, 1e-3 and 3e-3.
    assert ours.of_limit == 0.25
    assert torch.ratio == 2.0
    assert torch.best_peer and not limit.best_peer


def test_markdown_says_machine_versions_and_date():
    text = report.markdown(document())
    assert "| 100 | torch * | 4 ms |" in text
    assert "numpy" in text and "Measured 20" in text
    short = report.markdown_summary(document())
    assert "| Adam step, one tensor: 100 | 2 ms | torch | 2.00 x |" in short


def test_a_ratio_is_the_median_within_the_rounds():
    seconds = {"optlab": [1.0, 10.0, 2.0], "torch": [3.0, 20.0, 8.0]}
    case = Benchmark("step", "Adam step, one tensor", "100", {})
    timings = {name: Timing(1, values) for name, values in seconds.items()}
    ours, torch = results.rows({"benchmarks": results.add(case, timings)})
    assert torch.over(ours) == 3.0  # of 3, 2 and 4; the medians say 4
    alone = dataclasses.replace(torch, seconds=())
    assert alone.over(ours) == 4.0


def test_threads_are_compared_with_as_many_threads():
    subjects = ["optlab", "limit", "torch", "optlab, 2 threads"]
    subjects += ["limit, 2 threads", "torch, 2 threads"]
    case = Benchmark("threads", "threads", "adam", {}, bytes_moved=8)
    timings = {
        n: Timing(1, [s]) for n, s in zip(subjects, (6, 3, 9, 4, 1, 5), strict=True)
    }
    found = results.rows({"benchmarks": results.add(case, timings)})
    assert [(best.peer, best.ratio) for best in report.summary(found)] == [
        ("torch", 1.5),
        ("torch, 2 threads", 1.25),
    ]
    (table,) = report.lines(found).values()
    assert [line.of_limit for line in table] == [0.5, None, 1 / 3, 0.25, None, 0.2]


def test_a_busy_machine_and_wild_figures_are_flagged():
    sound = document(load=[1.5, 1, 1], cpu_count=2)
    assert not [text for text in report.notes(sound) if "load" in text]
    busy = report.doubts(document(load=[7.25, 1, 1], cpu_count=2))
    assert "load 7.2 on 2 processors" in busy[0]
    case = Benchmark("step", "g", "100", {}, bytes_moved=2800, unit_count=100)
    wild = {
        "optlab": Timing(1, [1e-3, 1e-3, 9e-3, 9e-3, 9e-3]),
        "limit": Timing(1, [5e-3, 5e-3, 4e-2, 4e-2, 4e-2]),
    }
    found = results.document(results.add(case, wild), {"missing": []})
    found["machine_info"].update(load=[0, 0, 0], cpu_count=2)
    said = " ".join(report.doubts(found))
    assert "4.44 times the limit" in said
    (table,) = report.lines(results.rows(found)).values()
    assert report.cells(table[0])[-1] == "4.44 ?"
    spread = document()
    for one in spread["benchmarks"]:
        one["stats"]["q1"], one["stats"]["q3"] = 1e-9, one["stats"]["median"] * 3
    assert any("spread by ±150 %" in text for text in report.doubts(spread))
    assert "±150 % ?" in report.markdown(spread)
