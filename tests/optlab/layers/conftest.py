"""A gradient check by central differences, for layers of any kind."""

import numpy as np
import pytest


def largest_gradient_error(model, x, training=True, from_logits=False):
    """Return the largest relative error over all trained weights and the input.

    The loss is a fixed random combination of the outputs (or logits) plus the penalty.
    """
    mix = np.random.default_rng(99).standard_normal((len(x), *model.output_shape))

    def outputs():
        out = model.forward(x, training, np.random.default_rng(7))
        return model.logits if from_logits else out

    def loss():
        return float((mix * outputs()).sum()) + model.penalty()

    loss()
    input_gradient = model.backward(mix.copy(), from_logits, input_gradient=True).copy()
    gradients = model.gradients.copy()
    worst = 0.0
    pairs = [*zip(model.parameters, gradients, strict=True), (x, input_gradient)]
    for array, gradient in pairs:
        numeric = np.empty_like(array)
        for index in np.ndindex(array.shape):
            value = array[index]
            step = 1e-5 * max(1.0, abs(value))
            array[index] = value + step
            up = loss()
            array[index] = value - step
            numeric[index] = (up - loss()) / (2 * step)
            array[index] = value
        scale = max(1.0, np.abs(numeric).max())
        worst = max(worst, np.abs(numeric - gradient).max() / scale)
    return worst


@pytest.fixture
def gradient_error():
    return largest_gradient_error
