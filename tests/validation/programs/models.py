"""A small classifier, and a program read from a call of `fit`."""

import keras

from optlab.validation.programs.hooks import Captured
from optlab.validation.programs.reading import read_program

layers = keras.layers


def classifier(activation="sigmoid", loss="binary_crossentropy", **compiled):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(1, activation=activation),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), loss, **compiled)
    return model


def read(model, x, y, **arguments):
    return read_program(Captured(model, "fit", {"x": x, "y": y, **arguments}))[0]
