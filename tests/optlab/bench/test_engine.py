"""Nothing is timed that does not compute the same; peers' troubles end nothing."""

import dataclasses

import numpy as np
import pytest

from optlab import bench
from optlab.bench import machine
from optlab.bench.case import OURS, Benchmark, ParityError, Subject, check_parity
from optlab.bench.engine import prepared, without_what_does_not_fit
from optlab.bench.peers import Peer, split
from optlab.bench.plan import Plan
from optlab.bench.results import rows
from optlab.bench.suites import step
from optlab.bench.work import StepWork
from optlab.errors import InputError


def constant(name, value, tolerance=0.0):
    array = np.full(3, value, np.float32)
    return Subject(name, lambda: None, lambda: [array], tolerance=tolerance)


def case_of(**makers):
    return Benchmark("step", "group", "case", makers)


def test_a_subject_that_computes_something_else_is_not_timed():
    faults = []
    case = case_of(
        optlab=lambda: constant(OURS, 1.0), wrong=lambda: constant("wrong", 1.1)
    )
    assert list(prepared(case, faults)) == [OURS]
    assert faults[0]["kind"] == "differs"
    assert "index 0" in faults[0]["message"]


def test_a_peer_that_raises_is_a_fault_of_its_own():
    faults = []

    def broken():
        raise RuntimeError("no such device")

    case = case_of(optlab=lambda: constant(OURS, 1.0), peer=broken)
    assert list(prepared(case, faults)) == [OURS]
    assert faults[0]["kind"] == "failed"
    assert faults[0]["message"] == "no such device"


def test_ours_is_not_excused():
    def broken():
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        prepared(case_of(optlab=broken), [])


@pytest.mark.parametrize(
    ("theirs", "tolerance", "agrees"),
    [
        (1.0, 0.0, True),
        (1.0000001, 0.0, False),
        (1.0000001, 1e-6, True),
        (1.01, 1e-3, False),
        (float("nan"), 1e-3, False),
    ],
)
def test_parity(theirs, tolerance, agrees):
    ours = [np.ones(3, np.float32)]
    of = constant("peer", theirs, tolerance)
    if agrees:
        check_parity(ours, of.result(), of)
    else:
        with pytest.raises(ParityError, match="peer"):
            check_parity(ours, of.result(), of)


def test_parity_wants_the_same_shapes_and_counts():
    of = constant("peer", 1.0)
    with pytest.raises(ParityError, match="shape"):
        check_parity([np.ones(4, np.float32)], of.result(), of)
    with pytest.raises(ParityError, match="1 arrays, expected 2"):
        check_parity([np.ones(3, np.float32)] * 2, of.result(), of)


def test_a_missing_peer_is_listed():
    peer = Peer("nobody", "a_package_that_nobody_has", "plain", "plain", "")
    assert split([peer]) == ([], [peer])
    found = bench.run(["schedule"], [peer], quick=True, budget=0.001)
    assert found["optlab"]["missing"] == [
        {"peer": "nobody", "package": "a_package_that_nobody_has"}
    ]
    assert {row.subject for row in rows(found)} == {"optlab"}


def test_peers_are_chosen_by_name_and_by_family():
    assert [peer.name for peer in bench.select(["torch-fused", "keras"])] == [
        "torch-fused",
        "keras-eager",
        "keras-function",
        "keras-xla",
    ]
    assert bench.select(["none"]) == []
    with pytest.raises(InputError, match="Did you mean 'torch'"):
        bench.select(["torhc"])


def test_what_does_not_fit_is_refused_with_the_bytes(monkeypatch):
    monkeypatch.setattr(machine, "memory", lambda field: 1_000_000)
    with pytest.raises(InputError, match=r"\(16000000 bytes\)"):
        bench.run(["step"], [], sizes=(1_000_000,))


def test_the_hungriest_peers_are_left_out_where_not_all_fit(monkeypatch):
    case = dataclasses.replace(
        case_of(optlab=constant, small=constant, large=constant),
        needed={"optlab": 100, "small": 200, "large": 700},
    )
    skipped = []
    monkeypatch.setattr(machine, "memory", lambda field: 2_000)
    assert without_what_does_not_fit(case, skipped) is case
    assert skipped == []
    monkeypatch.setattr(machine, "memory", lambda field: 500)
    assert list(without_what_does_not_fit(case, skipped).subjects) == [OURS, "small"]
    assert skipped[0].startswith("large of ")
    assert "need 1 kB, and 500 B are free" in skipped[0]
    monkeypatch.setattr(machine, "memory", lambda field: 50)
    assert without_what_does_not_fit(case, skipped) is None
    assert skipped[1].startswith("all of ")


def test_what_does_not_fit_ends_nothing_else(monkeypatch):
    monkeypatch.setattr(machine, "memory", lambda field: 10_000)
    found = bench.run(["step"], [], budget=0.001, optimizers=("sgd",))
    assert {row.case for row in rows(found)} == {"100"}
    assert any("100000000" in text for text in found["optlab"]["skipped"])


def test_finished_cases_are_kept_while_others_run():
    kept = []
    found = bench.run(["schedule"], [], quick=True, budget=0.001, keep=kept.append)
    sizes = [len(document["benchmarks"]) for document in kept]
    assert sizes == sorted(set(sizes)) and sizes[-1] < len(found["benchmarks"])
    assert all(document["optlab"]["interrupted"] for document in kept)
    assert not found["optlab"]["interrupted"]


def test_what_was_timed_before_an_interruption_is_kept():
    def interrupt(text):
        if text.startswith("2/"):
            raise KeyboardInterrupt

    found = bench.run(["schedule"], [], quick=True, budget=0.001, watch=interrupt)
    assert len({row.case for row in rows(found)}) == 1
    assert "interrupted" in found["optlab"]["skipped"][0]


def test_numpy_steps_are_the_same_bits_and_the_limit_leaves_ours_alone():
    case = step.case(
        Plan(tuple(bench.select(["numpy"]))),
        "Adam step, one tensor",
        "500",
        StepWork("adam", ((500,),)),
    )
    faults = []
    subjects = prepared(case, faults)
    assert list(subjects) == ["optlab", "limit", "numpy"]
    assert faults == []
    before = subjects["optlab"].result()[0].copy()
    subjects["limit"].run()
    np.testing.assert_array_equal(subjects["optlab"].result()[0], before)
    assert case.bytes_moved == 28 * 500


@pytest.mark.parametrize("suite", ["loss", "dense", "schedule"])
def test_plain_numpy_agrees_in_every_suite(suite):
    found = bench.run([suite], bench.select(["numpy"]), quick=True, budget=0.001)
    assert found["optlab"]["faults"] == []
    assert found["benchmarks"]


def test_an_unknown_suite_is_named():
    with pytest.raises(InputError, match="Did you mean 'step'"):
        bench.run(["stepp"], [])
