"""Short real runs, made once, that the plots of this folder draw."""

import numpy as np
import pytest

import optlab
from optlab import problems


def walk(problem, steps=40, **optimizer):
    return optlab.minimize(problem, {"name": "sgd", **optimizer}, steps=steps)


@pytest.fixture(scope="session")
def well():
    return walk(problems.DoubleWell(), steps=12, learning_rate=0.1)


@pytest.fixture(scope="session")
def valley():
    return walk(problems.Rosenbrock(), name="adam", learning_rate=0.1)


@pytest.fixture(scope="session")
def bowl():
    return walk(problems.Quadratic(dimension=5), learning_rate=0.1)


@pytest.fixture(scope="session")
def exploded():
    return walk(problems.Rosenbrock(), learning_rate=0.01)


@pytest.fixture(scope="session")
def trained():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 4)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    layers = [optlab.Dense(6, activation="relu"), optlab.Dense(2)]
    return optlab.fit(
        optlab.Sequential(layers, input_shape=(4,)),
        x,
        y,
        loss=optlab.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer={"name": "adam", "learning_rate": 0.01},
        batch_size=20,
        epochs=4,
        validation_split=0.2,
        metrics=["accuracy"],
        record=2,
    )


@pytest.fixture(scope="session")
def convolved():
    rng = np.random.default_rng(0)
    x = rng.random((20, 6, 5, 2)).astype(np.float32)
    layers = [
        optlab.layers.Conv2D(5, 3, activation="relu"),
        optlab.layers.Flatten(),
        optlab.Dense(1),
    ]
    return optlab.fit(
        optlab.Sequential(layers, input_shape=(6, 5, 2)),
        x,
        x.mean((1, 2, 3)),
        loss="mse",
        optimizer="adam",
        epochs=1,
    )
