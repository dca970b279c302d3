"""An optimizer of your own in ten lines, under a name that is not taken.

AdaBelief divides by how far the gradient is from its running mean, not by its size:

    m <- beta_1 m + (1 - beta_1) g
    s <- beta_2 s + (1 - beta_2) (g - m)^2 + epsilon
    w <- w - rate * (m / (1 - beta_1^t)) / (sqrt(s / (1 - beta_2^t)) + epsilon)

Zhuang et al., AdaBelief optimizer: adapting stepsizes by the belief in observed
gradients, 2020, algorithm 2.

Run it: ``python own_optimizer.py``. Or use it in an experiment file, from this folder:
``optlab run digits --rule own_optimizer:AdaBelief --set optimizer.name=belief``, and
see its arithmetic:
``optlab explain belief --rule own_optimizer:AdaBelief --gradients 0.1,0.2,-0.3``.
"""

from __future__ import annotations

import numpy as np

import optlab
from optlab.kernels.libm import power


def coefficients(
    one, step, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8
):
    """Work out, once a step, what does not depend on the element."""
    correction_1 = one - power(beta_1, step)
    correction_2 = one - power(beta_2, step)
    return (
        learning_rate / correction_1,
        correction_2,
        beta_1,
        one - beta_1,
        beta_2,
        one - beta_2,
        epsilon,
    )


@optlab.rule(slots=["momentum", "belief"], coefficients=coefficients, name="belief")
def AdaBelief(
    param, grad, m, s, rate, correction, beta_1, rest_1, beta_2, rest_2, epsilon
):
    """Scale the mean gradient by how surprising gradients are."""
    m = beta_1 * m + rest_1 * grad
    surprise = grad - m
    s = beta_2 * s + rest_2 * (surprise * surprise) + epsilon
    param = param - rate * m / (np.sqrt(s / correction) + epsilon)
    return param, m, s


def main() -> None:
    """Train the digits with it and with Adam."""
    digits = optlab.experiments.find("digits")
    data = digits.load_data()
    for optimizer in (AdaBelief(learning_rate=1e-3), optlab.Adam(learning_rate=1e-3)):
        built = digits.build(data)
        run = optlab.fit(
            built.model,
            data.x,
            data.y,
            loss=built.loss,
            optimizer=optimizer,
            epochs=10,
            validation_data=(data.x_val, data.y_val),
            metrics=["accuracy"],
        )
        accuracy = run.history["val_accuracy"][-1]
        print(
            f"{type(optimizer).__name__:10} {accuracy:.3f} of the digits, {run.status}"
        )


if __name__ == "__main__":
    main()
