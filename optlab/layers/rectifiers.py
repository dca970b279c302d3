"""Activations that tf.keras has as layers of their own, with constants."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab import activations, initializers, regularizers
from optlab.kernels.activations import rectified
from optlab.layers.activation import Activation
from optlab.layers.base import Array, Layer, Rng, Shape, Weight, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import is_count, number


@register
class LeakyReLU(Activation):
    """Pass what is above 0; multiply what is below by a slope.

    Parameters
    ----------
    negative_slope : float
        At least 0. The activation of that name has 0.2.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        negative_slope: float = 0.3,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        table = {"name": "leaky_relu", "negative_slope": negative_slope}
        super().__init__(table, trainable, name)
        self.negative_slope = self.activation.constants["negative_slope"]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Layer:
        """Make a layer; `alpha` is the older name of the slope."""
        config = dict(config)
        if "alpha" in config:
            config["negative_slope"] = config.pop("alpha")
        return super().from_config(config)


@register
class ELU(Activation):
    """Pass what is above 0; an exponential that ends at ``-alpha`` below.

    Parameters
    ----------
    alpha : float
        Above 0.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self, alpha: float = 1.0, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__({"name": "elu", "alpha": alpha}, trainable, name)
        self.alpha = self.activation.constants["alpha"]


@register
class Softmax(Activation):
    """Softmax along the last axis.

    Parameters
    ----------
    axis : int
        -1, or the number of the last axis with the rows counted.
    trainable, name
        See `Layer`.
    """

    # With a mask tf.keras's leaves entries out of the sum.
    supports_masking = False

    def __init__(
        self, axis: int = -1, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__("softmax", trainable, name)
        axis = axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis
        if not is_count(axis, -1) or axis == 0:
            raise self._error(
                f"`axis` must be the last one, such as -1. Received: axis={axis!r}."
            )
        self.axis = int(axis)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Check that the axis is the last one."""
        if self.axis not in (-1, len(input_shape)):
            raise self._error(
                "`axis` must be the last one, -1. Received: "
                f"axis={self.axis} for inputs of shape {with_rows(input_shape)}."
            )
        return super().build(input_shape, dtype)


@register
class ReLU(Activation):
    r"""Rectify, with a slope below a threshold and a limit above.

    .. math::
        y = \begin{cases} \min(x, m) & x > \theta \\ s (x - \theta) & x \le \theta
        \end{cases}

    Parameters
    ----------
    max_value : float, optional
        m, at least 0; no limit where left out.
    negative_slope : float
        s, at least 0.
    threshold : float
        :math:`\theta`, at least 0.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__("relu", trainable, name)
        given = {"negative_slope": negative_slope, "threshold": threshold}
        if max_value is not None:
            given["max_value"] = max_value
        made = {
            key: self._get(functools.partial(number, key, low=0), value)
            for key, value in given.items()
        }
        self.max_value = made.get("max_value")
        self.negative_slope = made["negative_slope"]
        self.threshold = made["threshold"]
        self._cut = self.max_value is not None or self.threshold > 0
        if self.negative_slope and not self._cut:
            table = {"name": "leaky_relu", "negative_slope": self.negative_slope}
            self.activation = activations.get(table)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the rectified input."""
        if not self._cut:
            return super().forward(x, training, rng)
        self._z = x
        self.output = self._out
        limit = np.inf if self.max_value is None else self.max_value
        rectified.cut_forward(
            x.reshape(-1),
            self.threshold,
            self.negative_slope,
            limit,
            self._out.reshape(-1),
        )
        return self._out

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient of the input."""
        if not self._cut:
            return super().backward(grad, need_input)
        limit: Any = np.inf if self.max_value is None else self.max_value
        if limit == 6 and not self.threshold:
            # That is relu6 in tf.keras, whose derivative is 0 at 6 itself.
            limit = np.nextafter(grad.dtype.type(limit), grad.dtype.type(0))
        rectified.cut_backward(
            grad.reshape(-1),
            self._z.reshape(-1),
            self.threshold,
            self.negative_slope,
            limit,
        )
        return grad


@register
class PReLU(Layer):
    r"""Pass what is above 0; multiply what is below by a slope that is learned.

    Parameters
    ----------
    alpha_initializer : str, mapping or callable
        First values of the slopes; see `optlab.initializers.get`.
    alpha_regularizer : str, mapping or None
        Penalty; see `optlab.regularizers.get`.
    shared_axes : list of int, optional
        Axes, counted with the rows, along which there is one slope only.
    trainable, name
        See `Layer`.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", arXiv:1502.01852.
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        shared_axes: Any = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.alpha_initializer = self._get(initializers.get, alpha_initializer)
        self.alpha_regularizer = self._get(regularizers.get, alpha_regularizer)
        axes = shared_axes
        if axes is not None:
            axes = list(axes) if isinstance(axes, (list, tuple)) else [axes]
            if not all(is_count(axis, 1) for axis in axes):
                raise self._error(
                    "`shared_axes` must hold positive integers. "
                    f"Received: shared_axes={shared_axes!r}."
                )
        self.shared_axes = axes
        self.alpha: Array
        self.alpha_grad: Array | None

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for the slopes."""
        super().build(input_shape, dtype)
        shared = self.shared_axes or []
        if any(axis > len(input_shape) for axis in shared):
            raise self._error(
                f"`shared_axes` must be axes of the inputs {with_rows(input_shape)}. "
                f"Received: shared_axes={shared}."
            )
        shape = tuple(
            1 if axis in shared else length
            for axis, length in enumerate(input_shape, start=1)
        )
        self._summed = (0, *shared)
        self._buffers = [Buffer(input_shape, dtype) for _ in range(2)]
        return [
            Weight(self, "alpha", shape, self.alpha_initializer, self.alpha_regularizer)
        ]

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output, self._below = (buffer.rows(rows) for buffer in self._buffers)

    @property
    def learns(self) -> bool:
        """Whether the slopes are trained."""
        return self.trainable

    @property
    def activation_name(self) -> str:
        """tf.keras has no activation of this name; the nearest one's."""
        return "leaky_relu"

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the rectified input."""
        self._x = x
        np.minimum(x, 0, out=self._below)
        np.multiply(self._below, self.alpha, self.output)
        np.maximum(x, 0, out=self._below)
        return np.add(self._below, self.output, self.output)

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradient of the slopes; return that of the input."""
        if self.alpha_grad is not None:
            np.minimum(self._x, 0, out=self._below)
            np.multiply(self._below, grad, self._below)
            total = self.alpha_grad.reshape(1, *self.alpha_grad.shape)
            np.sum(self._below, axis=self._summed, keepdims=True, out=total)
        if need_input:
            np.multiply(self._x < 0, self.alpha, self._below)
            np.add(self._below, self._x > 0, self._below)
            np.multiply(grad, self._below, grad)
        return grad
