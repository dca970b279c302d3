"""What holds for every optimizer in the registry."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from optlab import optimizers
from optlab.errors import InputError
from optlab.parameters import Parameters

NAMES = optimizers.names()
SHAPES = [(5, 7), (11,), (3, 4)]
CASES = [(name, kw) for name in NAMES for kw in ({}, *optimizers.TABLE[name].variants)]
TWINS = [(name, kw) for name, kw in CASES if optimizers.TABLE[name].twin]


def tensors(seed, dtype="float32", scale=1.0):
    rng = np.random.default_rng(seed)
    return [(scale * rng.standard_normal(s)).astype(dtype) for s in SHAPES]


def stepped(optimizer, steps=5, arena=False, dtype="float32", engine=None):
    params = tensors(0, dtype)
    if arena:
        params = Parameters.from_arrays(params)
    if engine:
        optimizer.engine = engine
    optimizer.build(params)
    for step in range(steps):
        grads = tensors(step + 1, dtype)
        optimizer.apply(Parameters.from_arrays(grads) if arena else grads)
    return [np.array(p) for p in params]


def assert_same(found, expected):
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("name", "kw"), TWINS)
@pytest.mark.parametrize("options", [{}, {"weight_decay": 0.1, "clipvalue": 0.5}])
def test_numpy_arrays_arena_and_separate_tensors_agree(name, kw, options):
    cls = optimizers.lookup(name)
    expected = stepped(cls(0.1, **kw, **options), engine="numpy")
    assert_same(stepped(cls(0.1, **kw, **options)), expected)
    assert_same(stepped(cls(0.1, **kw, **options), arena=True), expected)
    assert not np.array_equal(expected[0], tensors(0)[0])


# Ftrl and schedule-free AdamW work the parameter out anew from their state.
@pytest.mark.parametrize("name", sorted({*NAMES} - {"ftrl", "schedulefreeadamw"}))
def test_rate_zero_changes_nothing(name):
    extra = {"adam_weight_decay": None} if name == "muon" else {}
    extra |= {"weight_decay": 0.0} if name == "adamw" else {}
    extra |= {"smallest_step": 0.0} if name == "rprop" else {}
    extra |= {"final_learning_rate": 0.0} if name == "adabound" else {}
    found = stepped(optimizers.lookup(name)(0.0, **extra), engine="numpy")
    assert_same(found, tensors(0))


@pytest.mark.parametrize("name", NAMES)
def test_config_round_trip(name):
    first = optimizers.lookup(name)(0.25, clipnorm=2.0, use_ema=True)
    again = optimizers.get(
        {"class_name": type(first).__name__} | {"config": first.get_config()}
    )
    assert again.get_config() == first.get_config()
    assert_same(stepped(again, engine="numpy"), stepped(first, engine="numpy"))


@pytest.mark.parametrize(("name", "kw"), CASES)
def test_saved_state_continues_exactly(name, kw):
    options = {"use_ema": True, "gradient_accumulation_steps": 2, "learning_rate": 0.1}
    # The loops have the bits of the arrays: `test_numpy_arrays_...`, `test_beyond.py`.
    whole = optimizers.lookup(name)(**kw, **options)
    expected = stepped(whole, steps=7, engine="numpy")
    first = optimizers.lookup(name)(**kw, **options)
    params = stepped(first, steps=3, engine="numpy")
    second = optimizers.lookup(name)(**kw, **options)
    second.engine = "numpy"
    second.build(params)
    second.load_state(first.save_state())
    for step in range(3, 7):
        second.apply(tensors(step + 1))
    assert_same(params, expected)
    assert second.iterations == whole.iterations == 3


def test_momentum_zero_is_plain_sgd():
    plain = stepped(optimizers.SGD(0.1))
    assert_same(stepped(optimizers.SGD(0.1, momentum=0.0, nesterov=True)), plain)


def test_a_missing_gradient_leaves_its_parameter():
    params = tensors(0)
    optimizer = optimizers.Adam(0.1)
    optimizer.apply([tensors(1)[0], None, tensors(1)[2]], params)
    assert not np.array_equal(params[0], tensors(0)[0])
    np.testing.assert_array_equal(params[1], tensors(0)[1])
    np.testing.assert_array_equal(optimizer.state["momentum"][1], 0)


def test_weight_decay_leaves_out_what_is_excluded():
    arena = Parameters([(2,), (2,)], names=["dense/kernel", "dense/bias"])
    arena.flat[:] = 1
    optimizer = optimizers.SGD(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.apply(arena.zeros_like(), arena)
    np.testing.assert_array_equal(arena.flat, [0.75, 0.75, 1, 1])
    with pytest.raises(ValueError, match="before the optimizer is built"):
        optimizer.exclude_from_weight_decay(var_names=["kernel"])


def test_schedule_sees_the_step_and_rate_is_not_settable():
    seen = []
    optimizer = optimizers.SGD(lambda step: seen.append(step) or 1.0 / (step + 1))
    w = np.zeros(1, "float32")
    for _ in range(3):
        optimizer.apply([np.ones(1, "float32")], [w])
    assert seen == [0, 1, 2]
    np.testing.assert_allclose(w, -(1 + 1 / 2 + 1 / 3), rtol=1e-6)
    with pytest.raises(TypeError, match="schedule"):
        optimizer.learning_rate = 0.1


def test_learning_rate_is_settable():
    optimizer = optimizers.SGD(1.0)
    w = np.zeros(1, "float32")
    optimizer.apply([np.ones(1, "float32")], [w])
    optimizer.learning_rate = 10.0
    optimizer.apply([np.ones(1, "float32")])
    assert optimizer.learning_rate == 10
    assert w[0] == -11


def test_loss_scale_skips_overflow_and_grows():
    optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(1.0), 4.0, 2)
    w = np.zeros(2, "float32")
    good = np.full(2, 8.0, "float32")
    optimizer.apply([good], [w])
    np.testing.assert_array_equal(w, -2)
    optimizer.apply([np.array([np.inf, 1], "float32")])
    np.testing.assert_array_equal(w, -2)
    assert optimizer.dynamic_scale == 2
    optimizer.apply([good])
    optimizer.apply([good])
    assert optimizer.dynamic_scale == 4
    assert optimizer.iterations == 3


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(1.0, loss_scale_factor=1e-30),
        optimizers.SGD(1.0, gradient_accumulation_steps=2),
        optimizers.LossScaleOptimizer(
            optimizers.SGD(1.0, gradient_accumulation_steps=2), 1e-30
        ),
    ],
    ids=["scaled", "accumulated", "both"],
)
def test_overflow_is_silent_on_every_path(optimizer):
    param = np.zeros(3, "float32")
    for _ in range(2):
        optimizer.apply([np.full(3, 3e38, "float32")], [param])
    assert np.isneginf(param).all()


BAD_CONSTRUCTORS = [
    (lambda: optimizers.Adam(beta_1=1.2), r"`beta_1` must be in \[0, 1\).*1.2"),
    (lambda: optimizers.SGD(momentum=-1), r"`momentum` must be in \[0, 1\]"),
    (lambda: optimizers.SGD("fast"), "`learning_rate` must be a finite number"),
    (lambda: optimizers.SGD(float("nan")), "`learning_rate` must be a finite"),
    (lambda: optimizers.SGD(clipnorm=1, clipvalue=1), "Only one of `clipnorm`"),
    (lambda: optimizers.SGD(use_ema=True, ema_momentum=1.5), r"in \[0, 1\]"),
    (lambda: optimizers.SGD(gradient_accumulation_steps=1), ">= 2"),
    (lambda: optimizers.SGD(nesterof=True), "unknown option 'nesterof'"),
    (lambda: optimizers.AdamW(weight_decay=None), "`weight_decay` must be a number"),
    (lambda: optimizers.get("adm"), "Did you mean 'adam'"),
    (lambda: optimizers.import_rule("no_such_module:Rule"), "Cannot import"),
    (lambda: optimizers.get(3), "must be a name"),
    (
        lambda: optimizers.get({"class_name": "Adma", "config": {}}),
        "Did you mean 'adam",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD_CONSTRUCTORS)
def test_bad_arguments(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def muon_on_a_vector():
    muon = optimizers.Muon(adam_lr_ratio=None)
    muon.build([np.ones(3, "float32")])


BAD_CALLS = [
    (muon_on_a_vector, "matrices only"),
    (lambda: optimizers.SGD().apply([np.ones(1)]), "not built"),
    (lambda: optimizers.SGD().build([np.ones(2, "float16")]), "float32 or float64"),
    (lambda: optimizers.SGD().build([np.ones(2, "int64")]), "Received: int64"),
    (lambda: optimizers.SGD().build([np.ones((4, 4))[:, ::2]]), "contiguous"),
    (lambda: optimizers.SGD().build([[1.0]]), "NumPy array"),
    (lambda: optimizers.SGD().build([np.ones(1), np.ones(1, "f4")]), "one dtype"),
    (lambda: optimizers.SGD().load_state({"calls": 0}), "Build the optimizer"),
]


@pytest.mark.parametrize(("call", "message"), BAD_CALLS)
def test_bad_calls(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize(
    ("grads", "message"),
    [
        ([np.ones(3, "f4")], "one gradient a parameter: 2 expected"),
        ([np.ones(3, "f4"), np.ones(5, "f4")], r"shape \(4,\).*\(5,\)"),
        ([np.ones(3, "f4"), np.ones(4)], "dtype float32. Received: float64"),
        ([np.ones(3, "f4"), [1, 2, 3, 4]], "NumPy array"),
        ([None, None], "No gradients"),
    ],
)
def test_bad_gradients_change_nothing(grads, message):
    params = [np.ones(3, "float32"), np.ones(4, "float32")]
    optimizer = optimizers.Adam()
    optimizer.build(params)
    with pytest.raises((ValueError, TypeError), match=message):
        optimizer.apply(grads)
    assert all((p == 1).all() for p in params)
    assert optimizer.iterations == 0
    assert not optimizer.state["momentum"][0].any()


def test_state_of_another_shape_is_refused():
    first = optimizers.Adam()
    first.build([np.ones(3, "float32")])
    second = optimizers.Adam()
    second.build([np.ones(4, "float32")])
    with pytest.raises(ValueError, match=r"shape \(4,\)"):
        second.load_state(first.save_state())
    with pytest.raises(ValueError, match="other parameters"):
        first.build([np.ones(3, "float32")])


def test_user_rule_is_an_optimizer_like_any_other():
    @optimizers.rule(slots=["trace"], name="test_signum")
    def signum(param, grad, trace, learning_rate=0.5, beta=0.9):
        trace = beta * trace + grad
        param = param - learning_rate * np.sign(trace)
        return param, trace

    try:
        made = optimizers.get({"name": "test_signum", "beta": 0.5})
        assert made.get_config()["beta"] == 0.5
        assert made.learning_rate == 0.5
        assert_same(stepped(made), stepped(signum(beta=0.5), engine="numpy"))
    finally:
        del optimizers.OPTIMIZERS["testsignum"]


def plain_helper(x):
    return x * 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("helper(grad)", "plain_helper.*numba.njit|`helper` with `numba.njit`"),
        ("grad.nothing", "unknown attribute|Unknown attribute"),
    ],
)
def test_a_rule_that_cannot_be_compiled_is_named_with_a_remedy(body, message):
    names = {"helper": plain_helper}
    exec(
        "def wrong_rule(param, grad, learning_rate=0.1):\n"
        f"    return (param - {body} * learning_rate,)",
        names,
    )
    try:
        made = optimizers.rule(names["wrong_rule"])()
        with pytest.raises(TypeError, match=message) as caught:
            made.apply([np.ones(2, "f4")], [np.ones(2, "f4")])
        assert isinstance(caught.value, InputError)
        for part in ("`wrong_rule` (<string>:1)", "line 2", "elementwise=False"):
            assert part in str(caught.value)
    finally:
        optimizers.OPTIMIZERS.pop("wrongrule", None)


@pytest.mark.parametrize(
    ("function", "slots", "message"),
    [
        (lambda param: param, [], "2 arrays or more"),
        (lambda param, grad: param, [], "needs `learning_rate`"),
        (lambda param, grad, learning_rate, beta: param, [], "needs a default"),
    ],
)
def test_a_rule_of_the_wrong_form_is_refused(function, slots, message):
    with pytest.raises(TypeError, match=message):
        optimizers.rule(function, slots=slots, name="wrong")
    assert "wrong" not in optimizers.names()


def test_saved_file_continues_exactly(tmp_path):
    whole = optimizers.Nadam(0.1)
    expected = stepped(whole, steps=5)
    first = optimizers.Nadam(0.1)
    params = stepped(first, steps=3)
    again = optimizers.Optimizer.load(first.save(tmp_path / "nadam"), params)
    for step in range(3, 5):
        again.apply(tensors(step + 1))
    assert_same(params, expected)
    with pytest.raises(ValueError, match="shape"):
        optimizers.Optimizer.load(
            tmp_path / "nadam.npz", [p[..., :2] * 1 for p in params]
        )
    with pytest.raises(ValueError, match=r"no_such\.npz"):
        optimizers.Optimizer.load(tmp_path / "no_such.npz", params)


def test_multi_optimizer_shares_out_by_name():
    arena = Parameters([(2,), (2,)], names=["dense/kernel", "dense/bias"])
    other = optimizers.SGD(10.0)
    chosen = optimizers.OptimizerMap(optimizers.SGD(1.0), {".*bias": other})
    multi = optimizers.MultiOptimizer(chosen)
    ones = Parameters.from_arrays([np.ones(2, "f4")] * 2)
    multi.apply(ones, arena)
    np.testing.assert_array_equal(arena.flat, [-1, -1, -10, -10])
    again = optimizers.get(
        {"class_name": "MultiOptimizer", "config": multi.get_config()}
    )
    again.build(arena)
    again.load_state(multi.save_state())
    assert again.iterations == 1
    with pytest.raises(TypeError, match="wrap no other"):
        optimizers.OptimizerMap(multi)
    with pytest.raises(AttributeError, match="members"):
        multi.learning_rate = 1.0


@pytest.mark.parametrize(("shape", "dtype"), [((600, 600), "f4"), ((600, 400), "f8")])
def test_threads_change_no_bit_of_muon(shape, dtype):
    found = set()
    for threads in (1, 2):
        random = np.random.default_rng(0)
        param = random.normal(size=shape).astype(dtype)
        optimizer = optimizers.Muon()
        optimizer.build([param])
        with threadpool_limits(threads, user_api="blas"):
            for _ in range(3):
                optimizer.apply([random.normal(size=shape).astype(dtype)])
        found.add(param.tobytes())
    assert len(found) == 1


# An estimated rate depends on all parameters, those that decay among them.
@pytest.mark.parametrize(
    "name", [name for name in NAMES if optimizers.lookup(name).estimate is None]
)
def test_a_parameter_left_out_of_the_decay_moves_as_if_there_were_none(name):
    rng = np.random.default_rng(0)
    start = [rng.standard_normal(shape).astype("float32") for shape in ((4, 3), (5,))]
    grads = [rng.standard_normal(array.shape).astype("float32") for array in start]
    ends = []
    for decay in (0.0, 0.5):
        params = [array.copy() for array in start]
        decays = {"weight_decay": decay}
        if name == "muon":
            decays["adam_weight_decay"] = decay
        optimizer = optimizers.get({"name": name, **decays})
        optimizer.engine = "numpy"
        if decay:
            optimizer.exclude_from_weight_decay([params[1]])
        for _ in range(3):
            optimizer.apply(grads, params)
        ends.append(params[1])
    np.testing.assert_array_equal(*ends)


def test_a_wrapper_shows_what_it_wraps_and_its_own_arguments():
    inner = optimizers.SAM(optimizers.SGD(0.1), rho=0.2)
    shown = repr(optimizers.Lookahead(inner, sync_period=7))
    assert shown.startswith("Lookahead(SAM(SGD(learning_rate=0.1")
    assert "rho=0.2), sync_period=7" in shown
    assert "SGD(learning_rate=0.1" in inner._repr_html_()
