r"""First values of weights: constants, plain noise, and noise scaled by the fans.

A layer with `fan_in` inputs and `fan_out` outputs keeps the variance of its signal when
the variance of its weights is

.. math:: \operatorname{Var} w = \mathrm{scale} / n

with n = fan_in (LeCun et al., 1998, scale 1; He et al., 2015, scale 2, for relu) or
n = (fan_in + fan_out) / 2 (Glorot and Bengio, 2010, scale 1, also for the gradient).

The uniform kind draws from :math:`\pm\sqrt{3 \operatorname{Var} w}`. The normal kind
is, as in tf.keras, cut at two standard deviations and widened so that the variance
after the cut is the one above; torch's ``kaiming_normal_`` is not cut.

An instance without a seed draws from the generator it is given, so a model's weights
follow from the model's seed and two layers never start alike. (A tf.keras instance
picks its seed when it is made and gives the same weights each time.)

References
----------
LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp".
Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward
neural networks".
He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852.
Saxe, McClelland and Ganguli (2014), "Exact solutions to the nonlinear dynamics of
learning in deep linear neural networks", arXiv:1312.6120.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError, unknown_name
from optlab.lookup import checked_seed, keras_object, lookup, number, snake_case

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

#: Standard deviation of a standard normal variable cut at +-2.
_TRUNCATED_STDDEV = 0.87962566103423978


class Initializer:
    """Base class: call an instance for an array of first values."""

    def __init__(self, seed: int | None = None) -> None:
        self.seed = checked_seed(seed)

    def __call__(
        self,
        shape: Shape,
        dtype: npt.DTypeLike = "float32",
        rng: np.random.Generator | None = None,
    ) -> Array:
        """Return a new array of first values.

        Parameters
        ----------
        shape : tuple of int
            Its shape; (inputs, units) for the kernel of a dense layer.
        dtype : {"float32", "float64"}
            Its dtype. Values are drawn in float64 and rounded, so both dtypes start
            from the same place.
        rng : numpy.random.Generator, optional
            Where to draw from if the instance has no seed of its own.
        """
        if self.seed is not None or rng is None:
            rng = np.random.default_rng(self.seed)
        return np.ascontiguousarray(self._draw(tuple(shape), rng), dtype=dtype)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        """Return the values in float64."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        names = [name for name in inspect.signature(type(self)).parameters]
        config = {name: getattr(self, name) for name in names}
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in config.items()
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """Make an instance from `get_config`'s result, tf.keras's own included."""
        made: Initializer = lookup(
            "initializer", {"class_name": cls.__name__, "config": config}, REGISTRY
        )
        return made

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class Zeros(Initializer):
    """All zeros. In a kernel it makes all units of a layer equal for ever."""

    def __init__(self) -> None:
        super().__init__()

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return np.zeros(shape)


class Ones(Initializer):
    """All ones."""

    def __init__(self) -> None:
        super().__init__()

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return np.ones(shape)


class Constant(Initializer):
    """One value everywhere, or an array that is repeated to the shape.

    Parameters
    ----------
    value : float or array_like
        The value.
    """

    def __init__(self, value: npt.ArrayLike = 0.0) -> None:
        super().__init__()
        self.value: float | Array
        if np.ndim(value) == 0:
            self.value = number("value", value)
        else:
            self.value = np.array(value, np.float64)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        try:
            return np.broadcast_to(self.value, shape)
        except ValueError:
            raise InputError(
                f"The value of the initializer has shape {np.shape(self.value)}, "
                f"which does not fit the weight's shape {shape}."
            ) from None


class Identity(Initializer):
    """The identity matrix times a gain, for two-dimensional weights.

    Parameters
    ----------
    gain : float
        The value on the diagonal.
    """

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = number("gain", gain)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        if len(shape) != 2:
            raise InputError(
                f"`Identity` needs a weight of two dimensions. Received: shape={shape}"
            )
        return self.gain * np.eye(*shape)


class RandomUniform(Initializer):
    """Uniform noise.

    Parameters
    ----------
    minval, maxval : float
        The range.
    seed : int, optional
        Fixes the values of every call.
    """

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
    ) -> None:
        super().__init__(seed)
        self.minval = number("minval", minval)
        self.maxval = number("maxval", maxval)
        if self.maxval < self.minval:
            raise InputError(
                "`maxval` must be at least `minval`. "
                f"Received: minval={minval!r}, maxval={maxval!r}"
            )

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return rng.uniform(self.minval, self.maxval, shape)


class RandomNormal(Initializer):
    """Normal noise.

    Parameters
    ----------
    mean, stddev : float
        Its mean and standard deviation.
    seed : int, optional
        Fixes the values of every call.
    """

    def __init__(
        self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None
    ) -> None:
        super().__init__(seed)
        self.mean = number("mean", mean)
        self.stddev = number("stddev", stddev, low=0)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return rng.normal(self.mean, self.stddev, shape)


class TruncatedNormal(RandomNormal):
    """Normal noise whose values beyond two standard deviations are drawn again.

    Parameters
    ----------
    mean, stddev : float
        Mean and standard deviation before the cut; after it the standard deviation is
        0.88 times as large.
    seed : int, optional
        Fixes the values of every call.
    """

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return self.mean + self.stddev * _truncated(shape, rng)


class VarianceScaling(Initializer):
    """Noise whose variance is `scale` divided by the number of inputs or outputs.

    Parameters
    ----------
    scale : float
        Above 0.
    mode : {"fan_in", "fan_out", "fan_avg"}
        What to divide by: inputs, outputs, or their mean.
    distribution : {"truncated_normal", "untruncated_normal", "uniform"}
        The kind of noise.
    seed : int, optional
        Fixes the values of every call.
    """

    modes = ("fan_in", "fan_out", "fan_avg")
    distributions = ("truncated_normal", "untruncated_normal", "uniform")

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ) -> None:
        super().__init__(seed)
        self.scale = number("scale", scale)
        if self.scale <= 0:
            raise InputError(f"`scale` must be above 0. Received: scale={scale!r}")
        if mode not in self.modes:
            raise unknown_name("mode of an initializer", mode, self.modes)
        # An old name of the truncated kind, still in saved models.
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if distribution not in self.distributions:
            raise unknown_name(
                "distribution of an initializer", distribution, self.distributions
            )
        self.mode = mode
        self.distribution = distribution

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        fan_in, fan_out = fans(shape)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
        variance = self.scale / max(1.0, n[self.mode])
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return rng.uniform(-limit, limit, shape)
        if self.distribution == "untruncated_normal":
            return rng.normal(0.0, math.sqrt(variance), shape)
        return math.sqrt(variance) / _TRUNCATED_STDDEV * _truncated(shape, rng)


class GlorotUniform(VarianceScaling):
    """Uniform, variance 2 / (fan_in + fan_out): tf.keras's default for kernels."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed)


class GlorotNormal(VarianceScaling):
    """Truncated normal, variance 2 / (fan_in + fan_out)."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


class HeUniform(VarianceScaling):
    """Uniform, variance 2 / fan_in: keeps the signal through relu."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed)


class HeNormal(VarianceScaling):
    """Truncated normal, variance 2 / fan_in: keeps the signal through relu."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


class LecunUniform(VarianceScaling):
    """Uniform, variance 1 / fan_in."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed)


class LecunNormal(VarianceScaling):
    """Truncated normal, variance 1 / fan_in: what selu asks for."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed)


class Orthogonal(Initializer):
    """A random matrix with orthonormal columns (or rows, if there are fewer).

    Parameters
    ----------
    gain : float
        Multiplies the matrix.
    seed : int, optional
        Fixes the values of every call.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = number("gain", gain)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        if len(shape) < 2:
            raise InputError(
                "`Orthogonal` needs a weight of at least two dimensions. "
                f"Received: shape={shape}"
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        # Without the signs the result depends on the QR routine and is not uniform over
        # the orthogonal matrices (Mezzadri, 2007, arXiv:math-ph/0609050).
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


def fans(shape: Shape) -> tuple[int, int]:
    """Return the inputs and outputs of a weight of that shape.

    A vector counts its length for both; beyond two dimensions the leading ones are a
    receptive field, as in a convolution.
    """
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def _truncated(shape: Shape, rng: np.random.Generator) -> Array:
    """Draw standard normal values, again where they are beyond 2."""
    values = rng.standard_normal(shape).reshape(-1)
    outside = np.flatnonzero(np.abs(values) > 2)
    while outside.size:
        values[outside] = rng.standard_normal(outside.size)
        outside = outside[np.abs(values[outside]) > 2]
    return values.reshape(shape)


_CLASSES: tuple[type[Initializer], ...] = (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)

#: The classes by tf.keras's names, its short ones included.
REGISTRY: dict[str, type[Initializer]] = {
    **{cls.__name__: cls for cls in _CLASSES},
    **{snake_case(cls.__name__): cls for cls in _CLASSES},
    "normal": RandomNormal,
    "uniform": RandomUniform,
    "zero": Zeros,
    "one": Ones,
}


def names() -> list[str]:
    """Return the snake-case names, sorted."""
    return sorted(snake_case(cls.__name__) for cls in _CLASSES)


def get(identifier: object) -> Callable[..., Array]:
    """Return an initializer.

    Parameters
    ----------
    identifier : str, mapping, class, Initializer or callable
        A name (``"he_normal"``), a table (``{"name": "constant", "value": 0.5}``),
        tf.keras's serialized form, or a function of ``(shape, dtype, rng)``.

    Returns
    -------
    callable
        Called with a shape, a dtype and a `numpy.random.Generator`.

    Raises
    ------
    InputError
        If the name or an argument is unknown.

    Examples
    --------
    >>> get({"name": "constant", "value": 0.5})((2,), "float32")
    array([0.5, 0.5], dtype=float32)
    """
    found: Callable[..., Array] = lookup("initializer", identifier, REGISTRY)
    if isinstance(found, Initializer):
        return found
    try:
        inspect.signature(found).bind((1,), "float32", np.random.default_rng(0))
    except TypeError as error:
        raise InputError(
            "An initializer function must take (shape, dtype, rng). "
            f"Received: {identifier!r}"
        ) from error
    return found


def serialize(initializer: Callable[..., Array]) -> dict[str, Any]:
    """Return tf.keras's serialized form; a plain function has none (InputError)."""
    if not isinstance(initializer, Initializer):
        raise InputError(
            f"A function has no configuration: {initializer!r}. "
            "Give the initializer by name, or derive it from Initializer."
        )
    return keras_object("keras.initializers", initializer, initializer.get_config())
