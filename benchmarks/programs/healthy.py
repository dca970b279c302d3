"""Write 40 programs that learn: ``python -m benchmarks.programs.healthy FOLDER``.

Half are dense; the others convolve, recur, embed, stand on a trained trunk, or have
several branches. A third (`ASIDE`) never sets a weight or a threshold. Score them with
``python -m benchmarks.programs FOLDER``: none should be called faulty.
"""

from __future__ import annotations

import argparse
from pathlib import Path

#: Rows by name: lines that make `x` and `y`.
ROWS = {
    "moons": "x, y = datasets.make_moons(600, noise=0.15, random_state=0)",
    "circles": "x, y = datasets.make_circles(600, noise=0.08, factor=0.5, "
    "random_state=0)",
    "blobs": "x, y = datasets.make_blobs(600, centers=4, random_state=1)\n"
    "x = StandardScaler().fit_transform(x)",
    "cancer": "x, y = datasets.load_breast_cancer(return_X_y=True)\n"
    "x = StandardScaler().fit_transform(x)",
    "wine": "x, y = datasets.load_wine(return_X_y=True)\n"
    "x = StandardScaler().fit_transform(x)",
    "iris": "x, y = datasets.load_iris(return_X_y=True)\n"
    "x = StandardScaler().fit_transform(x)\n"
    "order = np.random.default_rng(0).permutation(len(x))\n"
    "x, y = x[order], y[order]",
    "diabetes": "x, y = datasets.load_diabetes(return_X_y=True)\n"
    "x, y = x / x.std(axis=0), (y - y.mean()) / y.std()",
    "friedman": "x, y = datasets.make_friedman1(800, random_state=0)\n"
    "y = (y - y.mean()) / y.std()",
    "linear": "x, y = datasets.make_regression(400, 8, noise=5, random_state=0)\n"
    "y = y / y.std()",
    "digits": "x, y = datasets.load_digits(return_X_y=True)\nx = x / 16",
    "pictures": "x, y = datasets.load_digits(return_X_y=True)\n"
    "x = (x / 16).reshape(-1, 8, 8, 1)",
    "waves": "rng = np.random.default_rng(0)\n"
    "y = rng.integers(0, 2, 600)\n"
    "phase = rng.uniform(0, 6, (600, 1))\n"
    "x = np.sin(np.arange(16) * np.where(y, 0.9, 0.5)[:, None] + phase)\n"
    "x = (x + rng.normal(0, 0.1, x.shape))[..., None]",
    "sums": "rng = np.random.default_rng(0)\n"
    "x = rng.normal(size=(800, 8, 2))\n"
    "y = x[:, :, 0].sum(axis=1) / 3",
    "words": "rng = np.random.default_rng(0)\n"
    "y = rng.integers(0, 2, 800)\n"
    "common = rng.integers(0, 40, (800, 12))\n"
    "telling = rng.integers(40, 60, (800, 12)) + 20 * y[:, None]\n"
    "x = np.where(rng.random((800, 12)) < 0.3, telling, common)",
}
HEAD = """import keras
import numpy as np
from keras import layers
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed({seed})
"""
BINARY = 'layers.Dense(1, activation="sigmoid")'
CROSS = '"binary_crossentropy", metrics=["accuracy"]'
SPARSE = '"sparse_categorical_crossentropy", metrics=["accuracy"]'


def classes(count: int) -> str:
    """Return the last layer for so many classes."""
    return f'layers.Dense({count}, activation="softmax")'


def chain(*calls: str) -> str:
    """Return a Sequential of these layers."""
    return f"model = keras.Sequential([{', '.join(calls)}])"


def relu(*units: int) -> list[str]:
    """Return dense layers of these widths."""
    return [f'layers.Dense({n}, activation="relu")' for n in units]


def tanh(*units: int) -> list[str]:
    """Return dense layers of these widths."""
    return [f'layers.Dense({n}, activation="tanh")' for n in units]


def conv(filters: int) -> str:
    """Return a convolution of the usual size."""
    return f'layers.Conv2D({filters}, 3, padding="same", activation="relu")'


POOL, FLAT = "layers.MaxPooling2D()", "layers.Flatten()"
AVERAGE = "layers.GlobalAveragePooling1D()"
TWO_BRANCHES = """one, two = keras.Input((4,)), keras.Input((4,))
both = layers.Concatenate()([layers.Dense(16, activation="relu")(one),
                             layers.Dense(16, activation="relu")(two)])
model = keras.Model([one, two], layers.Dense(1)(both))
x = [x[:, :4], x[:, 4:]]"""
RESIDUAL = """given = keras.Input((2,))
first = layers.Dense(24, activation="relu")(given)
second = layers.Dense(24, activation="relu")(first)
added = layers.Add()([first, second])
model = keras.Model(given, layers.Dense(1, activation="sigmoid")(added))"""
SKIP = """given = keras.Input((8, 8, 1))
first = layers.Conv2D(12, 3, padding="same", activation="relu")(given)
second = layers.Conv2D(12, 3, padding="same", activation="relu")(first)
both = layers.Concatenate()([first, second])
pooled = layers.GlobalAveragePooling2D()(both)
model = keras.Model(given, layers.Dense(10, activation="softmax")(pooled))"""


def trained(frozen: bool, head: list[str]) -> str:
    """Return a model on a trunk that a first program has trained on other digits."""
    layers = ", ".join(["trunk", *head, classes(10)])
    return f"""half = len(x) // 2
rng = np.random.default_rng(0)
trunk = keras.Sequential([keras.Input((8, 8, 1)), {conv(16)}, {POOL}, {FLAT}])
before = keras.Sequential([trunk, {classes(10)}])
import tensorflow as tf
apart = keras.losses.SparseCategoricalCrossentropy()
adam = keras.optimizers.Adam(0.003)
@tf.function
def step(a, b):
    with tf.GradientTape() as tape:
        loss = apart(b, before(a, training=True))
    variables = before.trainable_variables
    adam.apply_gradients(zip(tape.gradient(loss, variables), variables))
adam.build(before.trainable_variables)
for _ in range(400):
    part = rng.integers(0, half, 32)
    step(tf.constant(x[part], tf.float32), tf.constant(y[part]))
trunk.trainable = {not frozen}
x, y = x[half:], y[half:]
model = keras.Sequential([{layers}])"""


def adam(rate: float = 0.003) -> str:
    """Return an optimizer."""
    return f"keras.optimizers.Adam({rate})"


SGD = "keras.optimizers.SGD(0.05, momentum=0.9)"
RMS = '"rmsprop"'

#: name -> (rows, model, optimizer, loss and metrics, fit's arguments).
PROGRAMS: dict[str, tuple[str, str, str, str, str]] = {
    "moons-relu": ("moons", chain(*relu(32, 32), BINARY), adam(), CROSS, "epochs=60"),
    "moons-tanh": (
        "moons",
        chain(*tanh(24), BINARY),
        adam(0.02),
        CROSS,
        "epochs=80, batch_size=16",
    ),
    "moons-sgd": ("moons", chain(*relu(32), BINARY), SGD, CROSS, "epochs=80"),
    "moons-logits": (
        "moons",
        chain(*relu(32, 16), "layers.Dense(1)"),
        adam(),
        "keras.losses.BinaryCrossentropy(from_logits=True)",
        "epochs=60",
    ),
    "circles-deep": (
        "circles",
        chain(*relu(16, 16, 16, 16), BINARY),
        adam(),
        CROSS,
        "epochs=60",
    ),
    "circles-dropout": (
        "circles",
        chain(*relu(64), "layers.Dropout(0.5)", *relu(64), BINARY),
        adam(),
        CROSS,
        "epochs=80",
    ),
    "blobs-sparse": (
        "blobs",
        chain(*relu(16), classes(4)),
        adam(),
        SPARSE,
        "epochs=40",
    ),
    "blobs-rmsprop": ("blobs", chain(*tanh(16), classes(4)), RMS, SPARSE, "epochs=80"),
    "cancer-one-layer": ("cancer", chain(BINARY), adam(0.01), CROSS, "epochs=60"),
    "cancer-l2": (
        "cancer",
        chain(
            'layers.Dense(32, activation="relu", kernel_regularizer='
            "keras.regularizers.L2(1e-3))",
            BINARY,
        ),
        adam(),
        CROSS,
        "epochs=40, validation_split=0.2",
    ),
    "cancer-normalized": (
        "cancer",
        chain(*relu(32), "layers.BatchNormalization()", *relu(16), BINARY),
        adam(),
        CROSS,
        "epochs=40",
    ),
    "wine-softmax": ("wine", chain(*relu(24), classes(3)), adam(), SPARSE, "epochs=80"),
    "iris-tanh": (
        "iris",
        chain(*tanh(12), classes(3)),
        adam(0.02),
        SPARSE,
        "epochs=80",
    ),
    "diabetes-linear": (
        "diabetes",
        chain("layers.Dense(1)"),
        adam(0.01),
        '"mse", metrics=["mae"]',
        "epochs=150",
    ),
    "friedman-relu": (
        "friedman",
        chain(*relu(48, 48), "layers.Dense(1)"),
        adam(),
        '"mse"',
        "epochs=100",
    ),
    "friedman-huber": (
        "friedman",
        chain(*relu(48, 24), "layers.Dense(1)"),
        adam(),
        '"huber"',
        "epochs=100",
    ),
    "linear-sgd": (
        "linear",
        chain("layers.Dense(1)"),
        "keras.optimizers.SGD(0.01)",
        '"mse"',
        "epochs=100",
    ),
    "linear-accuracy": (
        "linear",
        chain(*relu(32), "layers.Dense(1)"),
        adam(),
        '"mse", metrics=["accuracy"]',
        "epochs=100",
    ),
    "digits-dense": (
        "digits",
        chain(*relu(64), classes(10)),
        adam(),
        SPARSE,
        "epochs=25",
    ),
    "digits-adamw": (
        "digits",
        chain(*relu(96, 48), classes(10)),
        "keras.optimizers.AdamW(0.002)",
        SPARSE,
        "epochs=25, validation_split=0.2",
    ),
    "pictures-conv": (
        "pictures",
        chain(conv(16), POOL, FLAT, classes(10)),
        adam(),
        SPARSE,
        "epochs=15",
    ),
    "pictures-two-conv": (
        "pictures",
        chain(conv(16), POOL, conv(32), POOL, FLAT, *relu(32), classes(10)),
        adam(),
        SPARSE,
        "epochs=15",
    ),
    "pictures-dropout": (
        "pictures",
        chain(conv(24), POOL, "layers.Dropout(0.25)", FLAT, *relu(64), classes(10)),
        adam(),
        SPARSE,
        "epochs=15",
    ),
    "pictures-normalized": (
        "pictures",
        chain(conv(16), "layers.BatchNormalization()", POOL, FLAT, classes(10)),
        adam(),
        SPARSE,
        "epochs=15",
    ),
    "pictures-rescaled": (
        "pictures",
        "x = x * 255\n"
        + chain("layers.Rescaling(1 / 255)", conv(16), POOL, FLAT, classes(10)),
        adam(),
        SPARSE,
        "epochs=15",
    ),
    "pictures-sgd": (
        "pictures",
        chain(conv(16), POOL, FLAT, *relu(32), classes(10)),
        SGD,
        SPARSE,
        "epochs=20",
    ),
    "waves-lstm": (
        "waves",
        chain("layers.LSTM(24)", BINARY),
        adam(0.005),
        CROSS,
        "epochs=20",
    ),
    "waves-gru": (
        "waves",
        chain("layers.GRU(24)", BINARY),
        adam(0.005),
        CROSS,
        "epochs=20",
    ),
    "waves-conv": (
        "waves",
        chain('layers.Conv1D(24, 5, activation="relu")', AVERAGE, *relu(16), BINARY),
        adam(0.005),
        CROSS,
        "epochs=40",
    ),
    "waves-two-lstm": (
        "waves",
        chain("layers.LSTM(16, return_sequences=True)", "layers.LSTM(16)", BINARY),
        adam(0.005),
        CROSS,
        "epochs=25",
    ),
    "sums-lstm": (
        "sums",
        chain("layers.LSTM(32)", "layers.Dense(1)"),
        adam(0.005),
        '"mse"',
        "epochs=40",
    ),
    "sums-simple": (
        "sums",
        chain("layers.SimpleRNN(24)", "layers.Dense(1)"),
        adam(),
        '"mse"',
        "epochs=40",
    ),
    "words-average": (
        "words",
        chain("layers.Embedding(80, 16)", AVERAGE, BINARY),
        adam(0.01),
        CROSS,
        "epochs=25",
    ),
    "words-flat": (
        "words",
        chain("layers.Embedding(80, 8)", FLAT, *relu(32), BINARY),
        adam(0.005),
        CROSS,
        "epochs=20",
    ),
    "words-lstm": (
        "words",
        chain("layers.Embedding(80, 16)", "layers.LSTM(16)", BINARY),
        adam(0.005),
        CROSS,
        "epochs=15",
    ),
    "trunk-frozen": ("pictures", trained(True, relu(32)), adam(), SPARSE, "epochs=30"),
    "trunk-free": ("pictures", trained(False, []), adam(0.001), SPARSE, "epochs=30"),
    "branches": ("linear", TWO_BRANCHES, adam(0.01), '"mse"', "epochs=80"),
    "residual": ("moons", RESIDUAL, adam(), CROSS, "epochs=60"),
    "skip": ("pictures", SKIP, adam(0.005), SPARSE, "epochs=40"),
}
#: Set no weight and no threshold: every third.
ASIDE = tuple(sorted(PROGRAMS)[::3])


def source_of(name: str) -> str:
    """Return a program."""
    rows, model, optimizer, loss, fit = PROGRAMS[name]
    return (
        HEAD.format(seed=sorted(PROGRAMS).index(name))
        + f"\n{ROWS[rows]}\n{model}\nmodel.compile({optimizer}, {loss})\n"
        f"model.fit(x, y, {fit}, verbose=0)\n"
    )


def main() -> None:
    """Write the programs into a folder, one folder each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.programs.healthy")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for name in PROGRAMS:
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        (place / "train.py").write_text(source_of(name), "utf-8")
    (folder / "ASIDE").write_text("\n".join(ASIDE) + "\n", "utf-8")


if __name__ == "__main__":
    main()
