"""Explanations: the numbers are those of `apply`, whatever the optimizer."""

import dataclasses
import json
import sys

import numpy as np
import pytest

from optlab import optimizers
from optlab.errors import InputError
from optlab.explain import explain
from optlab.optimizers import Rule, RuleOptimizer


class _Falling:
    """A rate that falls; its name is the same in every test process."""

    def __call__(self, step):
        return 0.1 / (1 + step)

    def __repr__(self):
        return "falling"


_falling = _Falling()


GRADIENTS = [0.1, 0.2, -0.3, 1e-30, 40.0]
OPTIONS = [
    {"name": "adam", "amsgrad": True},
    {"name": "rmsprop", "momentum": 0.9, "centered": True},
    {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
    {"name": "adam", "weight_decay": 0.1, "clipnorm": 0.25},
    {"name": "sgd", "clipvalue": 0.15, "loss_scale_factor": 3.0},
    {"name": "adam", "gradient_accumulation_steps": 2, "use_ema": True},
    {"name": "sgd", "learning_rate": _falling},
]
every_optimizer = pytest.mark.parametrize(
    "optimizer", [*optimizers.names(), *OPTIONS], ids=str
)
every_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


def applied(optimizer, gradients, start, dtype, engine="numpy"):
    """Return the parameter after each call of `apply`."""
    opt = optimizers.get(optimizer)
    opt.engine = engine
    param = np.array(start, dtype, ndmin=1)
    found = []
    for gradient in gradients:
        opt.apply([np.array(gradient, dtype, ndmin=1)], [param])
        found.append(param.copy())
    return found


def bits(values, dtype):
    return [np.array(value, dtype).tobytes() for value in values]


@every_optimizer
@every_dtype
def test_parameters_are_bit_equal_to_apply(optimizer, dtype):
    table = explain(optimizer, GRADIENTS, start=0.7, dtype=dtype)
    expected = applied(optimizer, GRADIENTS, 0.7, dtype)
    assert bits(table.column("parameter"), dtype) == bits(expected, dtype)
    assert table.dtype == dtype
    # Those that Keras lacks work some numbers of a step out in float64.
    name = optimizer if isinstance(optimizer, str) else optimizer["name"]
    kinds = {dtype} if optimizers.TABLE[name].twin else {dtype, "float64"}
    assert all(
        cell is None or cell.dtype.name in kinds or cell.dtype.kind in "bi"
        for row in table.rows
        for cell in map(np.asarray, row)
        if cell.dtype != object
    )


@pytest.mark.parametrize("optimizer", ["adam", {"name": "sgd", "momentum": 0.9}])
def test_parameters_are_bit_equal_to_the_fused_loops(optimizer):
    table = explain(optimizer, GRADIENTS, start=0.7)
    expected = applied(optimizer, GRADIENTS, 0.7, "float32", engine="numba")
    assert bits(table.column("parameter"), "float32") == bits(expected, "float32")


@every_optimizer
def test_the_table_is_rectangular_and_complete(optimizer):
    table = explain(optimizer, GRADIENTS)
    assert table.columns[:2] == ("t", "g")
    assert table.columns[-1] == "parameter"
    assert len(set(table.columns)) == len(table.columns)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert len(table.rows) == len(GRADIENTS)
    assert not set(table.columns) & set(table.constants)
    assert table.summary
    assert any(line.startswith("parameter = ") for line in table.formula)


def test_adam_by_hand():
    table = explain({"name": "adam", "learning_rate": 0.1}, [0.1, 0.2], dtype="float64")
    assert table.columns == (
        "t",
        "g",
        "correction_1",
        "correction_2",
        "alpha",
        "m",
        "v",
        "denominator",
        "update",
        "parameter",
    )
    assert table.formula == (
        "correction_1 = 1 - power(beta_1, t)",
        "correction_2 = 1 - power(beta_2, t)",
        "alpha = learning_rate * sqrt(correction_2) / correction_1",
        "m = m + (g - m) * one_minus_beta_1",
        "v = v + (g * g - v) * one_minus_beta_2",
        "denominator = sqrt(v) + epsilon",
        "update = m * alpha / denominator",
        "parameter = parameter - update",
    )
    second = dict(zip(table.columns, table.rows[1], strict=True))
    m = 0.9 * (0.1 * 0.1) + 0.1 * 0.2
    v = 0.999 * (0.001 * 0.01) + 0.001 * 0.04
    alpha = 0.1 * np.sqrt(1 - 0.999**2) / (1 - 0.9**2)
    assert second["t"] == 2
    assert second["g"] == 0.2
    assert second["m"] == pytest.approx(m, rel=1e-6)
    assert second["v"] == pytest.approx(v, rel=1e-6)
    assert second["alpha"] == pytest.approx(alpha, rel=1e-4)
    update = alpha * m / (np.sqrt(v) + 1e-7)
    assert second["update"] == pytest.approx(update, rel=1e-4)
    first = table.rows[0][-1]
    assert second["parameter"] == pytest.approx(first - update, rel=1e-4)
    assert table.constants["epsilon"] == 1e-7


def evaluated(table, row, before):
    """Run the formula's lines as Python, from the row before."""
    scope = {
        "sqrt": np.sqrt,
        "maximum": np.maximum,
        "minimum": np.minimum,
        "sign": np.sign,
        "abs": np.abs,
        "power": lambda x, y: x**y,
        **table.constants,
        **before,
        "t": float(row["t"]),
        "g": row["g"],
    }
    exec("\n".join(table.formula), {}, scope)
    return scope


@pytest.mark.parametrize(
    ("optimizer", "slots"),
    [
        ("sgd", {}),
        ({"name": "sgd", "momentum": 0.9}, {"velocity": 0.0}),
        ("adam", {"m": 0.0, "v": 0.0}),
        ({"name": "adam", "weight_decay": 0.1}, {"m": 0.0, "v": 0.0}),
        ("adamax", {"m": 0.0, "u": 0.0}),
        ("lion", {"m": 0.0}),
        ("schedulefreeadamw", {"z": 0.7, "v": 0.0}),
    ],
    ids=str,
)
def test_the_formula_computes_the_table(optimizer, slots):
    table = explain(optimizer, GRADIENTS[:3], start=0.7, dtype="float64")
    scope = {**slots, "parameter": 0.7}
    for cells in table.rows:
        row = dict(zip(table.columns, cells, strict=True))
        scope = evaluated(
            table, row, {name: scope[name] for name in (*slots, "parameter")}
        )
        names = [name for name in row if name in scope and f"{name} (2)" not in row]
        assert {"t", "g", "parameter"} <= set(names)
        for name in names:
            assert scope[name] == pytest.approx(row[name], rel=1e-12), name


def test_options_have_their_columns_and_lines():
    options = {"clipvalue": 0.15, "weight_decay": 0.5}
    table = explain({"name": "sgd", "learning_rate": 0.1, **options}, [0.1, 0.2], 1.0)
    assert table.column("g_used") == pytest.approx([0.1, 0.15])
    assert table.column("parameter_decayed")[0] == pytest.approx(0.95)
    assert table.formula[:2] == (
        "g_used = maximum(minimum(g, clipvalue), -clipvalue)",
        "parameter_decayed = parameter - parameter * weight_decay * learning_rate",
    )
    assert table.formula[-1] == "parameter = parameter_decayed - update"
    assert table.constants["weight_decay"] == np.float32(0.5)
    idle = explain({"name": "sgd", "clipvalue": 9.0}, [0.1, 0.2], 1.0)
    assert "g_used" not in idle.columns


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clips_are_explained_by_their_rules(clip):
    config = {"name": "sgd", "learning_rate": 0.1, "loss_scale_factor": 4.0}
    gradients, start = [[6.0, 8.0], [0.8, 0.6]], [1.0, 1.0]
    table = explain({**config, clip: 0.5}, gradients, start, dtype="float64")
    scope = {"parameter": np.array(start)}
    norms = [2.5, 0.25]
    for norm, cells in zip(norms, table.rows, strict=True):
        row = dict(zip(table.columns, cells, strict=True))
        measured = {"norm": norm} if clip == "global_clipnorm" else {}
        assert row.get("norm", norm) == pytest.approx(norm)
        before = {**row, **measured, "parameter": scope["parameter"]}
        scope = evaluated(table, row, before)
        for name in ("g_used", "parameter", *(n for n in row if n == "factor")):
            assert scope[name] == pytest.approx(row[name], rel=1e-12), name
    limit = 0.5 if clip != "clipvalue" else np.sqrt(0.5)
    assert np.linalg.norm(table.column("g_used")[0]) == pytest.approx(limit)


def test_calls_that_only_accumulate_are_no_steps():
    table = explain({"name": "sgd", "gradient_accumulation_steps": 2}, [0.1, 0.3, 1.0])
    assert table.column("t") == [None, 1, None]
    assert table.column("g_used")[1] == pytest.approx(0.2)
    assert table.column("update")[0] is None
    assert table.column("parameter")[0] == 0.0


def test_a_schedule_is_a_column():
    rate = {"name": "sgd", "learning_rate": lambda step: 0.5**step}
    table = explain(rate, [1.0, 1.0, 1.0])
    assert table.column("learning_rate") == [1.0, 0.5, 0.25]
    assert "learning_rate" not in table.constants


def test_an_optimizer_passed_in_is_left_alone():
    opt = optimizers.get({"name": "sgd", "momentum": 0.9})
    explain(opt, [1.0])
    assert not opt.built
    param = np.ones(3)
    opt.apply([np.ones(3)], [param])
    before = param.copy(), opt.iterations
    table = explain(opt, [1.0, 1.0])
    assert table.column("t") == [1, 2]
    assert np.array_equal(param, before[0])
    assert opt.iterations == before[1]


def test_arrays_are_explained_whole():
    start = [[1.0, 2.0], [3.0, 4.0]]
    gradients = [np.eye(2), -np.eye(2)]
    table = explain("muon", gradients, start)
    expected = applied("muon", gradients, start, "float32")
    for cell, param in zip(table.column("parameter"), expected, strict=True):
        assert np.array_equal(cell, param)
    assert np.shape(table.to_dict()["rows"][0][-1]) == (2, 2)


def halving(w, gradient, memory, rate):
    """Step, and halve what is remembered."""
    memory = memory * rate + gradient
    if memory[0] > 1:
        memory = memory - 1
    return w - rate * memory, memory


def halving_rate(one, step, rate):
    """Halve the rate at each step."""
    half = one / (one + one)
    return (rate * half**step,)


class Halving(RuleOptimizer):
    """A rule of a user's own, with other names, a branch, and no name for the step."""

    def __init__(self, learning_rate=1.0, **options):
        super().__init__(learning_rate, **options)

    @property
    def rule(self):
        return Rule(halving, halving_rate, ("memory",), elementwise=False)


def test_a_rule_of_ones_own():
    table = explain(Halving(), [4.0, 1.0], dtype="float64")
    assert table.columns == (
        "t",
        "g",
        "rate (2)",
        "memory",
        "memory (2)",
        "parameter",
    )
    assert table.constants == {"rate": 1.0, "half": 0.5}
    assert table.column("rate (2)") == [0.5, 0.25]
    assert table.column("memory") == [4.0, 1.75]
    assert table.column("memory (2)") == [3.0, 0.75]
    assert table.column("parameter") == [-1.5, -1.6875]
    assert table.formula == (
        "half = 1 / (1 + 1)",
        "rate = rate * half ** t",
        "memory = memory * rate + g",
        "if memory[0] > 1:",
        "    memory = memory - 1",
        "parameter = parameter - rate * memory",
    )


def test_a_rule_without_source_has_no_formula():
    scope = {}
    exec("def rule(p, g, rate):\n    u = rate * g\n    return (p - u,)", scope)

    class Hidden(Halving):
        """No source to read."""

        @property
        def rule(self):
            return Rule(
                scope["rule"], lambda one, step, rate: (rate,), elementwise=False
            )

    table = explain(Hidden(), [0.5])
    assert table.formula == ()
    assert table.columns == ("t", "g", "u", "parameter")
    assert table.constants == {"rate": 1.0}


def test_the_trace_hook_of_a_debugger_comes_back():
    def hook(frame, event, argument):
        return None

    before = sys.gettrace()
    sys.settrace(hook)
    try:
        explain("sgd", [1.0])
        assert sys.gettrace() is hook
    finally:
        sys.settrace(before)


def test_json_gives_the_numbers_back():
    table = explain("adam", [*GRADIENTS, np.inf, np.nan], start=0.1)
    document = json.loads(table.to_json())
    assert document["columns"] == list(table.columns)
    assert document["start"] == 0.1
    assert document["config"]["beta_1"] == 0.9
    for texts, cells in zip(document["rows"], table.rows, strict=True):
        for text, cell in zip(texts, cells, strict=True):
            assert np.array_equal(np.float32(text), cell, equal_nan=True)
    assert document["rows"][-1][-1] == "nan"
    assert set(document) == {f.name for f in dataclasses.fields(table)}


def test_text():
    text = str(explain("adam", [0.1, -0.3]))
    assert text.startswith("Adam: ")
    assert "m = m + (g - m) * one_minus_beta_1" in text
    widths = {len(line) for line in text.splitlines()[-3:]}
    assert len(widths) == 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("adm", [0.1]), InputError, "Did you mean 'adam'"),
        (("adam", []), InputError, "`gradients` must hold real numbers"),
        (("adam", ["x"]), InputError, "`gradients` must hold real numbers"),
        (("adam", 0.1), InputError, "one number a step"),
        (("adam", [[0.1, 0.2]]), InputError, "one number a step"),
        (("adam", [0.1], [1.0, 2.0]), InputError, r"one array of shape \(2,\)"),
        (("adam", [[1.0], [1.0, 2.0]]), InputError, "real numbers"),
        (("adam", [0.1], "x"), InputError, "`start` must hold real numbers"),
        (("adam", [0.1], 0.0, "int32"), TypeError, "float32 or float64"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        explain(*arguments)


def test_a_table_that_is_too_wide_is_turned():
    found = explain("adam", [0.1, 0.2, -0.3])
    text = found.text(width=80)
    assert max(map(len, text.splitlines())) <= 80
    lines = text.split("\n\n")[-1].splitlines()
    assert lines[0].split() == ["t", "1", "2", "3"]
    assert [line.split()[0] for line in lines] == list(found.columns)
    assert found.text(width=200) == found.text()
