"""Schedules that tf.keras lacks, the registry, and bad arguments."""

import json
import math

import numpy as np
import pytest

import optlab
from optlab import schedules
from optlab.errors import InputError

#: One instance of each, by name.
EXAMPLES = {
    "exponential_decay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 9,
        "decay_rate": 0.5,
    },
    "piecewise_constant_decay": {"boundaries": [3, 5], "values": [1.0, 0.5, 0.1]},
    "polynomial_decay": {"initial_learning_rate": 0.1, "decay_steps": 9},
    "inverse_time_decay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 9,
        "decay_rate": 2,
    },
    "cosine_decay": {"initial_learning_rate": 0.1, "decay_steps": 9},
    "cosine_decay_restarts": {"initial_learning_rate": 0.1, "first_decay_steps": 9},
    "step_decay": {"initial_learning_rate": 0.1, "decay_steps": 9},
    "linear_warmup": {"learning_rate": 0.1, "warmup_steps": 9},
    "one_cycle": {"max_learning_rate": 0.1, "total_steps": 9},
    "cyclical_learning_rate": {
        "initial_learning_rate": 0.1,
        "maximal_learning_rate": 0.9,
        "step_size": 9,
    },
}

#: Step to rate in torch 2.13, with the scheduler's arguments.
TORCH = {
    "OneCycleLR(max_lr=0.5, total_steps=100)": (
        schedules.OneCycle(0.5, 100),
        {
            0: 0.020000000000000018,
            1: 0.021406890282953728,
            15: 0.2729933380605002,
            29: 0.5,
            30: 0.49974826764226216,
            60: 0.2946400451427644,
            99: 2e-06,
        },
    ),
    "OneCycleLR(0.5, 100, None, None, 0.4, 'linear', 10, 100, three_phase=True)": (
        schedules.OneCycle(0.5, 100, 0.4, "linear", 10, 100, three_phase=True),
        {
            0: 0.05,
            1: 0.06153846153846154,
            15: 0.22307692307692312,
            39: 0.5,
            50: 0.3730769230769231,
            78: 0.05,
            79: 0.047642857142857147,
            90: 0.021714285714285717,
            99: 0.0005,
        },
    ),
    "OneCycleLR(0.5, total_steps=100, pct_start=0.0)": (
        schedules.OneCycle(0.5, 100, 0.0),
        {0: 0.4998766405848725, 1: 0.49950668408033944, 50: 0.242148341641227},
    ),
    "CyclicLR(0.1, 0.7, step_size_up=7, mode='triangular2')": (
        schedules.CyclicalLearningRate(0.1, 0.7, 7, mode="triangular2"),
        {0: 0.1, 3: 0.357142857142857, 7: 0.7, 21: 0.4, 30: 0.14285714285714285},
    ),
    "CyclicLR(0.1, 0.7, step_size_up=7, mode='exp_range', gamma=0.95)": (
        schedules.CyclicalLearningRate(0.1, 0.7, 7, mode="exp_range", gamma=0.95),
        {3: 0.32046785714285697, 7: 0.5190023776562498, 35: 0.1996500303925643},
    ),
    "StepLR(lr=1.0, step_size=3)": (
        schedules.StepDecay(1.0, 3),
        {0: 1.0, 2: 1.0, 3: 0.1, 6: 0.01, 9: 0.001, 12: 0.0001},
    ),
    "LinearLR(lr=1.0, start_factor=0.25, total_iters=8)": (
        schedules.LinearWarmup(1.0, 8, 0.25),
        {0: 0.25, 2: 0.4375, 4: 0.625, 8: 1.0, 12: 1.0},
    ),
}


@pytest.mark.parametrize("call", TORCH)
def test_rates_are_torchs(call):
    schedule, expected = TORCH[call]
    found = {step: schedule(step) for step in expected}
    assert found == pytest.approx(expected, rel=1e-13)


def test_one_cycle_stays_at_its_last_rate():
    schedule = schedules.OneCycle(0.5, 100)
    assert schedule(100) == schedule(10**6) == schedule(99) == pytest.approx(2e-6)


@pytest.mark.parametrize("name", schedules.names())
def test_configuration_round_trip(name):
    made = schedules.get({"name": name, **EXAMPLES[name]})
    config = json.loads(json.dumps(made.get_config()))
    again = type(made).from_config(config)
    assert again == made
    assert schedules.get(json.loads(json.dumps(schedules.serialize(made)))) == made
    assert eval(repr(made), vars(schedules)) == made
    rates = [made(step) for step in range(30)]
    assert rates == [again(np.int64(step)) for step in range(30)]
    assert all(type(rate) is float and math.isfinite(rate) for rate in rates)


def test_step_decay():
    schedule = schedules.StepDecay(1.0, 10, 0.5, end_learning_rate=0.2)
    found = [schedule(step) for step in (0, 9, 10, 19, 20, 29, 30, 10**6)]
    assert found == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2]


def test_warm_up_into_a_schedule():
    after = schedules.CosineDecay(0.4, 100)
    schedule = schedules.LinearWarmup(after, 20, initial_learning_rate=0.1)
    assert schedule(0) == 0.1
    assert schedule(10) == pytest.approx(0.25)
    assert [schedule(20 + s) for s in (0, 7, 99)] == [after(s) for s in (0, 7, 99)]
    table = {
        "name": "linear_warmup",
        "warmup_steps": 20,
        "initial_learning_rate": 0.1,
        "learning_rate": {
            "name": "cosine_decay",
            "initial_learning_rate": 0.4,
            "decay_steps": 100,
        },
    }
    assert schedules.get(table) == schedule
    assert schedules.get(schedules.serialize(schedule)) == schedule


def test_warm_up_into_a_function():
    schedule = schedules.LinearWarmup(lambda step: 1 / (1 + step), 4)
    assert [schedule(s) for s in (0, 1, 4, 5)] == [0, 0.25, 1, 0.5]


def test_cyclical_rates_over_a_cycle():
    cyclical = schedules.CyclicalLearningRate
    plain = cyclical(0.0, 1.0, 4)
    assert [plain(s) for s in range(9)] == [0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25, 0]
    halved = cyclical(0.0, 1.0, 4, mode="triangular2")
    assert [halved(s) for s in (4, 12, 20)] == [1, 0.5, 0.25]
    fading = cyclical(0.0, 1.0, 4, mode="exp_range", gamma=0.5)
    assert [fading(s) for s in (4, 12)] == [0.5**4, 0.5**12]


def test_an_optimizer_follows_a_schedule():
    param = np.zeros(1, np.float32)
    optimizer = optlab.SGD(learning_rate=schedules.StepDecay(1.0, 2, 0.5))
    for _ in range(4):
        optimizer.apply([np.ones(1, np.float32)], [param])
    assert param[0] == -(1 + 1 + 0.5 + 0.5)


def test_functions_pass_through_and_cannot_come_back():
    def rate(step):
        return 0.1

    assert schedules.get(rate) is rate
    config = schedules.serialize(rate)
    assert config["config"] == "rate"
    with pytest.raises(InputError, match="pass the function 'rate' itself"):
        schedules.get(config)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "exponential_decay", "decay_steps": 0}, "`decay_steps` must be > 0"),
        ({"name": "exponential_decay", "decay_rate": -1}, "`decay_rate` must be at l"),
        ({"name": "exponential_decay", "staircase": 1}, "`staircase` must be true or"),
        ({"name": "polynomial_decay", "decay_steps": -5}, "`decay_steps` must be > 0"),
        ({"name": "polynomial_decay", "power": "x"}, "`power` must be a number"),
        ({"name": "inverse_time_decay", "decay_rate": math.nan}, "must be a number"),
        ({"name": "cosine_decay", "initial_learning_rate": -1}, "must be at least 0"),
        ({"name": "cosine_decay", "warmup_steps": -1}, "`warmup_steps` must be at l"),
        ({"name": "cosine_decay", "decay_stps": 1}, "Did you mean 'decay_steps'"),
        ({"name": "cosine_decay_restarts", "t_mul": 0.5}, "`t_mul` must be at least 1"),
        ({"name": "piecewise_constant_decay", "values": [1.0]}, "one number more than"),
        ({"name": "piecewise_constant_decay", "boundaries": [5, 3]}, "ascending order"),
        ({"name": "piecewise_constant_decay", "boundaries": 7}, "a list of numbers"),
        (
            {"name": "piecewise_constant_decay", "values": [1, None, 2]},
            r"`values\[1\]` must be a number",
        ),
        ({"name": "one_cycle", "total_steps": 9.5}, "`total_steps` must be an integer"),
        ({"name": "one_cycle", "pct_start": 1.5}, r"`pct_start` must be in \[0, 1\]"),
        ({"name": "one_cycle", "anneal_strategy": "cosine"}, "one of cos, linear"),
        ({"name": "cyclical_learning_rate", "gamma": 2}, r"`gamma` must be in \(0, 1"),
        (
            {"name": "cyclical_learning_rate", "maximal_learning_rate": 0},
            "`maximal_learning_rate` must be at least 0.1",
        ),
        ({"name": "linear_warmup", "warmup_steps": 0}, "`warmup_steps` must be > 0"),
        ({"name": "linear_warmup", "learning_rate": {}}, "needs a `name`"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        schedules.get({**EXAMPLES[change["name"]], **change})


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("exponential", "Did you mean 'exponential_decay'"),
        ("step_decay", "needs `"),
        ({"decay_steps": 3}, "A table for a schedule needs a `name`"),
        (0.1, "Could not interpret 0.1 as a schedule"),
    ],
)
def test_unusable_identifiers_are_refused(identifier, message):
    with pytest.raises(InputError, match=message):
        schedules.get(identifier)
