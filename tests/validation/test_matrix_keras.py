"""A compact part of the matrix, and that the matrix notices what is wrong."""

import numpy as np
import pytest

from optlab import optimizers
from optlab.validation.matrix import Case, Check, cases, plan, run, tolerance
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


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("name", ["adam", "rmsprop"])
def test_every_regime(name, regime):
    (result,) = run(small(Case(name), regime=regime))
    assert result.passed, result.messages()


@pytest.mark.parametrize("mode", ["function", "xla"])
@pytest.mark.parametrize(
    "case",
    [Case("sgd", {"momentum": 0.9}), Case("adam"), Case("rmsprop"), Case("ftrl")],
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
        run(small(Case("adadelta"), mode=mode))[0]
        for mode in ("unoptimized", "function")
    )
    assert plain.ulp == 0 < rewritten.ulp


class Sloppy(optimizers.SGD):
    """Rounds its rate to three digits, from the second step on."""

    def _update(self, flats):
        self.learning_rate = 0.01 if self.iterations == 0 else 0.0101
        super()._update(flats)


def test_a_wrong_optimizer_is_noticed_with_step_tensor_index_and_values():
    check = small(Case("sgd"), steps=(1, 2))
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
        def _update(self, flats):
            super()._update(flats)
            self.state["momentum"][0][...] = 0

    (found,) = compare_steps(
        [Lazy(0.01, momentum=0.9)],
        lambda v: optimizer_to_keras(optimizers.SGD(0.01, momentum=0.9), v),
        small(Case("sgd"), steps=(1,)),
        [(Tolerance(), Where())],
    )
    assert {c.where.tensor for c in found if not c.passed} == {"momentum 0"}


def test_bounds_are_only_where_they_are_explained():
    assert tolerance(Case("adam"), "eager", "float32").exact
    assert tolerance(Case("adam"), "function", "float32").exact
    assert tolerance(Case("adam"), "xla", "float32", model=True).exact
    assert not tolerance(Case("adam"), "xla", "float32").exact
    for case in cases(full=True):
        for mode in ("eager", "unoptimized", "function", "xla"):
            found = tolerance(case, mode, "float32")
            assert found.exact or len(found.reason) > 10


def test_the_plans_cover_every_optimizer():
    for full in (False, True):
        parts = plan(full)
        assert {"optimizers", "losses", "schedules", "layers", "runs"} == {
            part.name for part in parts
        }
    (only,) = plan(only=["lion"])
    assert only.rows == 5 + 1
    assert {case.name for case in cases()} == set(optimizers.OPTIMIZERS) - {
        name for name in optimizers.OPTIMIZERS if not name.isalpha()
    } - {n for n in optimizers.OPTIMIZERS if _made_by_a_test(n)}


def _made_by_a_test(name):
    cls = optimizers.OPTIMIZERS[name]
    return getattr(optimizers, cls.__name__, None) is not cls


def test_huge_gradients_do_overflow():
    rng = np.random.default_rng(0)
    for dtype in ("float32", "float64"):
        grad = REGIMES["huge"](rng, (100,), np.dtype(dtype))
        with np.errstate(over="ignore"):
            assert np.isinf(grad * grad).any()
