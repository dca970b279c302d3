"""Which rule somebody's optimizer is: fakes with optax's interface, and torch's."""

import importlib.util
import json

import numpy as np
import pytest

from optlab import optimizers
from optlab.cli.app import main
from optlab.errors import InputError
from optlab.validation.frameworks import naming
from optlab.validation.frameworks.identifying import identify

MODULE = """
from types import SimpleNamespace
import numpy as np


def plain(lr=0.1):
    return made(lambda w, g, s: (-lr * g, s))


def adam_of_the_paper(learning_rate=1e-3, betas=(0.9, 0.99), eps=1e-8, flavour="a"):
    b1, b2 = betas

    def update(w, g, s):
        t, m, v = s
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        root = np.sqrt(v / (1 - b2 ** (t + 1)))
        step = m / (1 - b1 ** (t + 1)) / (root + eps)
        return (-learning_rate * step).astype(w.dtype), (t + 1, m, v)

    return made(update, lambda w: (0, 0 * w, 0 * w))


def restarted(lr=0.1, momentum=0.9, sharpness=2.0):
    def update(w, g, s):
        t, m = s
        m = (0 if t == 6 else momentum) * m - lr * g
        return m.astype(w.dtype), (t + 1, m)

    return made(update, lambda w: (0, 0 * w))


def made(update, init=lambda w: ()):
    def every(grads, states, params):
        both = [update(w, g, s) for w, g, s in zip(params, grads, states)]
        return [u for u, _ in both], [s for _, s in both]

    return SimpleNamespace(init=lambda ps: [init(p) for p in ps], update=every)


def without_a_rate(speed=0.1): ...
def with_more(lr, model): ...
def broken(lr=0.1):
    raise ValueError("no such rank")
def endless(lr=0.1):
    return made(lambda w, g, s: (w * np.inf, s))
number = 3
"""


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Try some rules only: those of whole tensors take long to compile."""
    names = ("rmsprop", "adam", "sgd", "torchadam", "nesterov", "adabelief")
    table = {name: optimizers.TABLE[name] for name in names}
    monkeypatch.setattr(optimizers, "TABLE", table)


@pytest.fixture(scope="module")
def yours(tmp_path_factory):
    file = tmp_path_factory.mktemp("yours") / "their_rules.py"
    file.write_text(MODULE)
    return str(file)


def test_the_same_bits(yours):
    found = identify(f"{yours}:plain")
    assert (found.verdict, found.nearest, found.first) == ("same bits", "sgd()", 0)
    assert found.framework == "optax" and found.theirs == {"lr": 2.0**-5}


def test_the_same_formula_with_its_state(yours):
    found = identify(f"{yours}:adam_of_the_paper")
    assert found.verdict == "rounding only" and found.float64 < 1e-13
    assert found.nearest.startswith("torchadam(beta_1=0.875, beta_2=0.992188")
    assert 0 < found.float32 < 16 and "float64" in found.evidence
    assert set(found.slots) == {"momentum", "velocity"} and all(
        name is not None for name in found.slots.values()
    )


def test_another_formula_and_where_it_parts(yours, capsys):
    path = f"{yours}:restarted"
    assert main(["verify", "--class", path, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "another formula" and not found["passed"]
    assert found["nearest"] == "sgd(momentum=0.875)" and found["first"] == 7
    assert found["apart"] > 1e-3 and found["unknown"] == ["sharpness"]
    assert main(["verify", "--class", path]) == 1
    told = capsys.readouterr().out
    assert "is nearest to sgd(momentum=0.875)" in told and "parts at step 7" in told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("without_a_rate", "its learning rate as `lr` or `learning_rate`.*speed"),
        ("with_more", "argument `model` has no default"),
        ("broken", "cannot be stepped .* ValueError: no such rank"),
        ("endless", "not finite at step 1"),
        ("number", "must be a torch.optim.Optimizer subclass.*int"),
        ("plan", "Did you mean 'plain'"),
    ],
)
def test_what_cannot_be_mapped_is_refused(yours, name, told):
    with pytest.raises(InputError, match=told):
        identify(f"{yours}:{name}")


def test_what_is_not_there_names_the_extra(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="Cannot import 'no_such_module'"):
        identify("no_such_module:Optimizer")
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    file = tmp_path / "of_torch.py"
    file.write_text("import torch\n")
    with pytest.raises(InputError, match=r"torch is not installed: .*\[bench\]"):
        (tmp_path, identify("torch:Optimizer"))


def test_numbers_near_the_defaults_that_float32_holds():
    for value in (0.9, 0.999, 1e-3, 0.004, 30.0, 0.0, -0.8, 1e-9):
        near = naming.exact(value)
        assert float(np.float32(near)) == near
        assert abs(near - value) <= 0.5 * abs(value)
        assert (0 < near < 1) == (0 < value < 1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("path", "verdict", "nearest"),
    [
        ("torch.optim:AdamW", "rounding only", "torchadam("),
        ("torch.optim:RMSprop", "rounding only", "torch_rmsprop"),
        ("optax:yogi", "rounding only", "optax_yogi"),
    ],
)
def test_the_real_ones(path, verdict, nearest):
    pytest.importorskip(path.partition(":")[0])
    found = identify(path)
    assert found.verdict == verdict and found.nearest.startswith(nearest)
