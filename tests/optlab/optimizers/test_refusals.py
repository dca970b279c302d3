"""What is refused: arguments, parameters, gradients and states that cannot be right."""

import fractions
import inspect
import math
import random

import numpy as np
import pytest

from optlab import optimizers
from optlab.errors import InputError
from optlab.parameters import Parameters

NAMES = optimizers.names()
NUMBERS = [
    (name, argument)
    for name in NAMES
    for argument in inspect.signature(optimizers.lookup(name)).parameters
    if argument != "name"
]


@pytest.mark.parametrize(("name", "argument"), NUMBERS)
def test_no_argument_takes_what_is_no_finite_number(name, argument):
    for value in (math.nan, math.inf, 10**400, 10**5000, "1.0", 1j, [0.5]):
        with pytest.raises(InputError, match=f"`{argument}`"):
            optimizers.lookup(name)(**{argument: value})


FLAGS = ["use_ema", "nesterov", "amsgrad", "centered", "relative_step"]


@pytest.mark.parametrize(("name", "argument"), [c for c in NUMBERS if c[1] in FLAGS])
def test_a_flag_is_true_or_false(name, argument):
    for value in ("False", 0, 1, None):
        with pytest.raises(InputError, match=f"`{argument}` must be true or false"):
            optimizers.lookup(name)(**{argument: value})


@pytest.mark.parametrize("bound", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_a_negative_bound_is_refused_and_zero_is_none(bound):
    with pytest.raises(InputError, match=f"`{bound}` must be in"):
        optimizers.SGD(**{bound: -1.0})
    assert optimizers.SGD(**{bound: 0}).options.clip is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: optimizers.Muon(ns_steps=10**30), "`ns_steps` must be at most 1000"),
        (lambda: optimizers.Muon(exclude_layers="dense"), "list of patterns"),
        (lambda: optimizers.Muon(exclude_layers=["("]), "regular expressions"),
        (lambda: optimizers.SGD(1e39), "`learning_rate` must be a finite number"),
        (lambda: optimizers.SGD(0.1, 0.9, True, 1.0), "at most 3 arguments"),
        (lambda: optimizers.SGD(0.1, learning_rate=0.2), "`learning_rate` twice"),
        (lambda: optimizers.SGD(nesterof=True), "Did you mean 'nesterov'"),
        (lambda: optimizers.SGD(name=3), "`name` must be text"),
        (lambda: optimizers.OptimizerMap(optimizers.SGD(), [1]), "must be a mapping"),
        (
            lambda: optimizers.LossScaleOptimizer(optimizers.SGD(), math.nan),
            "`initial_scale` must be a number",
        ),
        (lambda: optimizers.get({"class_name": "SGD", "config": 3}), "`config`"),
        (lambda: optimizers.get({"class_name": "MultiOptimizer"}), "lacks"),
        (lambda: optimizers.get({"class_name": "LossScaleOptimizer"}), "lacks"),
        (lambda: optimizers.get({"name": "sgd", 3: 4}), "argument names"),
    ],
)
def test_constructors_say_what_is_wrong(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_hyperparameter_is_fixed():
    adam = optimizers.Adam(beta_1=0.5)
    with pytest.raises(AttributeError, match="Make a new one with beta_1=0"):
        adam.beta_1 = 0.9
    assert adam.beta_1 == 0.5


def drawn(rng):
    """Return a value that somebody could pass by mistake."""
    number = rng.choice(
        [0, 1, -1, 2, 0.5, 1.5, 1e-45, 1e39, 10**30, 10**400, math.nan, math.inf]
    )
    odd = [None, "x", "", b"1", True, [], [0.5], ["a"], {}, {"name": "adam"}, object()]
    odd += [1j, np.float32(0.5), np.int64(3), np.bool_(True), np.array(0.5)]
    odd += [np.array([1.0, 2.0]), lambda step: 0.1, lambda: 1, fractions.Fraction(1, 3)]
    return rng.choice([number, number, rng.uniform(-1, 2), rng.choice(odd)])


@pytest.mark.parametrize("name", NAMES)
def test_odd_calls_end_in_an_input_error_or_in_a_step(name):
    rng = random.Random(name)
    cls = optimizers.lookup(name)
    arguments = list(inspect.signature(cls).parameters)
    taken = 0
    for _ in range(400):
        chosen = rng.sample(arguments, rng.randint(1, 2))
        try:
            optimizer = cls(**{argument: drawn(rng) for argument in chosen})
            optimizer.engine = "numpy"
            optimizer.apply([np.ones((2, 2))], [np.ones((2, 2))])
        except InputError:
            continue
        if optimizer.schedule:
            continue
        again = type(optimizer).from_config(optimizer.get_config())
        assert again.get_config() == optimizer.get_config()
        taken += 1
    assert taken > 20


def ones(n=4):
    return np.ones(n, "float32")


class Sub(np.ndarray):
    """A subclass of arrays."""


SUBCLASSES = {
    "matrix": lambda: np.asmatrix(np.ones((1, 4), "f4")),
    "MaskedArray": lambda: np.ma.masked_equal(np.ones((1, 4), "f4"), 0),
    "Sub": lambda: np.ones((1, 4), "f4").view(Sub),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("kind", SUBCLASSES)
def test_subclasses_of_arrays_are_refused(kind):
    made = SUBCLASSES[kind]()
    with pytest.raises(TypeError, match=rf"`params\[0\]`.*{kind}, a subclass"):
        optimizers.SGD().build([made])
    plain = optimizers.SGD()
    for optimizer in (
        optimizers.SGD(),
        optimizers.LossScaleOptimizer(optimizers.SGD()),
        optimizers.MultiOptimizer(lambda name: plain),
    ):
        optimizer.build([np.ones((1, 4), "f4")])
        with pytest.raises(InputError, match=rf"`grads\[0\]`.*{kind}"):
            optimizer.apply([made])


@pytest.mark.parametrize("value", [None, 3, "ab", ones(), iter([ones()]), {0: ones()}])
@pytest.mark.parametrize("wrap", ["plain", "scale", "multi"])
def test_what_is_no_list_is_named(value, wrap):
    plain = optimizers.SGD()
    optimizer = {
        "plain": plain,
        "scale": optimizers.LossScaleOptimizer(plain),
        "multi": optimizers.MultiOptimizer(lambda name: plain),
    }[wrap]
    with pytest.raises(TypeError, match=r"`params` must be a list.*Received: "):
        optimizer.build(value)
    optimizer.build([ones()])
    with pytest.raises(TypeError, match=r"`grads` must be a list.*Received: "):
        optimizer.apply(value)


def test_other_places_of_one_array_are_other_parameters():
    whole = ones(20)
    optimizer = optimizers.SGD(1.0)
    optimizer.build([whole[:10]])
    with pytest.raises(InputError, match="other parameters"):
        optimizer.apply([ones(10)], [whole[2:12]])
    assert (whole == 1).all()
    optimizer.apply([ones(10)], [whole[:10]])
    np.testing.assert_array_equal(whole, [0] * 10 + [1] * 10)


@pytest.mark.parametrize(
    "params",
    [
        lambda a: [a, a],
        lambda a: [a[:3], a[2:]],
        lambda a: [ones(), a, a.reshape(2, 2)],
        lambda a: [a[2:], a],
    ],
)
def test_arrays_that_share_memory_are_refused(params):
    with pytest.raises(InputError, match="share memory"):
        optimizers.SGD().build(params(ones()))
    multi = optimizers.MultiOptimizer(lambda name: optimizers.SGD())
    with pytest.raises(InputError, match="share memory"):
        multi.build(params(ones()))


@pytest.mark.parametrize("arena", [False, True])
@pytest.mark.parametrize("shapes", [[(4,)], [(9000,)], [(3,), (4,)], [(9000,), (2,)]])
def test_what_became_read_only_is_not_written(shapes, arena):
    params = [np.ones(shape, "float32") for shape in shapes]
    if arena:
        params = Parameters.from_arrays(params)
    optimizer = optimizers.Adam(1.0)
    optimizer.build(params)
    (params.flat if arena else params[0]).flags.writeable = False
    with pytest.raises(InputError, match=r"`params\[0\]` was made read-only"):
        optimizer.apply([np.ones(shape, "float32") for shape in shapes])
    assert all((param == 1).all() for param in params)
    assert optimizer.iterations == 0


@pytest.mark.parametrize("size", [50, 30_000, 300_000])
@pytest.mark.parametrize("shift", [0, 1, -1, 7])
@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_gradients_in_the_memory_of_parameters_are_read_before_it_is_written(
    name, shift, size
):
    whole = np.random.default_rng(0).standard_normal(size + 20).astype("float32")
    memory = whole.copy()
    param, grad = memory[10 : 10 + size], memory[10 + shift :][:size]
    optimizers.lookup(name)(0.1).apply([grad], [param])
    expected = whole[10 : 10 + size].copy()
    optimizers.lookup(name)(0.1).apply([whole[10 + shift :][:size].copy()], [expected])
    np.testing.assert_array_equal(param, expected)


def test_read_only_and_unaligned_gradients_are_read():
    fixed = ones(3) * 2
    fixed.flags.writeable = False
    unaligned = np.frombuffer(b"x" + fixed.tobytes(), "f4", offset=1)
    for grad in (fixed, unaligned):
        param = ones(3)
        optimizers.SGD(1.0).apply([grad], [param])
        np.testing.assert_array_equal(param, [-1, -1, -1])


STATES = [
    ("calls", -5),
    ("calls", 1.5),
    ("calls", None),
    ("calls", "3"),
    ("learning_rate", math.nan),
    ("learning_rate", "fast"),
    ("u_product", math.nan),
    ("dynamic_scale", math.nan),
    ("dynamic_scale", 0.0),
    ("step_counter", -1),
]


@pytest.mark.parametrize(("key", "value"), STATES)
def test_a_state_that_cannot_be_is_refused_whole(key, value):
    optimizer = optimizers.LossScaleOptimizer(optimizers.Nadam(0.5))
    optimizer.apply([ones()], [ones()])
    before = optimizer.save_state()
    for state in (
        {**before, key: value},
        {k: v for k, v in before.items() if k != key},
    ):
        if key == "learning_rate" and key not in state:
            continue
        with pytest.raises(InputError, match=key):
            optimizer.load_state({**state, "slot/momentum/0": ones() * 9})
        after = optimizer.save_state()
        assert all(np.array_equal(after[name], before[name]) for name in before)


def test_a_schedule_that_gives_no_number_is_named():
    optimizer = optimizers.SGD(lambda step: "fast")
    with pytest.raises(
        InputError, match=r"schedule of `learning_rate`.*'fast' at step"
    ):
        optimizer.apply([ones()], [ones()])
