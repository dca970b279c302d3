"""What `fit` prints: nothing, a bar, or a line an epoch."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import optlab


def trained(**options):
    x = np.linspace(-1, 1, 40, dtype=np.float32)[:, None]
    model = optlab.Sequential([optlab.Dense(1)], input_shape=(1,))
    optlab.fit(model, x, 2 * x, loss="mse", optimizer="sgd", epochs=3, **options)


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (1, 1), (2, 3), ("auto", 0)])
def test_what_is_printed(capsys, verbose, lines):
    trained(verbose=verbose)
    printed = capsys.readouterr().out
    assert printed.count("\n") == lines
    assert ("epoch 3/3" in printed) == (lines > 0)
    if verbose == 1:
        assert "╌" not in printed.split("\r")[-1] and "loss: " in printed


def test_a_notebook_has_a_bar(capsys, monkeypatch):
    shell = type("ZMQInteractiveShell", (), {})()
    module = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", module)
    trained()
    assert "━" in capsys.readouterr().out
    heard = []
    trained(progress=heard.append)  # who listens prints what he likes
    assert heard and not capsys.readouterr().out


@pytest.mark.parametrize("verbose", [3, "yes", -1, None])
def test_bad_verbosity(verbose):
    with pytest.raises(optlab.InputError, match=r'"auto", 0, 1 or 2'):
        trained(verbose=verbose)
