"""``--cluster``: what it is refused for, in one sentence."""

import sys

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["local:x"], "local:N"),
        (["local:0"], "local:N"),
        (["scheduler:8786"], "tcp://HOST:PORT"),
        (["tcp://127.0.0.1:1"], "No Dask scheduler answers at tcp://127.0.0.1:1"),
        (["local:2", "--jobs", "2"], "stands instead"),
    ],
)
def test_bad_input_is_status_2(optlab, words, said):
    pytest.importorskip("distributed")
    over = ["--over", "optimizer.learning_rate=0.1,0.2", "--out", "a.sqlite"]
    done = optlab("sweep", "booth", *over, "--cluster", *words)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1 and said in done.err


def test_without_dask_the_extra_is_named(optlab, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    over = ["--over", "optimizer.learning_rate=0.1,0.2"]
    done = optlab("sweep", "booth", *over, "--cluster", "local:2")
    assert done.status == 2 and "pip install '.[cluster]'" in done.err
