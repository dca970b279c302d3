"""What does not fit into memory is refused before it is allocated."""

import pytest

import optlab
from optlab.errors import InputError
from optlab.memory import check_room, memory


@pytest.mark.parametrize("units", [10**9, 10**12])
def test_models_that_do_not_fit_are_refused_at_once(units):
    with pytest.raises(InputError, match=r"weights and their gradients need .* GiB"):
        optlab.Sequential([optlab.Dense(units)], input_shape=(64,))


def test_outputs_of_a_batch():
    with pytest.raises(InputError, match="outputs of a batch need"):
        check_room(2 * memory("MemTotal"), "The outputs of a batch")
    check_room(0, "Nothing")


def test_available_is_plausible():
    assert 2**26 < memory("MemAvailable") <= memory("MemTotal") < 2**62
