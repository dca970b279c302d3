"""Attach a callback to something light and feed it a sequence of figures."""

import numpy as np
import pytest

from optlab import optimizers


class Model:
    """The two methods of a model that callbacks use."""

    def __init__(self):
        self.values = np.zeros(2)

    def get_weights(self):
        return [self.values.copy()]

    def set_weights(self, weights):
        self.values = weights[0].copy()


@pytest.fixture
def feed():
    """Run epochs of given figures; the model's weights are the epoch's number."""

    def run(callback, values, monitor="val_loss", rate=0.1, begin=True):
        model = Model()
        optimizer = optimizers.SGD(rate)
        directions = {"loss": "min", "val_loss": "min", "auc": "max", "odd": None}
        callback.attach(model, optimizer, None, directions)
        if begin:
            callback.on_train_begin()
        rates = []
        for epoch, value in enumerate(values):
            callback.on_epoch_begin(epoch)
            model.values[:] = epoch
            logs = {monitor: value}
            callback.on_epoch_end(epoch, logs)
            rates.append(optimizer.learning_rate)
            if callback.stop_training:
                break
        callback.on_train_end()
        return model, rates, epoch

    return run
