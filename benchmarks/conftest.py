"""What the suites share: peers, parity first, and what tables need in the JSON."""

import gc

import pytest

from optlab import bench
from optlab.bench import machine
from optlab.bench.case import LIMIT, OURS
from optlab.bench.engine import proved
from optlab.bench.peers import split
from optlab.bench.plan import Plan
from optlab.bench.results import extra_info
from optlab.bench.suites import cases


def pytest_addoption(parser):
    parser.addoption(
        "--peers", default=None, help="Names as for `optlab bench --peers`, by commas."
    )
    parser.addoption(
        "--quick", action="store_true", help="Fewer cases, as `optlab bench --quick`."
    )


def pytest_collection_modifyitems(items):
    # Peers warn of this and that; only our own tests take warnings for errors.
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("default"))


def pytest_generate_tests(metafunc):
    """Give every benchmark of a module its suite's cases and their subjects."""
    suite = getattr(metafunc.module, "SUITE", None)
    if suite is None or "case" not in metafunc.fixturenames:
        return
    words = metafunc.config.getoption("--peers")
    chosen = bench.select(None if words is None else words.split(","))
    plan = Plan(tuple(split(chosen)[0]), quick=metafunc.config.getoption("--quick"))
    pairs = [(case, name) for case in cases([suite], plan) for name in case.subjects]
    ids = [f"{case.group}-{case.name}-{name}" for case, name in pairs]
    metafunc.parametrize(("case", "subject"), pairs, ids=ids)


def pytest_benchmark_update_machine_info(machine_info):
    """Say in every file which machine it was, as `optlab bench` does."""
    machine_info.update(machine.describe())


@pytest.fixture
def time_subject(benchmark):
    """Return a function that proves one subject of a case, then times it."""

    def run(case, name):
        needed = case.needed.get(name, 0) + case.needed.get(OURS, 0)
        if not machine.fits(needed):
            pytest.skip(f"needs {machine.readable(needed)}")
        subject = case.subjects[name]()
        if subject is None:
            pytest.skip(f"{name} has no such thing")
        reference = None
        if name not in (OURS, LIMIT) and subject.result is not None:
            first = next(iter(case.subjects))
            reference = proved(case.subjects[first](), None)
        proved(subject, reference)
        del reference
        gc.collect()
        benchmark.group = f"{case.suite}: {case.group}: {case.name}"
        benchmark.extra_info.update(extra_info(case, name))
        benchmark(subject.run)
        case.forget()

    return run
