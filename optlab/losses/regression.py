r"""Losses of the difference between prediction and target.

With :math:`e_{ij} = \hat y_{ij} - y_{ij}` the loss of sample i is the mean over its u
outputs,

.. math:: l_i = \frac{1}{u} \sum_{j=1}^{u} \phi(e_{ij}).

Each :math:`\phi` is given with its class. MSE, MAE and Huber agree with tf.keras bit
for bit, value and gradient, in float32 and float64 (TensorFlow on one thread).
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.kernels.losses import regression
from optlab.lookup import number
from optlab.losses import arrays
from optlab.losses.base import Array, Loss


class Regression(Loss):
    """A loss whose targets are any numbers, one an output."""

    def _targets(
        self,
        y: npt.ArrayLike,
        n: int | None,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        strict: bool,
    ) -> Array:
        hint = "tf.keras would broadcast it to all outputs without a word."
        found = arrays.matching(y, n, shape, broadcast=not strict, hint=hint)
        return arrays.cast("y_true", found, dtype)


class MeanSquaredError(Regression):
    r"""Mean of squared errors.

    .. math:: \phi(e) = e^2, \qquad \phi'(e) = 2e

    torch's ``MSELoss`` is the same for unweighted data. Twice the loss that textbooks
    write as :math:`\tfrac12 e^2`, so a learning rate taken from one is doubled.

    Parameters
    ----------
    reduction, name
        See `Loss`.

    Examples
    --------
    >>> import numpy as np
    >>> MeanSquaredError().value_and_grad([[0.0], [1.0]], np.array([[1.0], [4.0]]))
    (5.0, array([[1.],
           [3.]]))
    """

    default_name: ClassVar[str] = "mean_squared_error"
    _kernel = staticmethod(regression.squared_error)


class MeanAbsoluteError(Regression):
    r"""Mean of absolute errors.

    .. math:: \phi(e) = |e|, \qquad \phi'(e) = \operatorname{sign} e, \quad \phi'(0) = 0

    Parameters
    ----------
    reduction, name
        See `Loss`.
    """

    default_name: ClassVar[str] = "mean_absolute_error"
    _kernel = staticmethod(regression.absolute_error)


class Huber(Regression):
    r"""Squared for small errors, absolute for large ones.

    .. math::
        \phi(e) = \begin{cases} \tfrac12 e^2 & |e| \le \delta \\
        \delta |e| - \tfrac12 \delta^2 & |e| > \delta \end{cases}, \qquad
        \phi'(e) = \max(-\delta, \min(\delta, e))

    torch's ``SmoothL1Loss(beta=delta)`` is this divided by delta.

    Parameters
    ----------
    delta : float
        Where the two meet; above 0.
    reduction, name
        See `Loss`.

    References
    ----------
    P. J. Huber, "Robust Estimation of a Location Parameter", Ann. Math. Statist. 35,
    1964.
    """

    default_name: ClassVar[str] = "huber_loss"
    _kernel = staticmethod(regression.huber)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str = "sum_over_batch_size",
        name: str | None = None,
    ) -> None:
        super().__init__(reduction, name)
        self.delta = number("delta", delta)
        if self.delta <= 0.0:
            raise InputError(f"`delta` must be above 0. Received: delta={delta}")
        self._constants = (self.delta,)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; tf.keras's own leaves `delta` out."""
        return {**super().get_config(), "delta": self.delta}


class LogCosh(Regression):
    r"""Logarithm of the hyperbolic cosine of the error.

    .. math:: \phi(e) = \ln \cosh e, \qquad \phi'(e) = \tanh e

    About :math:`\tfrac12 e^2` near 0 and :math:`|e| - \ln 2` far away. tf.keras takes
    :math:`e + \mathrm{softplus}(-2e) - \ln 2`. In float32 its rounding error of 6e-8 is
    more than the loss itself for errors below 3e-4; in float64 its ln 2 is rounded to
    float32, so the value is 2e-9 off. This one is accurate to the last digits.

    Parameters
    ----------
    reduction, name
        See `Loss`.
    """

    default_name: ClassVar[str] = "log_cosh"
    _kernel = staticmethod(regression.log_cosh)
