"""The pictures of a convolution show its own numbers, and say what they need."""

import numpy as np
import pytest

from optlab import plots
from optlab.errors import InputError


def values(ax):
    shown = np.ma.filled(ax.images[0].get_array().astype(float), np.nan)
    return np.unique(shown[~np.isnan(shown)])


def test_filters_are_the_mean_over_the_channels(convolved):
    ax = plots.plot_filters(convolved)
    kernel = convolved.model.get_layer("conv2d").kernel
    np.testing.assert_allclose(values(ax), np.unique(kernel.mean(2)))
    assert ax.get_xlabel() == "5 filters of conv2d"


def test_maps_are_of_the_latest_batch(convolved):
    model = convolved.model
    model.forward(np.random.default_rng(1).random((3, 6, 5, 2)))
    ax = plots.plot_feature_maps(model, row=2)
    output = model.get_layer("conv2d").output[2]
    np.testing.assert_allclose(values(ax), np.unique(output))


def test_what_cannot_be_drawn(convolved, trained):
    with pytest.raises(InputError, match=r"Conv2D layer of the model: none\. "):
        plots.plot_filters(trained)
    with pytest.raises(InputError, match="Conv2D layer of the model: 'conv2d'"):
        plots.plot_feature_maps(convolved, layer="dense")
    convolved.model.forward(np.zeros((3, 6, 5, 2)))
    with pytest.raises(InputError, match="which has 3"):
        plots.plot_feature_maps(convolved, row=3)
