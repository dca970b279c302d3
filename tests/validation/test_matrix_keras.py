"""A compact part of the matrix, and that the matrix notices what is wrong."""

import math
from dataclasses import replace

import keras
import numpy as np
import pytest

from optlab import optimizers
from optlab.cli.verify import GROUPS
from optlab.optimizers import TWINS
from optlab.validation.matrix import (
    Check,
    OptimizerCase,
    cases,
    draw_check,
    plan,
    random_parts,
    run,
    tolerance,
)
from optlab.validation.matrix.cases import OPTIONS, odd_cases, paired_cases
from optlab.validation.matrix.drawing import ARGUMENTS
from optlab.validation.matrix.gradients import REGIMES
from optlab.validation.matrix.harness import compare_steps
from optlab.validation.parity import Tolerance, Where
from optlab.validation.twins.optimizers import optimizer_to_keras

SMALL = ((5, 3), (11,))


def small(case, dtype="float32", mode="eager", regime="mixed", steps=(1, 3), **more):
    return Check(case, dtype, mode, regime, steps, shapes=SMALL, **more)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", cases(), ids=lambda case: case.label)
def test_eager_is_the_same_bits(case, dtype):
    (result,) = run(small(case, dtype, engine="numpy"))
    assert result.passed, result.messages()
    assert result.ulp == 0
    assert bool(result.refused) == ((case.name, dtype) == ("muon", "float64"))


@pytest.mark.parametrize("name", TWINS)
def test_arguments_away_from_their_defaults(name):
    for case in odd_cases():
        if case.name == name:
            (result,) = run(small(case, engine="numpy"))
            assert result.passed and result.ulp == 0, result.messages()


@pytest.mark.parametrize("name", ARGUMENTS)
def test_random_configurations(name):
    for index in range(3):
        (result,) = run(replace(draw_check(7, index, [name]), engine="numpy"))
        assert result.passed and result.ulp == 0, result.messages()


def test_a_drawn_configuration_can_be_drawn_again():
    assert draw_check(3, 5) == draw_check(3, 5) != draw_check(3, 6)
    parts = random_parts(60, 1)
    assert sum(part.rows for part in parts) == 60
    assert {part.name for part in parts} == {"random"}


def test_every_argument_is_set_away_from_its_default_and_from_powers_of_two():
    for name, entry in TWINS.items():
        cls = entry.cls
        defaults = cls()
        for argument in cls.arguments:
            if argument in ("exclude_layers", "exclude_embeddings"):
                continue  # names, not numbers
            assert argument in ARGUMENTS[name]
            values = [odd.get(argument) for odd in TWINS[name].odd]
            assert set(values) - {None, getattr(defaults, argument)}, argument
            for value in values:
                if isinstance(value, float) and 0 < value < 1:
                    assert math.frexp(value)[0] != 0.5, (name, argument)
    assert len(paired_cases()) == 25 * len(TWINS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_subnormal_regime_has_subnormal_squares_and_gradients(dtype):
    grad = REGIMES["subnormal"](np.random.default_rng(0), (1000,), np.dtype(dtype))
    tiny = np.finfo(dtype).tiny
    with np.errstate(under="ignore"):
        squares = grad * grad
    assert np.mean((squares > 0) & (squares < tiny)) > 0.2
    assert np.mean(np.abs(grad) < tiny) > 0.05


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("name", ["adam", "rmsprop"])
def test_every_regime(name, regime):
    (result,) = run(small(OptimizerCase(name), regime=regime))
    assert result.passed, result.messages()


@pytest.mark.parametrize("mode", ["function", "xla"])
@pytest.mark.parametrize(
    "case",
    [
        OptimizerCase("sgd", {"momentum": 0.9}),
        OptimizerCase("sgd", {"momentum": 1.0}),
        OptimizerCase("sgd", {"momentum": 1.0, "nesterov": True}),
        OptimizerCase("adam"),
        OptimizerCase("rmsprop"),
        OptimizerCase("ftrl"),
    ],
    ids=lambda case: case.label,
)
def test_compiled_modes_are_what_their_models_say(case, mode):
    results = run(small(case, "float64", mode))
    assert all(result.passed for result in results), [r.messages() for r in results]
    if len(results) == 2:
        ours, model = results
        assert model.mode == f"{mode} model"
        assert model.ulp == 0
        assert ours.ulp > 0 or mode == "function"


def test_grappler_is_the_whole_difference_of_graphs():
    plain, rewritten = (
        run(small(OptimizerCase("adadelta"), mode=mode))[0]
        for mode in ("unoptimized", "function")
    )
    assert plain.ulp == 0 < rewritten.ulp


class Sloppy(optimizers.SGD):
    """Rounds its rate to three digits, from the second step on."""

    def apply(self, grads, params=None):
        self.learning_rate = 0.01 if self.iterations == 0 else 0.0101
        super().apply(grads, params)


def test_a_wrong_optimizer_is_noticed_with_step_tensor_index_and_values():
    check = small(OptimizerCase("sgd"), steps=(1, 2))
    where = Where("sloppy", "float32", "eager")
    (found,) = compare_steps(
        [Sloppy(0.01)],
        lambda variables: optimizer_to_keras(optimizers.SGD(0.01), variables),
        check,
        [(Tolerance(), where)],
    )
    assert [c.where.step for c in found if not c.passed] == [2, 2]
    message = next(c.message() for c in found if not c.passed)
    for part in (
        "sloppy, float32, eager, step 2, parameter 0",
        "index",
        "got np.float",
    ):
        assert part in message


def test_a_wrong_slot_is_noticed():
    class Lazy(optimizers.SGD):
        def apply(self, grads, params=None):
            super().apply(grads, params)
            self.state["momentum"][0][...] = 0

    (found,) = compare_steps(
        [Lazy(0.01, momentum=0.9)],
        lambda v: optimizer_to_keras(optimizers.SGD(0.01, momentum=0.9), v),
        small(OptimizerCase("sgd"), steps=(1,)),
        [(Tolerance(), Where())],
    )
    assert {c.where.tensor for c in found if not c.passed} == {"momentum 0"}


def test_bounds_are_only_where_they_are_explained():
    assert tolerance(OptimizerCase("adam"), "eager", "float32").exact
    assert tolerance(OptimizerCase("adam"), "function", "float32").exact
    assert tolerance(OptimizerCase("adam"), "xla", "float32", model=True).exact
    assert not tolerance(OptimizerCase("adam"), "xla", "float32").exact
    for case in cases(full=True):
        for mode in ("eager", "unoptimized", "function", "xla"):
            found = tolerance(case, mode, "float32")
            assert found.exact or len(found.reason) > 10


def test_the_plans_cover_every_optimizer():
    for full in (False, True):
        names = {"optimizers", "losses", "metrics", "schedules", "layers"}
        names |= {"runs", "golden"}
        more = {"random", "fits"} if full else set()
        assert {part.name for part in plan(full)} == names | more
    (only,) = plan(only=["lion"])
    assert only.rows == 5 + 2
    assert {part.name for part in plan(only=["layers", "schedules"])} == {
        "layers",
        "schedules",
    }
    assert set(GROUPS) < {part.name for part in plan()}
    assert {case.name for case in cases()} == set(TWINS)
    exported = {name for name, cls in optimizers.OPTIMIZERS.items() if _is_ours(cls)}
    assert exported == set(optimizers.TABLE)
    for name, entry in optimizers.TABLE.items():
        assert entry.twin == (name in TWINS) == (not entry.sources)
        assert entry.twin == hasattr(keras.optimizers, entry.cls.__name__)


def _is_ours(cls):
    return getattr(optimizers, cls.__name__, None) is cls


def test_huge_gradients_do_overflow():
    rng = np.random.default_rng(0)
    for dtype in ("float32", "float64"):
        grad = REGIMES["huge"](rng, (100,), np.dtype(dtype))
        with np.errstate(over="ignore"):
            assert np.isinf(grad * grad).any()


def test_in_a_graph_only_the_rates_of_a_schedule_are_other_ones():
    (schedule,) = (o for o in OPTIONS if "learning_rate" in o)
    case = OptimizerCase("sgd", schedule)
    check = small(case, mode="function", steps=(1, 50), engine="numpy")
    ours, model = run(check)
    assert ours.passed and ours.ulp > 0
    assert model.passed and model.tolerance.exact and model.ulp == 0


def test_what_adds_up_is_allowed_by_the_step():
    case = OptimizerCase("schedulefreeadamw")
    short, long = (tolerance(case, "xla", "float32", steps=n) for n in (100, 1000))
    assert long.roundings == 10 * short.roundings
    assert long.absolute > short.absolute
