"""Fresh caches for each session, quiet and repeatable libraries."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator

import pytest

# Before anything imports Numba, TensorFlow or matplotlib. Workers of pytest-xdist
# inherit the folder from the controller, so a kernel is compiled once for all of them.
_OURS = "OPTLAB_TEST_CACHE" not in os.environ
if _OURS:
    os.environ["OPTLAB_TEST_CACHE"] = tempfile.mkdtemp(prefix="optlab-tests-")
os.environ["NUMBA_CACHE_DIR"] = os.environ["OPTLAB_TEST_CACHE"]
# Prepared data sets go there as well, not into the cache of whoever runs the tests.
os.environ["OPTLAB_CACHE_DIR"] = os.environ["OPTLAB_TEST_CACHE"]
# Two threads at least, so that what is promised for any thread count is seen with two.
os.environ.setdefault("NUMBA_NUM_THREADS", str(max(2, os.cpu_count() or 2)))
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# TensorFlow's sums depend on its thread count; one thread is the documented order.
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["MPLBACKEND"] = "Agg"
os.environ["NO_COLOR"] = "1"
os.environ["COLUMNS"] = "100"
# What a shell starts in the background ignores Ctrl-C, and so would all it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Make hypothesis repeat the same examples, whatever the machine's speed."""
    from hypothesis import settings

    settings.register_profile(
        "repeatable", derandomize=True, deadline=None, database=None, max_examples=50
    )
    settings.load_profile("repeatable")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Delete the caches, in the process that made them."""
    if _OURS:
        shutil.rmtree(os.environ["OPTLAB_TEST_CACHE"], ignore_errors=True)
        del os.environ["OPTLAB_TEST_CACHE"]


@pytest.fixture(autouse=True)
def no_rule_stays() -> Iterator[None]:
    """Take a test's own rules out of the registry, so that no later test meets them."""
    from optlab.optimizers import OPTIMIZERS

    before = set(OPTIMIZERS)
    yield
    for name in set(OPTIMIZERS) - before:
        del OPTIMIZERS[name]
