r"""Noise scaled by the numbers of inputs and outputs of a layer.

A layer with `fan_in` inputs and `fan_out` outputs keeps the variance of its signal when
the variance of its weights is

.. math:: \operatorname{Var} w = \mathrm{scale} / n

with n = fan_in (LeCun et al., 1998, scale 1; He et al., 2015, scale 2, for relu) or
n = (fan_in + fan_out) / 2 (Glorot and Bengio, 2010, scale 1, also for the gradient).

The uniform kind draws from :math:`\pm\sqrt{3 \operatorname{Var} w}`. The normal kind
is, as in tf.keras, cut at two standard deviations and widened so that the variance
after the cut is the one above; torch's ``kaiming_normal_`` is not cut.

References
----------
LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp".
Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward
neural networks".
He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", arXiv:1502.01852.
"""

from __future__ import annotations

import math

import numpy as np

from optlab.errors import InputError, unknown_name
from optlab.initializers.base import Array, Initializer, Shape
from optlab.initializers.random import truncated
from optlab.lookup import number

#: Standard deviation of a standard normal variable cut at +-2.
_TRUNCATED_STDDEV = 0.87962566103423978


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
        if not isinstance(mode, str) or mode not in self.modes:
            raise unknown_name("mode of an initializer", mode, self.modes)
        # An old name of the truncated kind, still in saved models.
        if isinstance(distribution, str) and distribution == "normal":
            distribution = "truncated_normal"
        known = isinstance(distribution, str) and distribution in self.distributions
        if not known:
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
        return math.sqrt(variance) / _TRUNCATED_STDDEV * truncated(shape, rng)


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
