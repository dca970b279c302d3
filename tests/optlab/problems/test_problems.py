"""Every named problem: gradients, minima, grids, dtypes and bad input."""

import inspect

import numpy as np
import pytest

from optlab import problems
from optlab.errors import InputError

CASES = [
    ("beale", {}),
    ("booth", {}),
    ("double-well", {}),
    ("himmelblau", {}),
    ("quadratic", {}),
    ("quadratic", {"condition_number": 1e4, "dimension": 7}),
    ("quadratic", {"condition_number": 30.0, "dimension": 4, "rotation_seed": 3}),
    ("quadratic", {"condition_number": 1.0, "dimension": 1}),
    ("rastrigin", {}),
    ("rastrigin", {"dimension": 5}),
    ("rosenbrock", {}),
    ("rosenbrock", {"a": 0.5, "b": 7.0}),
    ("rosenbrock", {"dimension": 6}),
    ("saddle", {}),
    ("saddle", {"quartic": 0.25}),
]
case = pytest.mark.parametrize(
    ("name", "options"), CASES, ids=[f"{name}-{options}" for name, options in CASES]
)


def test_the_table_covers_the_registry():
    assert sorted({name for name, _ in CASES}) == problems.names()


@case
def test_gradient_agrees_with_central_differences(name, options):
    problem = problems.get(name, **options)
    rng = np.random.default_rng(0)
    low, high = problem.bounds.T
    for _ in range(10):
        x = rng.uniform(low, high)
        given = problem.gradient(x)
        numerical, rounding = problems.central_differences(problem.value, x)
        allowed = 1e-6 * max(1.0, np.abs(given).max()) + rounding
        assert (np.abs(given - numerical) <= allowed).all()
        assert problems.check_gradient(problem, x) <= 1e-6 + rounding.max()


@case
def test_minima_have_no_gradient_and_the_stated_value(name, options):
    problem = problems.get(name, **options)
    for point in problem.minima:
        assert point.shape == (problem.dimension,)
        assert np.abs(problem.gradient(point)).max() < 1e-12
        assert problem.value(point) == pytest.approx(problem.minimum, abs=1e-14)
        rng = np.random.default_rng(1)
        near = point + rng.uniform(-0.05, 0.05, (200, problem.dimension))
        assert (problem.values(near) >= problem.minimum).all()


@case
def test_value_and_gradient_are_the_same_apart_and_together(name, options):
    problem = problems.get(name, **options)
    value, gradient = problem.value_and_grad(problem.start)
    assert isinstance(value, float)
    assert value == problem.value(problem.start) == problem(problem.start)
    assert np.array_equal(gradient, problem.gradient(problem.start))
    assert gradient.dtype == np.float64
    assert gradient.shape == problem.start.shape == (problem.dimension,)
    assert not np.shares_memory(gradient, problem.start)


@case
def test_values_on_a_grid_are_those_of_the_points(name, options):
    problem = problems.get(name, **options)
    grid = np.random.default_rng(2).uniform(-1, 1, (3, 4, problem.dimension))
    one_by_one = [[problem.value(point) for point in row] for row in grid]
    assert problem.values(grid) == pytest.approx(np.array(one_by_one), rel=1e-14)


@case
def test_float32_points_give_float32_gradients(name, options):
    problem = problems.get(name, **options)
    start = problem.start.astype(np.float32)
    value, gradient = problem.value_and_grad(start)
    assert gradient.dtype == np.float32
    exact, exact_gradient = problem.value_and_grad(start.astype(np.float64))
    assert value == pytest.approx(exact, rel=1e-5, abs=1e-5)
    assert gradient == pytest.approx(exact_gradient, rel=1e-4, abs=1e-4)


@case
def test_config_rebuilds_the_problem(name, options):
    problem = problems.get(name, **options)
    again = problems.get(problem.get_config())
    assert type(again) is type(problem)
    assert again.options == problem.options
    x = np.linspace(-1, 1, problem.dimension)
    assert again.value(x) == problem.value(x)
    assert set(problem.options) == set(inspect.signature(type(problem)).parameters)


@case
def test_an_overflow_is_inf_without_a_warning(name, options):
    value, gradient = problems.get(name, **options).value_and_grad(
        np.full(problems.get(name, **options).dimension, 1e200)
    )
    assert not np.isfinite(value)
    assert gradient.shape == problems.get(name, **options).start.shape


@pytest.mark.parametrize("kappa", [1.0, 10.0, 1e8])
def test_the_condition_number_is_that_of_the_hessian(kappa):
    problem = problems.Quadratic(condition_number=kappa, dimension=5)
    assert np.linalg.cond(problem.hessian) == pytest.approx(kappa, rel=1e-6)
    turned = problems.Quadratic(kappa, 5, rotation_seed=0)
    eigenvalues = np.linalg.eigvalsh(turned.hessian)
    assert eigenvalues == pytest.approx(problem.curvatures, rel=1e-6, abs=1e-7 * kappa)
    x = np.arange(5.0)
    assert turned.gradient(x) == pytest.approx(turned.hessian @ x)
    assert not np.allclose(turned.hessian, problem.hessian) or kappa == 1.0


def test_the_double_well_is_the_stated_quartic():
    problem = problems.DoubleWell()
    x = np.linspace(-1, 5, 41)
    expected = (x - 2) ** 4 - 4 * (x - 2) ** 2 + 5
    assert problem.values(x[:, None]) == pytest.approx(expected, rel=1e-13)
    assert problem.start.tolist() == [0.0]
    assert problem.gradient(2.0) == 0.0
    assert problem.value(2.0) == 5.0


def test_himmelblau_has_four_minima():
    assert len({tuple(point.round(3)) for point in problems.Himmelblau().minima}) == 4


@pytest.mark.parametrize("name", ["double-well", "double_well", "Double Well"])
def test_names_in_any_spelling(name):
    assert isinstance(problems.get(name), problems.DoubleWell)


def test_a_problem_is_returned_as_it_is():
    problem = problems.Booth()
    assert problems.get(problem) is problem


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("rosenbrok", {}, "Did you mean 'rosenbrock'"),
        ("quadratic", {"condition": 3}, "Did you mean 'condition_number'"),
        ("quadratic", {"condition_number": 0.5}, "at least 1"),
        ("quadratic", {"condition_number": "big"}, "finite number"),
        ("quadratic", {"condition_number": True}, "finite number"),
        ("quadratic", {"condition_number": 2.0, "dimension": 1}, "one curvature"),
        ("quadratic", {"dimension": 0}, "at least 1"),
        ("quadratic", {"dimension": 2.5}, "integer"),
        ("quadratic", {"rotation_seed": -1}, "at least 0"),
        ("rosenbrock", {"dimension": 1}, "at least 2"),
        ("rosenbrock", {"dimension": 3, "a": 2.0}, "must be 1"),
        ("rosenbrock", {"b": float("nan")}, "finite"),
        ("saddle", {"quartic": -1.0}, "at least 0"),
        ("booth", {"dimension": 2}, "no argument 'dimension'"),
        (3, {}, "must be a name"),
        ({"name": "booth", "start": [0, 0]}, {}, "Unknown key"),
        ({"options": {}}, {}, "`name`"),
        (problems.Booth(), {"dimension": 2}, "already built"),
    ],
)
def test_bad_names_and_options(name, options, message):
    with pytest.raises(InputError, match=message):
        problems.get(name, **options)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1.0], r"shape \(2,\).*Received: shape=\(1,\)"),
        (1.0, r"Received: shape=\(\)"),
        ([[1.0, 2.0]], r"Received: shape=\(1, 2\)"),
        (["a", "b"], "real numbers"),
        ([1j, 0], "real numbers"),
    ],
)
def test_bad_points(x, message):
    with pytest.raises(InputError, match=message):
        problems.Booth().value_and_grad(x)


def test_bad_grid():
    with pytest.raises(InputError, match=r"\(\.\.\., 2\)"):
        problems.Booth().values(np.zeros((4, 3)))
