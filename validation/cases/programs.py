"""The decisive calls of the articles' fifteen examples, retold, on small rows.

Each program stands for one example (two of them for the one that breaks twice). They
are run on the installed TensorFlow to learn whether such code works at all; what it
does to a loss is measured by the cases themselves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from optlab.validation.runtime import load

Program = Callable[[], Any]


def _classes(columns: int = 4, classes: int = 3) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((24, columns)).astype("float32")
    return x, rng.integers(0, classes, 24)


def _softmax(columns: int = 4, classes: int = 3) -> Any:
    keras = load().tf.keras
    layers = [keras.layers.Dense(8, activation="relu")]
    layers += [keras.layers.Dense(classes, activation="softmax")]
    return keras.Sequential([keras.Input((columns,)), *layers])


def plateau_callback() -> None:
    """000-1: the callback on a softmax model with validation rows."""
    tf = load().tf
    x, y = _classes()
    targets = tf.keras.utils.to_categorical(y, 3)
    callback = tf.keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss", factor=0.1, patience=5
    )
    model = _softmax()
    adam = tf.keras.optimizers.Adam(learning_rate=0.01)
    model.compile(adam, loss="categorical_crossentropy", metrics=["accuracy"])
    held_out = (x[:8], targets[:8])
    model.fit(
        x, targets, epochs=2, validation_data=held_out, callbacks=[callback], verbose=0
    )


def normalize_along_rows() -> dict[str, float]:
    """000-2: the import and the call; how long the rows are afterwards."""
    load()
    from tensorflow.keras.utils import normalize

    x, _ = _classes()
    scaled = normalize(x * 100.0, axis=1)
    return {"row_length": float(np.linalg.norm(scaled[0]))}


def penalized_layer() -> None:
    """000-3: a hidden layer with an L2 penalty."""
    keras = load().tf.keras
    x, y = _classes()
    penalty = keras.regularizers.l2(0.01)
    hidden = keras.layers.Dense(64, activation="relu", kernel_regularizer=penalty)
    model = keras.Sequential([hidden, keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)


def scalar_descent() -> None:
    """001-1: a variable of one element, a tape, and SGD."""
    tf = load().tf
    targets = tf.constant([1.5, 2.5, 3.5])
    x = tf.Variable(tf.random.normal([1]))
    sgd = tf.optimizers.SGD(learning_rate=0.1)
    for _ in range(3):
        with tf.GradientTape() as tape:
            cost = tf.reduce_mean(tf.square(targets - x))
        sgd.apply_gradients(zip(tape.gradient(cost, [x]), [x], strict=True))


def integer_rows() -> None:
    """001-2: whole numbers as features and targets of an unbuilt linear model."""
    keras = load().tf.keras
    x = np.array([[1000, 2], [2000, 3], [3000, 4]])
    y = np.array([12, 23, 34])
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="mse")
    model.fit(x, y, epochs=2, verbose=0)
    model.evaluate(x, y, verbose=0)


def quartic_descent() -> dict[str, float]:
    """001-3: a scalar variable on the double well; where it ends."""
    tf = load().tf
    x = tf.Variable(0.0)
    sgd = tf.optimizers.SGD(learning_rate=0.1)
    for _ in range(100):
        with tf.GradientTape() as tape:
            height = (x - 2) ** 4 - 4 * (x - 2) ** 2 + 5
        sgd.apply_gradients(zip([tape.gradient(height, x)], [x], strict=True))
    return {"end": float(x.numpy())}


def five_rows() -> None:
    """002-1: a layer that is told its input shape, Adam by name."""
    keras = load().tf.keras
    x = np.array([[1000, 2], [1200, 3], [1500, 4], [1300, 2.5], [1600, 4.5]])
    y = np.array([5, 6, 7, 6.5, 7.5])
    model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile(optimizer="adam", loss="mse")
    history = model.fit(x, y, epochs=2, verbose=0)
    float(history.history["loss"][-1])


def random_rows() -> None:
    """002-2: Adam with a rate of its own on float64 rows."""
    keras = load().tf.keras
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(100, 5))
    y = 2 * x.sum(axis=1) + rng.standard_normal(100)
    model = keras.models.Sequential([keras.layers.Dense(1, input_shape=(5,))])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.1), loss="mse")
    model.fit(x, y, epochs=2, verbose=0)


def sine_rows() -> None:
    """002-3: ten relu units on a column of targets."""
    keras = load().tf.keras
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(100, 1))
    y = 5 * np.sin(2 * np.pi * x) + 0.2 * rng.standard_normal((100, 1))
    hidden = keras.layers.Dense(10, activation="relu", input_shape=(1,))
    model = keras.models.Sequential([hidden, keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, epochs=2, verbose=0)


def weights_from_keras_utils() -> None:
    """003-1, its first half: balanced weights from keras.utils."""
    tf = load().tf
    _, y = _classes(classes=2)
    tf.keras.utils.compute_class_weight("balanced", classes=np.unique(y), y=y)


def weights_in_compile() -> None:
    """003-1, its second half: class weights given to compile."""
    keras = load().tf.keras
    model = keras.models.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", loss="binary_crossentropy", class_weight={0: 1.0, 1: 9.0})


def penalized_classifier() -> None:
    """003-2: penalized hidden layer, sigmoid output."""
    keras = load().tf.keras
    x, y = _classes(classes=2)
    penalty = keras.regularizers.l2(0.01)
    hidden = keras.layers.Dense(64, activation="relu", kernel_regularizer=penalty)
    final = keras.layers.Dense(1, activation="sigmoid")
    model = keras.models.Sequential([hidden, final])
    model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=2, batch_size=32, verbose=0)


def stopped_early() -> None:
    """003-3: Adam imported by name, early stopping on a split-off tail."""
    load()
    import tensorflow as tf
    from tensorflow.keras.optimizers import Adam

    x, y = _classes(classes=2)
    model = tf.keras.models.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
    adam = Adam(learning_rate=0.001)
    model.compile(adam, loss="binary_crossentropy", metrics=["accuracy"])
    stop = tf.keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=5, restore_best_weights=True
    )
    model.fit(x, y, epochs=2, validation_split=0.2, callbacks=[stop], verbose=0)


def adam_at_one() -> None:
    """004-1: ten features, ten relu units, Adam at a rate of 1."""
    keras = load().tf.keras
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((40, 10)), rng.standard_normal(40)
    hidden = keras.layers.Dense(10, activation="relu", input_shape=(10,))
    model = keras.Sequential([hidden, keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=1.0), loss="mse")
    model.fit(x, y, epochs=2, verbose=0)


def deep_relu() -> None:
    """004-2: three hidden layers of 128 on 784 inputs, one-hot targets."""
    keras = load().tf.keras
    x, y = _classes(784, 10)
    widths = [keras.layers.Dense(128, activation="relu") for _ in range(3)]
    final = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input((784,)), *widths, final])
    adam = keras.optimizers.Adam()
    model.compile(adam, loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, keras.utils.to_categorical(y, 10), epochs=2, verbose=0)


def scaled_file() -> None:
    """004-3: a CSV file, its columns standardized, a model on them."""
    keras = load().tf.keras
    import pandas as pd
    from sklearn.preprocessing import StandardScaler

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        path.write_text("a,b,y\n1,1000,0.5\n2,3000,1.5\n3,2000,1.0\n", encoding="utf-8")
        rows = pd.read_csv(path)
    x = StandardScaler().fit_transform(rows.iloc[:, :-1].values)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, rows.iloc[:, -1].values, epochs=2, verbose=0)


#: Case -> its programs.
PROGRAMS: dict[str, tuple[Program, ...]] = {
    "000-1": (plateau_callback,),
    "000-2": (normalize_along_rows,),
    "000-3": (penalized_layer,),
    "001-1": (scalar_descent,),
    "001-2": (integer_rows,),
    "001-3": (quartic_descent,),
    "002-1": (five_rows,),
    "002-2": (random_rows,),
    "002-3": (sine_rows,),
    "003-1": (weights_from_keras_utils, weights_in_compile),
    "003-2": (penalized_classifier,),
    "003-3": (stopped_early,),
    "004-1": (adam_at_one,),
    "004-2": (deep_relu,),
    "004-3": (scaled_file,),
}
