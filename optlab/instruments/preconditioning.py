r"""Preconditioned sharpness: what an optimizer's own scaling leaves of the curvature.

Where an optimizer, near a point and with its scaling D (a diagonal) held still, does

.. math::
    m \leftarrow \beta m + a D g, \qquad w \leftarrow w - \eta (b m + c D g)

its step along an eigenvector of :math:`D^{1/2} H D^{1/2}` with eigenvalue
:math:`\lambda` is a linear recurrence of two numbers, whose determinant is
:math:`\beta - \eta \lambda \beta c` and whose trace is
:math:`1 + \beta - \eta \lambda (a b + c)`. It is stable (Jury) up to

.. math::
    \lambda < \frac{2 + 2 \beta}{\eta (a b + c (1 + \beta))}

which is 2 / rate for gradient descent, (2 + 2 momentum) / rate for momentum, that
over 1 + 2 momentum for Nesterov's (Cohen et al. 2021), and
(2 + 2 beta_1) / ((1 - beta_1) rate) for Adam, 38 / rate with its usual beta_1 (Cohen
et al. 2022), the bias corrections being part of D. The largest eigenvalue is the
preconditioned sharpness. Clipping, decay and averages are left out.

References
----------
Cohen, Kaur, Li, Kolter, Talwalkar, Gradient descent on neural networks typically
occurs at the edge of stability, 2021, arXiv:2103.00065.
Cohen et al., Adaptive gradient methods at the edge of stability, 2022,
arXiv:2207.14484.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab import optimizers
from optlab.errors import InputError
from optlab.typing import Array


@dataclass(frozen=True)
class Preconditioner:
    """How an optimizer scales and averages gradients at its present step.

    Attributes
    ----------
    scale : ndarray, shape (size,), or None
        D, in the order of the parameters; None is the identity.
    rate : float
        The learning rate.
    beta, into, out, direct : float
        The momentum, and a, b and c above.
    """

    scale: Array | None
    rate: float
    beta: float = 0.0
    into: float = 1.0
    out: float = 1.0
    direct: float = 0.0

    @property
    def threshold(self) -> float:
        """The preconditioned sharpness above which steps along it grow."""
        gain = self.into * self.out + self.direct * (1 + self.beta)
        found = abs(self.rate) * gain
        return (2 + 2 * self.beta) / found if found > 0 else float("inf")


def preconditioner(optimizer: Any, rate: float | None = None) -> Preconditioner:
    """Return what an optimizer's state says of its latest step.

    Parameters
    ----------
    optimizer : Optimizer
        Built; of those with running means, stepped at least once.
    rate : float, optional
        Of that step; where left out the optimizer's rate of the next.

    Raises
    ------
    InputError
        If the optimizer has no diagonal preconditioner that is known here, or has not
        made a step.
    """
    check_known(optimizer)
    if not optimizer.built or optimizer.iterations < 1:
        raise InputError(
            "A preconditioner is read from an optimizer's state: make a step first."
        )
    with np.errstate(all="ignore"):
        return PRECONDITIONERS[type(optimizer)](
            optimizer, float(optimizer.learning_rate if rate is None else rate)
        )


def check_known(optimizer: Any) -> None:
    """Raise InputError where the preconditioner of an optimizer is not known."""
    kind = type(optimizer)
    if kind not in PRECONDITIONERS:
        known = ", ".join(sorted(each.__name__ for each in PRECONDITIONERS))
        raise InputError(
            f"The diagonal preconditioner of {kind.__name__} is not known. Known are "
            f"those of {known}."
        )


def _flat(optimizer: Any, slot: str) -> Array:
    """Return a slot as one vector."""
    arrays: Sequence[Array] = optimizer.state[slot]
    return np.concatenate([np.ravel(a) for a in arrays])


def _left(beta: float, optimizer: Any) -> float:
    """Return the bias correction 1 - beta**t."""
    return float(1.0 - beta**optimizer.iterations)


def _nesterov(optimizer: Any) -> tuple[float, float, float, float]:
    """Return momentum, a, b and c of SGD's forms."""
    mu = float(optimizer.momentum)
    looks_ahead = mu > 0 and getattr(optimizer, "nesterov", False)
    return (mu, 1.0, mu, 1.0) if looks_ahead else (mu, 1.0, 1.0, 0.0)


def _sgd(optimizer: Any, rate: float) -> Preconditioner:
    return Preconditioner(None, rate, *_nesterov(optimizer))


def _qhm(optimizer: Any, rate: float) -> Preconditioner:
    beta, nu = optimizer.momentum, optimizer.nu
    return Preconditioner(None, rate, beta, 1 - beta, nu, 1 - nu)


def _rmsprop(optimizer: Any, rate: float) -> Preconditioner:
    square = _flat(optimizer, "velocity")
    if optimizer.centered:
        square = square - _flat(optimizer, "average_gradient") ** 2
    scale = 1 / np.sqrt(square + optimizer.epsilon)
    return Preconditioner(scale, rate, *_nesterov(optimizer))


def _adagrad(optimizer: Any, rate: float) -> Preconditioner:
    total = _flat(optimizer, "accumulator")
    return Preconditioner(1 / np.sqrt(total + optimizer.epsilon), rate)


def _adadelta(optimizer: Any, rate: float) -> Preconditioner:
    above = _flat(optimizer, "accumulated_delta_var") + optimizer.epsilon
    below = _flat(optimizer, "accumulated_grad") + optimizer.epsilon
    return Preconditioner(np.sqrt(above / below), rate)


def _averaged(optimizer: Any, root: Array, rate: float) -> Preconditioner:
    """Return Adam's form for what the corrected mean is divided by."""
    beta = float(optimizer.beta_1)
    return Preconditioner(1 / (_left(beta, optimizer) * root), rate, beta, 1 - beta)


def _adam(optimizer: Any, rate: float) -> Preconditioner:
    """Take tf.keras's form: epsilon beside the uncorrected root."""
    slot = "velocity_hat" if optimizer.amsgrad else "velocity"
    below = np.sqrt(_flat(optimizer, slot)) + optimizer.epsilon
    corrected = below / np.sqrt(_left(optimizer.beta_2, optimizer))
    return _averaged(optimizer, corrected, rate)


def _adamax(optimizer: Any, rate: float) -> Preconditioner:
    return _averaged(optimizer, _flat(optimizer, "norm") + optimizer.epsilon, rate)


def _corrected(optimizer: Any, rate: float) -> Preconditioner:
    """Take the paper's form: epsilon beside the corrected root."""
    slot = "velocity_hat" if getattr(optimizer, "amsgrad", False) else "velocity"
    square = _flat(optimizer, slot) / _left(optimizer.beta_2, optimizer)
    return _averaged(optimizer, np.sqrt(square) + optimizer.epsilon, rate)


def _amsgrad(optimizer: Any, rate: float) -> Preconditioner:
    root = np.sqrt(_flat(optimizer, "velocity_hat"))
    return _averaged(optimizer, root + optimizer.epsilon, rate)


def _nadam(optimizer: Any, rate: float) -> Preconditioner:
    """Return Adam's scaling with Nesterov's two parts; see the rule."""
    beta, t = float(optimizer.beta_1), optimizer.iterations
    square = _flat(optimizer, "velocity") / _left(optimizer.beta_2, optimizer)
    now, ahead = (beta * (1 - 0.5 * 0.96 ** (t + k)) for k in (0, 1))
    product = float(optimizer._u_product)
    return Preconditioner(
        1 / (np.sqrt(square) + optimizer.epsilon),
        rate,
        beta,
        1 - beta,
        ahead / (1 - product * ahead),
        (1 - now) / (1 - product),
    )


#: Class -> how it scales and averages.
PRECONDITIONERS: dict[type[Any], Callable[[Any, float], Preconditioner]] = {
    optimizers.AMSGrad: _amsgrad,
    optimizers.AdaBelief: _corrected,
    optimizers.Adadelta: _adadelta,
    optimizers.Adagrad: _adagrad,
    optimizers.Adam: _adam,
    optimizers.AdamW: _adam,
    optimizers.Adamax: _adamax,
    optimizers.HeavyBall: _sgd,
    optimizers.LaProp: _corrected,
    optimizers.Nadam: _nadam,
    optimizers.QHM: _qhm,
    optimizers.RMSprop: _rmsprop,
    optimizers.SGD: _sgd,
    optimizers.SGDW: _sgd,
    optimizers.TorchAdam: _corrected,
    optimizers.Yogi: _corrected,
}
