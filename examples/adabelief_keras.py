"""A Keras optimizer of your own, checked against its update rule.

`AdaBelief` is the Keras form of the rule in own_optimizer.py. Compare the two, from
this folder:

    optlab verify --keras adabelief_keras:AdaBelief --rule own_optimizer:AdaBelief

`Hasty` is the same with a bug that trains almost as well and is easily overlooked. The
check fails and points at it:

    optlab verify --keras adabelief_keras:Hasty --rule own_optimizer:AdaBelief

An experiment whose optimizer is the rule is compared with its twin by the same two
options: ``optlab verify FILE --keras ... --rule ...``.
"""

from __future__ import annotations

import keras
from keras import ops


class AdaBelief(keras.optimizers.Optimizer):
    """Adam divided by how far the gradient is from its running mean."""

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **options
    ):
        super().__init__(learning_rate=learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        """Make a momentum and a belief for each variable."""
        if self.built:
            return
        super().build(variables)
        self._momentums = self.add_optimizer_variables(variables, "momentum")
        self._beliefs = self.add_optimizer_variables(variables, "belief")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        index = self._get_variable_index(variable)
        m, s = self._momentums[index], self._beliefs[index]
        rate = ops.cast(learning_rate, variable.dtype)
        step = ops.cast(self.iterations + 1, variable.dtype)
        # In the variable's dtype, as the rule has them: 1 - beta rounds differently.
        beta_1 = ops.cast(self.beta_1, variable.dtype)
        beta_2 = ops.cast(self.beta_2, variable.dtype)
        correction_1 = 1 - ops.power(beta_1, step)
        correction_2 = 1 - ops.power(beta_2, step)
        self.assign(m, beta_1 * m + (1 - beta_1) * gradient)
        surprise = self.surprise(gradient, m)
        self.assign(
            s,
            beta_2 * s + (1 - beta_2) * ops.square(surprise) + self.epsilon,
        )
        denominator = ops.sqrt(s / correction_2) + self.epsilon
        self.assign_sub(variable, rate / correction_1 * m / denominator)

    def surprise(self, gradient, m):
        """Return how far the gradient is from what was expected."""
        return gradient - m

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }


class Hasty(AdaBelief):
    """The same, but it forgets to subtract the mean: that is Adam's denominator."""

    def surprise(self, gradient, m):
        """Return the gradient itself."""
        return gradient
