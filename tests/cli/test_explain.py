"""``optlab explain``: the table, its JSON, its picture, bad input."""

import json

import numpy as np
import pytest

import optlab as lab


def test_table_has_formula_and_rows(optlab):
    words = ["--gradients", "0.1,0.2,-0.3", "--learning-rate", "0.1"]
    done = optlab("explain", "adam", *words)
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert any("parameter = parameter - update" in line for line in lines)
    # Turned, for it is wider than the 80 columns here.
    header = next(k for k, line in enumerate(lines) if line.split()[:1] == ["t"])
    rows = dict(line.split(None, 1) for line in lines[header:])
    assert rows["t"].split() == ["1", "2", "3"]
    assert rows["g"].split() == ["0.1", "0.2", "-0.3"]
    assert {"m", "v", "alpha", "denominator", "update", "parameter"} <= set(rows)
    assert max(map(len, lines[header:])) <= 80


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_json_holds_what_the_optimizer_computes(optlab, dtype):
    words = ["--gradients=-1,0.5", "--start", "2", "--dtype", dtype, "--json"]
    words += ["--set", "momentum=0.9", "--set", "nesterov=true"]
    found = optlab("explain", "sgd", *words, "--learning-rate", "0.3").document
    param = np.array([2.0], dtype)
    optimizer = lab.SGD(0.3, momentum=0.9, nesterov=True)
    optimizer.build([param])
    for row, grad in zip(found["rows"], [-1.0, 0.5], strict=True):
        optimizer.apply([np.array([grad], dtype)])
        assert np.dtype(dtype).type(row[-1]) == param[0]
    assert found["config"]["momentum"] == 0.9


@pytest.mark.parametrize("name", lab.optimizers.names())
def test_every_optimizer(optlab, name):
    done = optlab("explain", name, "--json")
    assert done.status == 0, done.err
    assert len(json.loads(done.out)["rows"]) == 3


def test_digits(optlab):
    out = optlab("explain", "sgd", "--gradients", "0.123456789", "--digits", 3).out
    assert " 0.123 " in out and "0.1234" not in out


def test_plot(optlab, tmp_path):
    assert optlab("explain", "adam", "--plot", "a.png").status == 0
    assert (tmp_path / "a.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["adm"], "Did you mean 'adam'"),
        (["adam", "--gradients", "1,x"], "'x'"),
        (["adam", "--gradients", "1,nan"], "'nan'"),
        (["adam", "--gradients", ","], "at least one number"),
        (["adam", "--set", "beta_3=1"], "beta_3"),
        (["adam", "--set", "beta_1=1.2"], "beta_1"),
        (["adam", "--set", "beta_1"], "key=value"),
        (["adam", "--dtype", "float16"], "float16"),
        (["adam", "--learning-rate", "nan"], "learning_rate"),
        (
            ["adam", "--learning-rate", "1", "--set", "learning_rate=2"],
            "learning rate is given twice",
        ),
        (["adam", "--plot", "a.pdf"], ".png or .svg"),
    ],
)
def test_bad_input_is_status_2(optlab, words, said):
    done = optlab("explain", *words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ") and said in done.err
