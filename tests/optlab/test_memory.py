"""What does not fit into memory is refused before it is allocated."""

import pytest

import optlab
from optlab.errors import InputError
from optlab.memory import check_room, memory


@pytest.mark.parametrize("units", [10**9, 10**12])
def test_models_that_do_not_fit_are_refused_at_once(units):
    with pytest.raises(InputError, match=r"'dense': .* weights .* need .* GiB"):
        optlab.Sequential([optlab.Dense(units)], input_shape=(64,))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": 10**6}),
        ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 10**12}),
        ("Conv2D", {"filters": 10**15, "kernel_size": 3}),
        ("LSTM", {"units": 10**13}),
        ("GRU", {"units": 10**13}),
    ],
)
def test_layers_that_do_not_fit_are_named(name, options):
    shape = (8, 8, 2) if "Conv" in name else (7, 3)
    with pytest.raises(InputError, match=rf"layers\[0\], {name} .*(GiB|more memory)"):
        optlab.Sequential([{"class": name, **options}], input_shape=shape)


def test_what_a_batch_needs_beside_its_outputs():
    far = {"filters": 2, "kernel_size": 3, "padding": "same", "dilation_rate": 10**7}
    model = optlab.Sequential([{"class": "Conv2D", **far}], input_shape=(8, 8, 2))
    with pytest.raises(InputError, match=r"layers\[0\], Conv2D .* arrays need .* GiB"):
        model.predict([[[[0.0] * 2] * 8] * 8])


def test_outputs_of_a_batch():
    with pytest.raises(InputError, match="outputs of a batch need"):
        check_room(2 * memory("MemTotal"), "The outputs of a batch")
    check_room(0, "Nothing")


def test_available_is_plausible():
    assert 2**26 < memory("MemAvailable") <= memory("MemTotal") < 2**62
