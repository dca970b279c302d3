"""Optimizers that tf.keras lacks, against other people's libraries and the formulas."""

import json
from pathlib import Path

import numpy as np
import pytest

import optlab
from optlab import optimizers
from optlab.optimizers.beyond.table import BEYOND

ROWS = json.loads(Path(__file__).with_name("golden.json").read_text())
GOLDEN = [row for row in ROWS if "start" not in row]
SEARCHED = [row for row in ROWS if "start" in row]
CASES = [(n, kw) for n, entry in BEYOND.items() for kw in ({}, *entry.variants)]
SHAPES = ((3, 2), (3,))


def tensors(seed, dtype="float64"):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]


def label(row):
    return f"{row['ours']['name']} {row['theirs']}"


@pytest.mark.parametrize("row", GOLDEN, ids=label)
def test_the_numbers_of_other_libraries(row):
    optimizer = optimizers.get(row["ours"])
    getattr(optimizer, "inner_optimizer", optimizer).engine = "numpy"
    params = tensors(0)
    optimizer.build(params)
    curvature = row.get("curvature", 0.0)
    for step in range(1, 13):
        slopes = lambda: [  # noqa: E731
            g + curvature * p
            for g, p in zip(tensors(step), params, strict=True)  # noqa: B023
        ]
        optimizer.value_and_grad = lambda: (0.0, slopes())  # noqa: B023
        optimizer.apply(slopes())
        for param, theirs in zip(params, row["after"].get(str(step), ()), strict=False):
            np.testing.assert_allclose(
                param.ravel(), theirs, rtol=row["tolerance"], atol=row["tolerance"]
            )


@pytest.mark.parametrize("row", SEARCHED, ids=label)
def test_searches_go_where_those_of_other_libraries_go(row):
    run = optlab.minimize("rosenbrock", row["ours"], steps=20, start=row["start"])
    for step, theirs in row["after"].items():
        np.testing.assert_allclose(
            run.trajectory[int(step)], theirs, rtol=row["tolerance"]
        )


def test_lbfgs_stays_where_it_can_go_no_further_and_checks_its_state():
    lbfgs, param = optimizers.get("lbfgs"), np.array([3.0, -1.0])
    lbfgs.value_and_grad = lambda: (float(param @ param), [2 * param])
    for _ in range(6):
        lbfgs.apply([2 * param], [param])
    assert abs(param).max() < 1e-7 and lbfgs.iterations == 6
    lbfgs.value_and_grad = lambda: (np.nan, [2 * param + 1])
    before = param.copy()
    lbfgs.apply([param])
    np.testing.assert_array_equal(param, before)
    saved = lbfgs.save_state()
    with pytest.raises(optlab.InputError, match=r"float64 of shape \(10, 2\)"):
        lbfgs.load_state({**saved, "steps": np.zeros(3)})
    with pytest.raises(optlab.InputError, match="history_size"):
        optimizers.LBFGS(history_size=0)
    with pytest.raises(optlab.InputError, match="unknown option 'history'"):
        optimizers.get({"name": "lbfgs", "history": 3})


def test_every_optimizer_has_a_source():
    told = {row["ours"]["name"].replace("_", "") for row in GOLDEN}
    told -= set(optimizers.WRAPPERS)
    by_formula = {n for n, e in BEYOND.items() if "the formula" in e.sources}
    assert told | by_formula == set(BEYOND)
    for name, entry in BEYOND.items():
        whose = {
            row["theirs"].split()[0]
            for row in GOLDEN
            if row["ours"]["name"].replace("_", "") == name
        }
        assert whose <= {source.split(".")[0] for source in entry.sources}
        assert len(whose) == len(entry.sources) or name in by_formula
    assert by_formula <= {name.lower() for name in FORMULAS}


@pytest.mark.parametrize(("name", "kw"), CASES)
def test_loops_have_the_bits_of_arrays(name, kw):
    ends = []
    for engine in ("numpy", "numba"):
        rng = np.random.default_rng(0)
        param = rng.standard_normal(37).astype("float32")
        optimizer = optimizers.get({"name": name, **kw})
        optimizer.engine = engine
        optimizer.build([param])
        for _ in range(8):
            optimizer.apply([rng.standard_normal(37).astype("float32")])
        state = [array for arrays in optimizer.state.values() for array in arrays]
        ends.append([array.tobytes() for array in (param, *state)])
    assert ends[0] == ends[1]


def polyak(grads, x, rate=0.25, beta=0.9):
    before = x
    for g in grads:
        x, before = x - rate * g + beta * (x - before), x
    return x


def sutskever(grads, x, rate=0.25, largest=0.8, period=2):
    """Return the look-ahead, from the paper's theta and v."""
    mu = lambda t: min(1 - 2 ** (-1 - np.log2(t // period + 1)), largest)  # noqa: E731
    theta, v = x, 0.0
    for t, g in enumerate(grads):
        v = mu(t) * v - rate * g
        theta = theta + v
    return theta + mu(len(grads)) * v


def sophia(grads, x, rate=0.25, b1=0.75, b2=0.5, rho=0.5, k=3, batch=4.0):
    m = h = 0.0
    for t, g in enumerate(grads):
        m = b1 * m + (1 - b1) * g
        if t % k == 0:
            h = b2 * h + (1 - b2) * batch * g * g
        x = x - rate * np.clip(m / max(rho * h, 1e-12), -1, 1)
    return x


FORMULAS = {
    "HeavyBall": (polyak, {"momentum": 0.9}),
    "Nesterov": (sutskever, {"momentum": 0.8, "period": 2}),
    "SophiaG": (
        sophia,
        {"beta_1": 0.75, "beta_2": 0.5, "rho": 0.5, "update_period": 3}
        | {"batch_size": 4.0, "epsilon": 1e-12},
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_the_formula_of_the_paper_written_down_again(name):
    formula, arguments = FORMULAS[name]
    grads = np.random.default_rng(5).standard_normal(9)
    optimizer = optimizers.get({"name": name, "learning_rate": 0.25, **arguments})
    optimizer.engine = "numpy"
    param = np.array([0.3])
    for g in grads:
        optimizer.apply([np.array([g])], [param])
    np.testing.assert_allclose(param[0], formula(grads, 0.3), rtol=1e-9)


def sharpest(w, g, adaptive, curvature=0.5, rate=0.25, rho=0.3, eta=0.1):
    """Return a step of SGD by the gradient at the worst place nearby."""
    t = abs(w) + eta if adaptive else np.ones_like(w)
    slope = g + curvature * w
    e = rho * t**2 * slope / np.linalg.norm(t * slope)
    return w - rate * (g + curvature * (w + e))


@pytest.mark.parametrize("adaptive", [False, True])
def test_sam_steps_by_the_gradient_of_the_worst_place(adaptive):
    inner = optimizers.SGD(0.25)
    sam = optimizers.SAM(inner, rho=0.3)
    if adaptive:
        sam = optimizers.ASAM(inner, rho=0.3, eta=0.1)
    param, expected = np.array([0.5, -2.0, 0.0]), np.array([0.5, -2.0, 0.0])
    for grad in np.random.default_rng(3).standard_normal((4, 3)):
        with pytest.raises(optlab.InputError, match="value_and_grad"):
            sam.apply([grad], [param])
        np.testing.assert_allclose(param, expected, rtol=1e-12)
        sam.value_and_grad = lambda grad=grad: (0.0, [grad + 0.5 * param])
        sam.apply([grad + 0.5 * param], [param])
        sam.value_and_grad = None
        expected = sharpest(expected, grad, adaptive)
    np.testing.assert_allclose(param, expected, rtol=1e-9)
    with pytest.raises(optlab.InputError, match="Wrap the MultiOptimizer"):
        optimizers.OptimizerMap(sam)


def test_swa_ends_with_the_mean_of_what_counted():
    param = np.array([1.0])
    swa = optimizers.SWA(optimizers.SGD(1.0), start_averaging=2, average_period=3)
    swa.build([param])
    swa.finalize_variable_values()
    assert param[0] == 1.0
    been = []
    for step in range(1, 13):
        swa.apply([np.array([float(step)])])
        been.append(param[0])
    saved = swa.save_state()
    swa.finalize_variable_values()
    assert param[0] == pytest.approx(np.mean([been[4], been[7], been[10]]))
    again = optimizers.get({"class_name": "SWA", "config": swa.get_config()})
    again.build([param])
    with pytest.raises(optlab.InputError, match="calls"):
        again.load_state({k: v for k, v in saved.items() if k != "calls"})
    again.load_state(saved)
    assert again.iterations == 12 and again.save_state() == saved
    with pytest.raises(optlab.InputError, match="no average of its own"):
        optimizers.SWA(optimizers.SGD(use_ema=True))


def test_cautious_keeps_what_the_gradient_agrees_with():
    param, expected = np.array([0.5, -2.0, 1.0, 3.0]), np.array([0.5, -2.0, 1.0, 3.0])
    decaying = optimizers.SGDW(0.25, momentum=0.5, weight_decay=0.125, use_ema=True)
    cautious, m, masks = optimizers.Cautious(decaying), 0.0, set()
    for grad in np.random.default_rng(1).standard_normal((9, 4)):
        cautious.apply([grad], [param])
        m = 0.5 * m + grad
        agrees = m * grad > 0
        expected = expected - 0.25 * 0.125 * expected
        expected = expected - 0.25 * m * agrees / max(agrees.mean(), 1e-3)
        masks.add(agrees.sum())
        np.testing.assert_allclose(param, expected, rtol=1e-12)
    assert len(masks) > 2
    assert cautious.state["average"][0] != pytest.approx(expected)


def test_cautious_goes_into_other_wrappers():
    adam = optimizers.Adam()
    optimizers.Lookahead(optimizers.Cautious(adam))
    with pytest.raises(optlab.InputError, match="inside other wrappers"):
        optimizers.Cautious(optimizers.Lookahead(adam))


def test_lookahead_follows_slowly():
    fast = slow = 1.0
    param = np.array([1.0])
    inner = optimizers.SGD(0.25)
    optimizer = optimizers.Lookahead(inner, sync_period=2, slow_step_size=0.75)
    optimizer.build([param])
    saved = optimizer.save_state()
    for step in range(1, 6):
        fast = fast - 0.25 * step
        if step % 2 == 0:
            slow = slow + 0.75 * (fast - slow)
            fast = slow
        optimizer.apply([np.array([float(step)])])
        assert (param[0], optimizer.state["slow_weights"][0][0]) == (fast, slow)
    before = optimizer.save_state()
    with pytest.raises(optimizers.registry.InputError, match="calls"):
        optimizer.load_state({k: v for k, v in saved.items() if k != "calls"})
    assert optimizer.save_state() == before
    optimizer.load_state(saved)
    assert optimizer.iterations == 0 and optimizer.state["slow_weights"][0][0] == 1.0
    with pytest.raises(optimizers.registry.InputError, match="sync_period"):
        optimizers.Lookahead(inner, sync_period=0)


@pytest.mark.parametrize("name", ["adamp", "kron", "shampoo", "soap", "torchmuon"])
def test_rules_of_whole_tensors_take_any_shape_and_what_is_not_finite(name):
    shapes = [(), (1,), (5,), (1, 4), (2, 3, 4)]
    rng = np.random.default_rng(0)
    targets = [np.asarray(rng.standard_normal(shape)) for shape in shapes]
    params = [np.zeros(shape) for shape in shapes]
    kw = {"max_size": 3} if name in ("kron", "shampoo", "soap") else {}
    optimizer = optimizers.get({"name": name, "weight_decay": None, **kw})
    optimizer.learning_rate = 0.03
    distance = lambda: sum(np.sum((p - t) ** 2) for p, t in zip(params, targets))  # noqa: B905, E731
    before = distance()
    for _ in range(220):
        slopes = map(np.subtract, params, targets)
        optimizer.apply([np.asarray(slope) for slope in slopes], params)
    assert distance() < 0.2 * before
    optimizer.apply([np.full(shape, np.nan) for shape in shapes])
    assert all(np.isnan(p).all() for p in params)


def test_empty_tensors_are_no_fault_in_kron():
    params = [np.empty(0, np.float32), np.empty((2, 0, 3)), np.ones((2, 3))]
    params = [np.asarray(each, np.float32) for each in params]
    optimizer = optimizers.get("kron")
    optimizer.build(params)
    optimizer.apply([np.full_like(each, 0.5) for each in params])
    assert np.isfinite(params[2]).all() and (params[2] != 1).any()
