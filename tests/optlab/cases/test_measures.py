"""What cases measure on a model is what it says."""

import numpy as np
import pytest

from optlab.cases.measures import (
    data_losses,
    gradient_norms,
    recalls,
    rises,
    roughness,
    row_normalized,
)
from optlab.cases.settings import digits, tumours


def test_row_normalized():
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_array_equal(row_normalized(x), [[0.6, 0.8], [0.0, 0.0]])


def test_rises_and_roughness():
    assert rises([3, 2, 2.5, 1, 2]) == 0.5
    assert rises([1]) == 0.0
    assert roughness([8, 4, 2, 1]) == pytest.approx(0.0, abs=1e-12)


def test_data_losses_leave_the_penalty_out():
    plain = tumours((4,))
    heavy = plain.replace(
        {"model.layers.0.kernel_regularizer": {"name": "l2", "l2": 10.0}}
    )
    assert data_losses(plain.build()) == data_losses(heavy.build())


def test_gradient_norms_change_nothing_and_agree_with_differences():
    built = digits((8,), training={"dtype": "float64"}).build()
    built.data = built.data.replace(x=built.data.x[:64], y=built.data.y[:64])
    before = [w.copy() for w in built.model.get_weights()]
    sizes = gradient_norms(built)["gradient_rms"]
    for old, new in zip(before, built.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    kernel = before[2]
    slopes = np.empty_like(kernel)
    for index in np.ndindex(kernel.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = [w.copy() for w in before]
            moved[2][index] += step
            built.model.set_weights(moved)
            ends.append(data_losses(built)["data_loss"])
        slopes[index] = (ends[0] - ends[1]) / 2e-5
    assert len(sizes) == 2
    assert sizes[1] == pytest.approx(np.sqrt(np.mean(slopes**2)), rel=1e-5)


def test_recalls_of_a_model_that_always_says_yes():
    built = tumours((4,)).build()
    weights = [np.zeros_like(w) for w in built.model.get_weights()]
    weights[-1][:] = 5.0
    built.model.set_weights(weights)
    assert recalls(built) == {
        "recall_0": 0.0,
        "recall_1": 1.0,
        "balanced_accuracy": 0.5,
    }
