"""Every layer in random configurations: tf.keras, differences, configurations, masks.

`optlab verify --full` compares more of the same configurations.
"""

import numpy as np
import pytest

from optlab import layers
from optlab.kernels.recurrent.common import activate
from optlab.layers import configuration, get
from optlab.validation.checks.drawn_layers import Trial
from optlab.validation.checks.layers import stacks
from optlab.validation.checks.one_layer import slope_error
from optlab.validation.draws import DRAWS

#: Their inputs are no numbers to take a derivative by.
NOT_SMOOTH = ("Embedding", "Masking")
DOUBLE, SINGLE = range(6), range(6, 8)


@pytest.mark.filterwarnings("ignore:.*softmax over axis")
@pytest.mark.parametrize("name", DRAWS)
def test_as_keras(name):
    for dtype, seeds in (("float64", DOUBLE), ("float32", SINGLE)):
        for seed in seeds:
            trial = Trial(name, dtype, seed)
            for found in trial.compare():
                assert found.passed, found.message()
            drawn, model, twin = trial.drawn, trial.model, trial.twin
            layer = drawn.layer
            shape = twin.compute_output_shape((2, *drawn.shape))
            assert tuple(shape)[1:] == model.output_shape
            again = get(
                {"class_name": type(layer).__name__, "config": twin.get_config()}
            )
            assert plain(again) == plain(layer)
            if layer.supports_masking:
                x = drawn.x.astype(dtype)
                ours = layer.compute_mask(x, drawn.mask)
                theirs = twin.compute_mask(x, drawn.mask)
                assert (ours is None) == (theirs is None)
                if ours is not None:
                    np.testing.assert_array_equal(ours, theirs)
            if seed < 4 and name not in NOT_SMOOTH:
                assert slope_error(model, drawn) < 1e-6


def plain(layer):
    """Return a layer's table without what tf.keras fills in."""
    table = configuration(layer)
    for key in ("name", "layer", "backward_layer"):
        if isinstance(table.get(key), dict):
            filled = ("name", "zero_output_for_mask")
            table[key] = {k: v for k, v in table[key].items() if k not in filled}
        else:
            table.pop(key, None)
    if "shared_axes" in table:
        table["shared_axes"] = list(table["shared_axes"])
    return table


def test_every_layer_is_compared():
    drawn = {name.partition(" ")[0] for name in DRAWS}
    stacked = {
        type(part).__name__
        for stack in stacks().values()
        for layer in stack
        for part in layer.parts()
    }
    assert set(layers.REGISTRY) - drawn <= {"Add", "Concatenate", "Residual"} & stacked


def test_a_kernel_is_compiled_once_a_dtype():
    assert len(activate.signatures) <= 2
