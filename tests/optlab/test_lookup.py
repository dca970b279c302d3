"""Finding objects by name or configuration, and what bad identifiers say."""

import numpy as np
import pytest

from optlab.errors import InputError
from optlab.lookup import (
    Registry,
    checked_seed,
    construct,
    flag,
    is_count,
    number,
    snake_case,
)


class Spring:
    """Something with arguments."""

    def __init__(self, stiffness=1.0, damping=0.0):
        self.stiffness = stiffness
        self.damping = damping


REGISTRY = Registry("spring", {"spring": Spring}, {"coil": "spring"})


@pytest.mark.parametrize(
    ("identifier", "stiffness"),
    [
        ("spring", 1.0),
        ("Spring", 1.0),
        ("COIL", 1.0),
        (Spring, 1.0),
        (Spring(3.0), 3.0),
        ({"name": "spring", "stiffness": 2.0}, 2.0),
        ({"class_name": "Spring", "config": {"stiffness": 2.0}}, 2.0),
        ({"class_name": "Spring", "config": None}, 1.0),
        ({"class_name": "Spring", "config": {"colour": None, "sparse": False}}, 1.0),
    ],
)
def test_ways_to_say_it(identifier, stiffness):
    assert REGISTRY.get(identifier).stiffness == stiffness


def test_an_instance_or_a_function_is_returned_as_it_is():
    spring = Spring()
    assert REGISTRY.get(spring) is spring
    assert REGISTRY.get(len) is len


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("sprin", "Unknown spring 'sprin'. Did you mean 'spring'?"),
        ({"name": "sprin"}, "Unknown spring 'sprin'"),
        ({"stiffness": 1}, "needs a `name`, as in {'name': 'spring', ..."),
        ({"name": 3}, "needs a `name`, as in {'name': 'spring', ..."),
        ({"class_name": "Spring", "config": 3}, "'config': {...}}"),
        ({"name": "spring", "stifness": 1}, "Did you mean 'stiffness'?"),
        ({"class_name": "Spring", "config": {"glow": True}}, "no argument 'glow'"),
        (3, "Could not interpret 3 as a spring"),
        (None, "Could not interpret None as a spring"),
    ],
)
def test_bad_identifiers(identifier, message):
    with pytest.raises(InputError) as caught:
        REGISTRY.get(identifier)
    assert message in str(caught.value)


def test_a_missing_argument_is_named():
    with pytest.raises(InputError, match="The rope 'Rope' needs `length`"):
        construct("rope", "Rope", type("Rope", (), {"__init__": _needs_length}), {})


def _needs_length(self, length):
    self.length = length


@pytest.mark.parametrize("value", ["1", True, None, np.nan, np.inf, [1], "x"])
def test_not_a_number(value):
    with pytest.raises(InputError, match="`rate` must be a number"):
        number("rate", value)


def test_numbers():
    assert number("rate", np.float32(0.5)) == 0.5
    assert number("rate", 0, low=0) == 0.0
    with pytest.raises(
        InputError, match=r"`rate` must be at least 0. Received: rate=-1"
    ):
        number("rate", -1, low=0)


def test_counts_and_seeds():
    assert is_count(np.int64(3), 3)
    assert not any(is_count(value, 1) for value in (0, 1.0, True, "1", None))
    assert checked_seed(None) is None
    assert checked_seed(np.uint8(7)) == 7
    with pytest.raises(InputError, match="Received: seed=-1"):
        checked_seed(-1)


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("HeNormal", "he_normal"),
        ("L1L2", "l1_l2"),
        ("Dense", "dense"),
        ("L2", "l2"),
        ("RMSprop", "rmsprop"),
        ("ScheduleFreeAdamW", "schedule_free_adamw"),
    ],
)
def test_snake_case(name, snake):
    assert snake_case(name) == snake


def test_a_bug_in_a_constructor_looks_like_one():
    def broken(self):
        return 1 + "1"

    with pytest.raises(TypeError, match="unsupported operand"):
        construct("rope", "Rope", type("Rope", (), {"__init__": broken}), {})


@pytest.mark.parametrize("value", [True, False, np.True_, np.False_])
def test_flags(value):
    assert flag("nesterov", value) is bool(value)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("False", " Did you mean false?"),
        ("no", " Did you mean false?"),
        (0, " Did you mean false?"),
        (None, " Did you mean false?"),
        ("TRUE", " Did you mean true?"),
        (1.0, " Did you mean true?"),
        ("perhaps", ""),
        ([], ""),
    ],
)
def test_what_is_no_flag_is_refused(value, hint):
    with pytest.raises(InputError, match="`nesterov` must be true or false") as caught:
        flag("nesterov", value)
    assert str(caught.value).endswith(f"Received: nesterov={value!r}.{hint}")
