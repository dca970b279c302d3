r"""Activation functions by tf.keras's names, with their derivatives.

An `Activation` runs a pair of fused kernels over matrices of shape (n, units): forward
adds the bias and applies f in one call, backward multiplies by f' and sums the bias
gradient in one call. Called on an array it evaluates f and leaves the array alone.

The formulas, papers and differences between frameworks are in
`optlab.kernels.activations`.

Examples
--------
>>> import numpy as np
>>> get("relu")(np.array([[-1.0, 2.0]]))
array([[0., 2.]])
>>> get({"name": "leaky_relu", "negative_slope": 0.1})
Activation('leaky_relu', negative_slope=0.1)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError, unknown_name
from optlab.kernels.activations import bias as bias_kernels
from optlab.kernels.activations import further, pieces, rectified, smooth, softmax
from optlab.kernels.elementary import normal_cdf
from optlab.lookup import number, snake_case
from optlab.losses.arrays import numeric
from optlab.typing import Array


class _Definition(NamedTuple):
    """What belongs to one name."""

    #: f in NumPy, given the array and the constants.
    formula: Callable[..., Any]
    forward: Any
    backward: Any
    #: Whether the derivative is had from the output; otherwise it is from z.
    from_output: bool = True
    constants: Mapping[str, float] = {}


class Activation:
    """One activation function; made by `get`.

    Parameters
    ----------
    name : str
        One of `names`.
    **constants
        leaky_relu takes `negative_slope` (default 0.2, at least 0, rounded to float32),
        elu and celu take `alpha` (1.0, above 0), hard_shrink and soft_shrink
        `threshold` (0.5), squareplus `b` (4.0); the others take none.

    Attributes
    ----------
    name : str
    constants : dict
    in_place : bool
        Whether `out` may be z itself: where the derivative is had from the output.
    """

    def __init__(self, name: str, **constants: float) -> None:
        key = _ALIASES.get(name, name)
        if key not in _DEFINITIONS:
            raise unknown_name("activation", name, _DEFINITIONS)
        self.name = key
        definition = _DEFINITIONS[key]
        for constant in constants:
            if constant not in definition.constants:
                raise unknown_name(
                    f"constant of the activation {key!r}",
                    constant,
                    definition.constants or ("none",),
                )
        self.constants = {**definition.constants, **constants}
        for constant, value in self.constants.items():
            self.constants[constant] = number(constant, value, low=0.0)
        if self.constants.get("alpha") == 0.0:
            raise InputError("`alpha` must be above 0. Received: alpha=0.0")
        self.in_place = definition.from_output
        self._values = tuple(self.constants.values())
        self._formula = definition.formula
        self._forward = definition.forward
        self._backward = definition.backward

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return f(x) as a new array, by plain NumPy.

        Parameters
        ----------
        x : array_like of float
            softmax works along the last axis, the others entry by entry.
        """
        x = numeric("x", x)
        if x.dtype.kind != "f":
            x = x.astype(np.float64)
        if not x.size:
            return np.array(x)
        found: Array = np.asarray(self._formula(x, *self._values), x.dtype)
        return found

    #: The same under the name that the layers use.
    f = __call__

    def forward(self, z: Array, bias: Array | None, out: Array) -> None:
        """Add the bias to z in place and put f(z) into `out`; nothing is checked.

        Parameters
        ----------
        z : ndarray, shape (n, u)
            C-contiguous, float32 or float64.
        bias : ndarray, shape (u,), or None
            Of the dtype of z.
        out : ndarray, shape (n, u)
            May be z itself where `in_place`; apart from linear, that is slower.
        """
        self._forward(z, _NONE[z.dtype] if bias is None else bias, out, *self._values)

    def backward(
        self, grad: Array, z: Array, out: Array, bias_grad: Array | None
    ) -> None:
        """Turn dL/d out into dL/dz in place, and sum it over the rows.

        Parameters
        ----------
        grad : ndarray, shape (n, u)
            Changed in place.
        z, out : ndarray, shape (n, u)
            As `forward` left them.
        bias_grad : ndarray, shape (u,), or None
            Receives the column sums, in TensorFlow's order.
        """
        kept = out if self.in_place else z
        if bias_grad is None:
            bias_grad = _NONE[grad.dtype]
        self._backward(grad, kept, bias_grad, *self._values)

    def get_config(self) -> dict[str, Any]:
        """Return the table that `get` makes this from."""
        return {"name": self.name, **self.constants}

    def serialize(self) -> str | dict[str, Any]:
        """Return the bare name where all constants are the defaults, else the table."""
        if self.constants == dict(_DEFINITIONS[self.name].constants):
            return self.name
        return self.get_config()

    def __repr__(self) -> str:
        constants = "".join(f", {k}={v}" for k, v in self.constants.items())
        return f"Activation({self.name!r}{constants})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Activation) and self.get_config() == other.get_config()

    def __hash__(self) -> int:
        return hash((self.name, self._values))


def names() -> list[str]:
    """Return the names that `get` knows, without aliases."""
    return sorted(_DEFINITIONS)


def get(identifier: object) -> Activation:
    """Return an activation.

    Parameters
    ----------
    identifier : str, mapping, Activation or None
        A name; ``{"name": "elu", "alpha": 0.5}``; ``{"class_name": "LeakyReLU",
        "config": {"negative_slope": 0.3}}`` as tf.keras serializes it; an activation;
        None for linear.

    Raises
    ------
    InputError
        If the name or a constant is unknown, or a constant is out of range.
    """
    if identifier is None:
        return Activation("linear")
    if isinstance(identifier, Activation):
        return identifier
    if isinstance(identifier, str):
        return Activation(identifier)
    if isinstance(identifier, Mapping):
        table = dict(identifier)
        config = table.get("config")
        if isinstance(config, str):
            return Activation(config)
        if "class_name" in table:
            if not isinstance(config, Mapping | None):
                raise InputError(f"`config` must be a table. Received: {config!r}")
            constants = dict(config or {})
            for unused in ("name", "dtype", "trainable"):
                constants.pop(unused, None)
            return Activation(snake_case(str(table["class_name"])), **constants)
        if "name" in table:
            return Activation(str(table.pop("name")), **table)
    raise InputError(
        f"Could not interpret {identifier!r} as an activation. Expected one of "
        f"{', '.join(names())}, or a table with a name such as {{'name': 'relu'}}."
    )


def _softmax(x: Array) -> Array:
    """Softmax along the last axis."""
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    found: Array = shifted / shifted.sum(axis=-1, keepdims=True)
    return found


def _selu(x: Array) -> Array:
    """Scaled exponential linear unit."""
    low = rectified.SELU_ALPHA * np.expm1(np.minimum(x, 0))
    found: Array = rectified.SELU_SCALE * np.where(x > 0, x, low)
    return found


def _sigmoid(x: Array) -> Array:
    """Logistic function, without overflow."""
    small = np.exp(-np.abs(x))
    found: Array = np.where(x >= 0, 1, small) / (1 + small)
    return found


def _softplus(x: Array) -> Array:
    """Logarithm of 1 + e**x, without overflow."""
    found: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return found


def _log_softmax(x: Array) -> Array:
    """Logarithm of softmax along the last axis."""
    shifted = x - x.max(axis=-1, keepdims=True)
    found: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found


def _hard_sigmoid(x: Array) -> Array:
    """Straight from 0 at -3 to 1 at 3."""
    found: Array = np.clip(x + 3, 0, 6) / 6
    return found


def _from_z(
    formula: Callable[..., Any], room: Any, name: str, **constants: float
) -> Any:
    """Return the definition of a function whose kernels in `room` keep z."""
    forward, backward = (
        getattr(room, f"{name}_forward"),
        getattr(room, f"{name}_backward"),
    )
    return _Definition(formula, forward, backward, False, constants)


#: Stands for no bias in a kernel.
_NONE = {np.dtype(name): np.empty(0, name) for name in ("float32", "float64")}
#: tf.keras's other names, and the class names of its layers in snake case.
_ALIASES = {
    "swish": "silu",
    "hard_swish": "hard_silu",
    "re_lu": "relu",
    "leaky_re_lu": "leaky_relu",
}
_DEFINITIONS = {
    "linear": _Definition(
        lambda x: x.copy(), bias_kernels.linear_forward, bias_kernels.linear_backward
    ),
    "relu": _Definition(
        lambda x: np.maximum(x, 0), rectified.relu_forward, rectified.relu_backward
    ),
    "leaky_relu": _Definition(
        lambda x, slope: np.where(x > 0, x, float(np.float32(slope)) * x),
        rectified.leaky_relu_forward,
        rectified.leaky_relu_backward,
        constants={"negative_slope": 0.2},
    ),
    "elu": _Definition(
        lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
        rectified.elu_forward,
        rectified.elu_backward,
        constants={"alpha": 1.0},
    ),
    "selu": _Definition(_selu, rectified.selu_forward, rectified.selu_backward),
    "tanh": _Definition(np.tanh, smooth.tanh_forward, smooth.tanh_backward),
    "sigmoid": _Definition(_sigmoid, smooth.sigmoid_forward, smooth.sigmoid_backward),
    "exponential": _Definition(
        np.exp, smooth.exponential_forward, smooth.exponential_backward
    ),
    "softplus": _from_z(_softplus, smooth, "softplus"),
    "silu": _from_z(lambda x: x * _sigmoid(x), smooth, "silu"),
    "gelu": _from_z(lambda x: x * normal_cdf(smooth.GELU_ROUNDING * x), smooth, "gelu"),
    "softmax": _Definition(_softmax, softmax.softmax_forward, softmax.softmax_backward),
    "log_softmax": _Definition(
        _log_softmax, softmax.log_softmax_forward, softmax.log_softmax_backward
    ),
    "softsign": _from_z(lambda x: x / (np.abs(x) + 1), further, "softsign"),
    "mish": _from_z(lambda x: x * np.tanh(_softplus(x)), further, "mish"),
    "log_sigmoid": _from_z(lambda x: -_softplus(-x), further, "log_sigmoid"),
    "tanh_shrink": _from_z(lambda x: x - np.tanh(x), further, "tanh_shrink"),
    "squareplus": _from_z(
        lambda x, b: (x + np.sqrt(x * x + b)) / 2, further, "squareplus", b=4.0
    ),
    "celu": _from_z(
        lambda x, a: np.maximum(x, 0) + a * np.expm1(np.minimum(x, 0) / a),
        further,
        "celu",
        alpha=1.0,
    ),
    "relu6": _from_z(lambda x: np.clip(x, 0, 6), pieces, "relu6"),
    "hard_sigmoid": _from_z(_hard_sigmoid, pieces, "hard_sigmoid"),
    "hard_silu": _from_z(lambda x: x * _hard_sigmoid(x), pieces, "hard_silu"),
    "hard_tanh": _from_z(lambda x: np.clip(x, -1, 1), pieces, "hard_tanh"),
    "hard_shrink": _from_z(
        lambda x, t: np.where(np.abs(x) > t, x, 0), pieces, "hard_shrink", threshold=0.5
    ),
    "soft_shrink": _from_z(
        lambda x, t: np.sign(x) * np.maximum(np.abs(x) - t, 0),
        pieces,
        "soft_shrink",
        threshold=0.5,
    ),
    "sparse_sigmoid": _from_z(
        lambda x: np.clip(0.5 * (x + 1), 0, 1), pieces, "sparse_sigmoid"
    ),
    "sparse_plus": _from_z(
        lambda x: np.where(x < 1, np.maximum(x + 1, 0) ** 2 / 4, x),
        pieces,
        "sparse_plus",
    ),
}
