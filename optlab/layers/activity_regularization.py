r"""A penalty on what passes through, and nothing else.

.. math:: R(x) = \frac{1}{n} \sum (\lambda_1 |x| + \lambda_2 x^2)

over a batch of n rows, as tf.keras divides since 3.9.
"""

from __future__ import annotations

from optlab.layers.base import Array, Layer, Rng
from optlab.layers.registry import register
from optlab.regularizers import L1L2


@register
class ActivityRegularization(Layer):
    """Return the input; add a penalty on it to the loss.

    Parameters
    ----------
    l1, l2 : float
        The factors of absolute values and of squares, at least 0.
    trainable, name
        See `Layer`.
    """

    supports_masking = True

    def __init__(
        self,
        l1: float = 0.0,
        l2: float = 0.0,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        penalty = self._get(lambda factors: L1L2(*factors), (l1, l2))
        self.activity_regularizer = penalty
        self.l1, self.l2 = penalty.l1, penalty.l2

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the input."""
        self.output = x
        return x

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient."""
        return grad
