"""A small data set and models for the training tests."""

import numpy as np
import pytest

import optlab


@pytest.fixture(scope="session")
def data():
    """Rows of three classes: x (60, 4), integer labels (60,)."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(60, 4))
    y = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0)
    return x, y


@pytest.fixture
def make_model():
    """Build a model with dropout and batch normalization, or a plain one."""

    def make(units=3, activation="softmax", rich=False, dtype="float32", seed=0):
        layers = [optlab.Dense(6, activation="relu", kernel_regularizer="l2")]
        if rich:
            layers += [optlab.BatchNormalization(), optlab.Dropout(0.3)]
        layers.append(optlab.Dense(units, activation=activation))
        return optlab.Sequential(layers, input_shape=(4,), dtype=dtype, seed=seed)

    return make
