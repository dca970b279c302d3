r"""Layer normalization: each row by its own mean and variance.

.. math:: \hat x = \frac{x - \mu}{\sqrt{v + \epsilon}}, \qquad y = \gamma \hat x + \beta
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab import initializers, regularizers
from optlab.kernels import layer_normalization as kernels
from optlab.layers.base import Array, Layer, Rng, Shape, Weight, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import number


@register
class LayerNormalization(Layer):
    """Bring each row, or each step of it, to mean 0 and variance 1; scale and shift.

    Parameters
    ----------
    axis : int or list of int
        The axes to normalize over, counted with the rows: the last one (-1), or the
        last ones.
    epsilon : float
        Added to the variance.
    center, scale : bool
        Whether there is a beta, and a gamma.
    beta_initializer, gamma_initializer : str, mapping or callable
        First values; see `optlab.initializers.get`.
    beta_regularizer, gamma_regularizer : str, mapping or None
        Penalties; see `optlab.regularizers.get`.
    trainable, name
        See `Layer`.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", arXiv:1607.06450.
    """

    supports_masking = True

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        axes: list[Any] = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        if not axes or any(
            isinstance(a, bool) or not isinstance(a, (int, np.integer)) for a in axes
        ):
            raise self._error(
                f"`axis` must be an integer or several. Received: axis={axis!r}."
            )
        # tf.keras saves the axis as a list of one.
        self.axis = [int(a) for a in axes] if len(axes) > 1 else int(axes[0])
        self.epsilon = self._get(lambda e: number("epsilon", e, low=0), epsilon)
        self.center = self._flag("center", center)
        self.scale = self._flag("scale", scale)
        self.beta_initializer = self._get(initializers.get, beta_initializer)
        self.gamma_initializer = self._get(initializers.get, gamma_initializer)
        self.beta_regularizer = self._get(regularizers.get, beta_regularizer)
        self.gamma_regularizer = self._get(regularizers.get, gamma_regularizer)
        self.gamma_grad: Array | None = None
        self.beta_grad: Array | None = None

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for gamma and beta."""
        super().build(input_shape, dtype)
        rank = 1 + len(input_shape)
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        places = sorted(axis + rank if axis < 0 else axis for axis in axes)
        if places != list(range(rank - len(axes), rank)) or places[0] < 1:
            raise self._error(
                "`axis` must be the last axis, or the last ones. Received: "
                f"axis={self.axis} for inputs of shape {with_rows(input_shape)}."
            )
        shape = input_shape[places[0] - 1 :]
        size = math.prod(shape)
        self._buffer = Buffer(input_shape, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        rows_shape = input_shape[: places[0] - 1]
        self._scale_buffer = Buffer((math.prod(rows_shape),), dtype)
        self._epsilon = dtype.type(self.epsilon)
        self._size = size
        # Stand-ins for weights that the layer does not have.
        self.gamma, self.beta = np.ones(shape, dtype), np.zeros(shape, dtype)
        self._unused = np.empty((2, size), dtype)
        weights = []
        for name, there in (("gamma", self.scale), ("beta", self.center)):
            if there:
                initializer = getattr(self, f"{name}_initializer")
                regularizer = getattr(self, f"{name}_regularizer")
                weights.append(Weight(self, name, shape, initializer, regularizer))
        return weights

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._buffer.rows(rows)
        self._normal = self._grad_buffer.rows(rows).reshape(-1, self._size)
        self._scales = self._scale_buffer.rows(rows).reshape(-1)

    @property
    def learns(self) -> bool:
        """Whether gamma or beta is trained."""
        return self.trainable and (self.scale or self.center)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the normalized rows."""
        kernels.forward(
            x.reshape(-1, self._size),
            self.gamma.reshape(-1),
            self.beta.reshape(-1),
            self._epsilon,
            self._normal,
            self._scales,
            self.output.reshape(-1, self._size),
        )
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradients of gamma and beta; return that of the input."""
        unused = self._unused
        gamma_grad = unused[0] if self.gamma_grad is None else self.gamma_grad
        beta_grad = unused[1] if self.beta_grad is None else self.beta_grad
        kernels.backward(
            grad.reshape(-1, self._size),
            self.gamma.reshape(-1),
            self._normal,
            self._scales,
            gamma_grad.reshape(-1),
            beta_grad.reshape(-1),
        )
        return grad
