"""The bits of layers do not depend on the number of threads."""

import numba
import numpy as np
import pytest

from optlab.layers import GRU, LSTM, Conv2D, MaxPooling2D, SimpleRNN, team
from optlab.model import Sequential

#: Layers over inputs that are large enough to be divided.
STACKS = {
    "SimpleRNN": (lambda: [SimpleRNN(64)], (70, 5, 3)),
    "LSTM": (lambda: [LSTM(64)], (70, 5, 3)),
    "GRU": (lambda: [GRU(64, return_sequences=True)], (70, 5, 3)),
    "Conv2D": (
        lambda: [Conv2D(8, 3, padding="same", activation="relu"), MaxPooling2D()],
        (20, 52, 52, 3),
    ),
}


@pytest.mark.parametrize("name", STACKS)
def test_one_thread_and_two(name, monkeypatch):
    layers, shape = STACKS[name]
    x = np.random.default_rng(0).standard_normal(shape, np.float32)
    before = numba.get_num_threads()
    found, divided = [], []

    def spread(work, count, several):
        divided.append(several and count > 1 and numba.get_num_threads() > 1)
        original(work, count, several)

    original = team.spread
    for room in ("recurrent", "filters", "convolution_plan", "pooling"):
        monkeypatch.setattr(f"optlab.layers.{room}.spread", spread)
    try:
        for threads in (1, 2):
            numba.set_num_threads(threads)
            model = Sequential(layers(), shape[1:])
            output = model.forward(x, True).copy()
            grad = np.cos(output)
            by_input = model.backward(grad, input_gradient=True)
            found.append([output, by_input.copy(), model.gradients.flat.copy()])
    finally:
        numba.set_num_threads(before)
    assert any(divided)
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)
