r"""What the compiled modes compute instead: update rules that repeat them exactly.

Two things move the last bits when TensorFlow compiles a step.

- Grappler, in every `tf.function`, rewrites a quotient by a root:

  .. math:: x / \sqrt{y} \;\to\; x \cdot \mathrm{rsqrt}(y)

- XLA, besides, contracts a product and a sum into one rounding (FMA):

  .. math:: a b + c \;\to\; \mathrm{fma}(a, b, c)

Each function below is the rule of the same name in `optlab.kernels.rules` with these
replacements and no other. That it agrees with the compiled step to the last bit proves
that nothing else is different.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.kernels.rules import adadelta, adagrad, adam, adamax, lion, rmsprop, sgd
from optlab.optimizers import Optimizer
from optlab.optimizers.base import Rule
from optlab.validation.fma import fma
from optlab.validation.runtime import load

Model = Callable[..., Any]


@functools.cache
def _rsqrt(mode: str) -> Callable[[Any], Any]:
    """Return TensorFlow's reciprocal square root, as the mode computes it."""
    tf = load().tf
    function = tf.function(tf.math.rsqrt, jit_compile=mode == "xla", autograph=False)
    return lambda x: function(tf.constant(x)).numpy()


# XLA: contractions.


def sgd_xla(param: Any, grad: Any, learning_rate: Any) -> Any:
    """Round the step and the parameter together."""
    return (fma(-grad, learning_rate, param),)


def sgd_momentum_xla(
    param: Any, grad: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Round the decayed velocity and the step together."""
    velocity = fma(velocity, momentum, -(grad * learning_rate))
    return param + velocity, velocity


def sgd_nesterov_xla(
    param: Any, grad: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Do so twice."""
    velocity = fma(velocity, momentum, -(grad * learning_rate))
    update = fma(velocity, momentum, -(grad * learning_rate))
    return param + update, velocity


def _moments_xla(grad: Any, m: Any, v: Any, rest_1: Any, rest_2: Any) -> Any:
    return fma(grad - m, rest_1, m), fma(fma(grad, grad, -v), rest_2, v)


def adam_xla(
    param: Any, grad: Any, m: Any, v: Any, alpha: Any, c_1: Any, c_2: Any, epsilon: Any
) -> Any:
    """Contract both moments; the quotient leaves nothing to contract."""
    m, v = _moments_xla(grad, m, v, c_1, c_2)
    return param - m * alpha / (np.sqrt(v) + epsilon), m, v


def adam_amsgrad_xla(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    v_hat: Any,
    alpha: Any,
    c_1: Any,
    c_2: Any,
    epsilon: Any,
) -> Any:
    """Contract both moments."""
    m, v = _moments_xla(grad, m, v, c_1, c_2)
    # XLA's maximum passes over NaN, NumPy's and eager TensorFlow's do not.
    v_hat = np.fmax(v_hat, v)
    return param - m * alpha / (np.sqrt(v_hat) + epsilon), m, v, v_hat


def adamax_xla(
    param: Any,
    grad: Any,
    m: Any,
    u: Any,
    learning_rate: Any,
    correction: Any,
    c_1: Any,
    beta_2: Any,
    epsilon: Any,
) -> Any:
    """Contract the mean."""
    m = fma(grad - m, c_1, m)
    u = np.maximum(beta_2 * u, np.abs(grad))
    return param - learning_rate * m / (correction * (u + epsilon)), m, u


def lion_xla(
    param: Any,
    grad: Any,
    m: Any,
    learning_rate: Any,
    beta_1: Any,
    c_1: Any,
    beta_2: Any,
    c_2: Any,
) -> Any:
    """Contract the decayed mean with the rounded product of the gradient."""
    direction = np.sign(fma(m, beta_1, grad * c_1))
    return fma(-learning_rate, direction, param), fma(m, beta_2, grad * c_2)


def adagrad_xla(param: Any, grad: Any, a: Any, learning_rate: Any, epsilon: Any) -> Any:
    """Contract the sum of squares and the step by the reciprocal root."""
    a = fma(grad, grad, a)
    return fma(-(learning_rate * grad), _rsqrt("xla")(a + epsilon), param), a


def rmsprop_xla(
    param: Any,
    grad: Any,
    v: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Contract the mean square and the step."""
    v = fma(rho, v, c * (grad * grad))
    return fma(-(learning_rate * grad), _rsqrt("xla")(v + epsilon), param), v


def rmsprop_momentum_xla(
    param: Any,
    grad: Any,
    v: Any,
    m: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Contract the mean square and the momentum."""
    v = fma(rho, v, c * (grad * grad))
    m = fma(momentum, m, learning_rate * grad * _rsqrt("xla")(v + epsilon))
    return param - m, v, m


def rmsprop_centered_xla(
    param: Any,
    grad: Any,
    v: Any,
    mean: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Contract both means, the variance and the step."""
    v = fma(rho, v, c * (grad * grad))
    mean = fma(rho, mean, c * grad)
    root = _rsqrt("xla")(fma(-mean, mean, v) + epsilon)
    return fma(-(learning_rate * grad), root, param), v, mean


def adadelta_xla(
    param: Any,
    grad: Any,
    a: Any,
    d: Any,
    learning_rate: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Contract both mean squares and the step."""
    a = fma(rho, a, c * (grad * grad))
    delta = -(np.sqrt(d + epsilon) * grad * _rsqrt("xla")(a + epsilon))
    d = fma(rho, d, c * (delta * delta))
    return fma(learning_rate, delta, param), a, d


# tf.function: the reciprocal root alone.


def adagrad_function(
    param: Any, grad: Any, a: Any, learning_rate: Any, epsilon: Any
) -> Any:
    """Multiply by the reciprocal root."""
    a = a + grad * grad
    return param - learning_rate * grad * _rsqrt("function")(a + epsilon), a


def rmsprop_function(
    param: Any,
    grad: Any,
    v: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Multiply by the reciprocal root."""
    v = rho * v + c * (grad * grad)
    return param - learning_rate * grad * _rsqrt("function")(v + epsilon), v


def rmsprop_momentum_function(
    param: Any,
    grad: Any,
    v: Any,
    m: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Multiply by the reciprocal root."""
    v = rho * v + c * (grad * grad)
    m = momentum * m + learning_rate * grad * _rsqrt("function")(v + epsilon)
    return param - m, v, m


def rmsprop_centered_function(
    param: Any,
    grad: Any,
    v: Any,
    mean: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Multiply by the reciprocal root."""
    v = rho * v + c * (grad * grad)
    mean = rho * mean + c * grad
    root = _rsqrt("function")(v - mean * mean + epsilon)
    return param - learning_rate * grad * root, v, mean


def adadelta_function(
    param: Any,
    grad: Any,
    a: Any,
    d: Any,
    learning_rate: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Multiply by the reciprocal root."""
    a = rho * a + c * (grad * grad)
    delta = -(np.sqrt(d + epsilon) * grad * _rsqrt("function")(a + epsilon))
    d = rho * d + c * (delta * delta)
    return param + learning_rate * delta, a, d


#: Mode -> our rule -> the rule that the mode computes.
MODELS: dict[str, dict[Model, Model]] = {
    "xla": {
        sgd.sgd: sgd_xla,
        sgd.sgd_momentum: sgd_momentum_xla,
        sgd.sgd_nesterov: sgd_nesterov_xla,
        adam.adam: adam_xla,
        adam.adam_amsgrad: adam_amsgrad_xla,
        adamax.adamax: adamax_xla,
        lion.lion: lion_xla,
        adagrad.adagrad: adagrad_xla,
        rmsprop.rmsprop: rmsprop_xla,
        rmsprop.rmsprop_momentum: rmsprop_momentum_xla,
        rmsprop.rmsprop_centered: rmsprop_centered_xla,
        adadelta.adadelta: adadelta_xla,
    },
    "function": {
        adagrad.adagrad: adagrad_function,
        rmsprop.rmsprop: rmsprop_function,
        rmsprop.rmsprop_momentum: rmsprop_momentum_function,
        rmsprop.rmsprop_centered: rmsprop_centered_function,
        adadelta.adadelta: adadelta_function,
    },
}


def modelled(optimizer: Optimizer, mode: str) -> Optimizer | None:
    """Return `optimizer` with the rule that `mode` computes; None where unknown.

    The models are of the bare rules: with an option that computes something of its own
    (clipping, decay, averaging, accumulation, scaling) there is none.
    """
    options = optimizer.options
    bare = (
        options.clip == "none"
        and options.weight_decay is None
        and not options.use_ema
        and options.loss_scale_factor is None
        and not options.gradient_accumulation_steps
    )
    ours = optimizer.rule
    function = MODELS.get(mode, {}).get(ours.function)
    if function is None or not bare:
        return None
    model = Rule(function, ours.coefficients, ours.slots, ours.initial)
    cls = type(
        type(optimizer).__name__,
        (type(optimizer),),
        {"engine": "numpy", "rule": property(lambda self: model)},
    )
    found: Optimizer = cls.from_config(optimizer.get_config())
    return found
