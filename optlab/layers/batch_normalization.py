r"""Batch normalization: each unit with mean 0 and variance 1 over the batch.

A unit is an entry of the last axis; inputs of more axes count as that many more rows.

.. math::
    y = \gamma \frac{x - \mu}{\sqrt{v + \epsilon}} + \beta

In training :math:`\mu` and v are the batch's, otherwise moving averages of them:
``moving = moving * momentum + batch * (1 - momentum)``. As in tf.keras the variance is
the biased one, in the moving average too (torch averages the unbiased one, and its
``momentum`` is one minus ours), and a frozen layer uses the moving averages even in
training.

Where the steps of the inputs have a mask, means and variances are of the steps that
count, with tf.keras's divisor: their number plus 1e-7. All steps are normalized.

Ioffe and Szegedy (2015), "Batch normalization: accelerating deep network training by
reducing internal covariate shift", arXiv:1502.03167.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab import initializers, regularizers
from optlab.kernels import batch_normalization as kernels
from optlab.layers.base import Array, Layer, Rng, Shape, Weight, fold, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import is_count, number

#: tf.keras's `epsilon()`.
_EPSILON = 1e-7


@register
class BatchNormalization(Layer):
    """Normalize each unit over the batch, then scale by `gamma` and shift by `beta`.

    Parameters
    ----------
    axis : int
        The axis of the units, counted with the rows'; only the last one.
    momentum : float
        Of the moving averages, in [0, 1].
    epsilon : float
        Added to the variance; at least 0.
    center, scale : bool
        Whether there is a `beta`, a `gamma`.
    beta_initializer, gamma_initializer : str, mapping or callable
        First values; see `optlab.initializers.get`.
    moving_mean_initializer, moving_variance_initializer : str, mapping or callable
        First values of the averages.
    beta_regularizer, gamma_regularizer : str, mapping or None
        Penalties; see `optlab.regularizers.get`.
    trainable, name
        See `Layer`. A frozen layer also uses and keeps its moving averages in training.
    """

    supports_masking = True

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        # tf.keras saves the axis as a list of one.
        axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        if not is_count(axis, -1) or axis == 0:
            raise self._error(
                f"`axis` must be -1, the axis of the units. Received: axis={axis!r}."
            )
        self.axis = int(axis)
        self.momentum = self._get(lambda m: number("momentum", m, low=0), momentum)
        if self.momentum > 1:
            raise self._error(
                f"`momentum` must be in [0, 1]. Received: momentum={momentum!r}."
            )
        self.epsilon = self._get(lambda e: number("epsilon", e, low=0), epsilon)
        self.center = self._flag("center", center)
        self.scale = self._flag("scale", scale)
        self.beta_initializer = self._get(initializers.get, beta_initializer)
        self.gamma_initializer = self._get(initializers.get, gamma_initializer)
        self.moving_mean_initializer = self._get(
            initializers.get, moving_mean_initializer
        )
        self.moving_variance_initializer = self._get(
            initializers.get, moving_variance_initializer
        )
        self.beta_regularizer = self._get(regularizers.get, beta_regularizer)
        self.gamma_regularizer = self._get(regularizers.get, gamma_regularizer)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for gamma, beta and the moving averages, in tf.keras's order."""
        super().build(input_shape, dtype)
        if self.axis not in (-1, len(input_shape)):
            raise self._error(
                "`axis` must be the last one, -1. Received: "
                f"axis={self.axis} for inputs of shape {with_rows(input_shape)}."
            )
        units = input_shape[-1]
        shape = (units,)
        self._buffer = Buffer(input_shape, dtype)
        self._stats = np.empty((8, units), dtype)
        self._options = np.array(
            [self.epsilon, self.momentum, 1 - self.momentum], dtype
        )
        # Stand-ins for weights that the layer does not have.
        self.gamma, self.beta = np.ones(shape, dtype), np.zeros(shape, dtype)
        self._no_gamma_grad, self._no_beta_grad = np.empty((2, units), dtype)
        self.gamma_grad: Array | None = None
        self.beta_grad: Array | None = None
        self.moving_mean: Array
        self.moving_variance: Array
        names = [
            *["gamma"] * self.scale,
            *["beta"] * self.center,
            "moving_mean",
            "moving_variance",
        ]
        return [
            Weight(
                self,
                name,
                shape,
                getattr(self, f"{name}_initializer"),
                getattr(self, f"{name}_regularizer", None),
                trainable=not name.startswith("moving"),
            )
            for name in names
        ]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Layer:
        """Make a layer from `get_config`'s result, tf.keras's own included."""
        config = dict(config)
        if not config.get("renorm"):
            # tf.keras writes it down even where there is no renormalization.
            config.pop("renorm_momentum", None)
        return super().from_config(config)

    def bind(self, name: str, array: Array, grad: Array | None) -> None:
        """Take a weight; remember where its gradient goes."""
        super().bind(name, array, grad)
        gamma_grad = self._no_gamma_grad if self.gamma_grad is None else self.gamma_grad
        beta_grad = self._no_beta_grad if self.beta_grad is None else self.beta_grad
        self._grads = gamma_grad, beta_grad

    @property
    def learns(self) -> bool:
        """Whether gamma or beta is trained."""
        return self.trainable and (self.center or self.scale)

    def resize(self, rows: int) -> None:
        """Make the buffer fit a batch of `rows` rows."""
        self.output = self._buffer.rows(rows)
        self._matrix = fold(self.output)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Normalize by the batch (training and not frozen) or by the averages."""
        self._x = x = fold(x)
        self._by_batch = training and self._trainable
        self._counted: Array | None = None
        if self._by_batch and self.mask is not None:
            return self._forward_masked(x, self.mask)
        run = kernels.forward_training if self._by_batch else kernels.forward_inference
        run(
            x,
            self.gamma,
            self.beta,
            self._options,
            self.moving_mean,
            self.moving_variance,
            self._stats,
            self._matrix,
        )
        return self.output

    def _forward_masked(self, x: Array, mask: Array) -> Array:
        """Normalize by the steps of the batch that count."""
        if mask.ndim != len(self.input_shape):
            raise self._error(
                "A mask must have one axis less than the inputs. Received: a mask of "
                f"{mask.ndim} axes for inputs of shape {with_rows(self.input_shape)}."
            )
        self._counted = counted = mask.reshape(-1, 1)
        epsilon, momentum, rest = self._options
        self._count = x.dtype.type(np.count_nonzero(counted) + _EPSILON)
        mean = np.where(counted, x, 0).sum(0) / self._count
        self._centred = x - mean
        variance = np.where(counted, self._centred**2, 0).sum(0) / self._count
        for moving, value in (
            (self.moving_mean, mean),
            (self.moving_variance, variance),
        ):
            moving[...] = moving * momentum + value * rest
        self._inverse = 1 / np.sqrt(variance + epsilon)
        np.multiply(self._centred, self._inverse * self.gamma, self._matrix)
        np.add(self._matrix, self.beta, self._matrix)
        return self.output

    def _backward_masked(self, grad: Array, counted: Array) -> None:
        """Turn `grad` into the gradient of the input."""
        gamma_grad, beta_grad = self._grads
        centred, inverse = self._centred, self._inverse
        grad.sum(0, out=beta_grad)
        along = (grad * centred).sum(0)
        np.multiply(along, inverse, gamma_grad)
        by_mean = -inverse * self.gamma * beta_grad
        by_variance = -self.gamma * along * inverse**3 / 2
        # The mean's share of the variance: 0 but for the epsilon in its divisor.
        rest = np.where(counted, centred, 0).sum(0)
        by_mean -= 2 * by_variance * rest / self._count
        grad *= self.gamma * inverse
        grad += counted * ((2 * by_variance * centred + by_mean) / self._count)

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradients of gamma and beta; return that of the input."""
        if self._counted is not None:
            self._backward_masked(fold(grad), self._counted)
            return grad
        run = (
            kernels.backward_training if self._by_batch else kernels.backward_inference
        )
        run(fold(grad), self._x, self.gamma, self._stats, *self._grads)
        return grad
