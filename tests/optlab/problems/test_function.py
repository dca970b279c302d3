"""The user's own function: what is accepted and refused, and the gradient check."""

import numpy as np
import pytest

from optlab import problems
from optlab.errors import InputError


def bowl(x):
    return float(x @ x), 2 * x


def test_a_function_is_a_problem_like_any_other():
    problem = problems.Function(
        bowl, start=[3.0, 4.0], minima=[[0, 0]], minimum=0, name="bowl"
    )
    assert problem.name == "bowl"
    assert problem.dimension == 2
    assert problem.value_and_grad([3, 4]) == (25.0, pytest.approx([6.0, 8.0]))
    assert problem.gradient(np.float32([1, 2])).dtype == np.float32
    grid = np.arange(12.0).reshape(2, 3, 2)
    assert np.array_equal(problem.values(grid), (grid**2).sum(axis=-1))
    assert problems.check_gradient(problem) < 1e-9
    assert problem.bounds is None
    assert problems.Function.name == "function"


def test_one_dimension_with_plain_numbers():
    problem = problems.Function(lambda x: (x[0] ** 2, 2 * x[0]), start=1.5)
    assert problem.value_and_grad([3.0]) == (9.0, np.array([6.0]))


def test_bounds_may_be_one_pair_for_all():
    problem = problems.Function(bowl, start=[0, 0, 1], bounds=(-1, 2))
    assert problem.bounds.tolist() == [[-1, 2]] * 3


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (7, "must be a callable"),
        (lambda x: 3.0, r"must return \(value, gradient\)"),
        (lambda x: (1.0, x, x), r"must return \(value, gradient\)"),
        (lambda x: (x, x), r"one real number.*shape \(2,\)"),
        (lambda x: ("low", x), "one real number"),
        (lambda x: (1.0, x[:1]), r"shape \(2,\).*shape \(1,\)"),
        (lambda x: (1.0, None), "must be real"),
    ],
)
def test_bad_functions(function, message):
    with pytest.raises(InputError, match=message):
        problems.Function(function, start=[1.0, 2.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": []}, "non-empty"),
        ({"start": [np.nan, 0]}, "finite"),
        ({"start": [[1.0, 2.0]]}, "vector"),
        ({"start": ["a", "b"]}, "numbers"),
        ({"start": [0, 0], "bounds": (1, 1)}, "low < high"),
        ({"start": [0, 0], "bounds": [(0, 1)] * 3}, "for each coordinate"),
        ({"start": [0, 0], "minima": [[0, 0, 0]]}, "2 coordinates"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        problems.Function(bowl, **arguments)


@pytest.mark.parametrize(
    "gradient",
    [lambda x: -2 * x, lambda x: 2 * x + [0, 1e-3], lambda x: x * [1, np.nan]],
)
def test_a_wrong_gradient_is_found(gradient):
    problem = problems.Function(lambda x: (x @ x, gradient(x)), start=[1.0, 2.0])
    with pytest.raises(InputError, match="component 1 is"):
        problems.check_gradient(problem, [0.0, 2.0])
