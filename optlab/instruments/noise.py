r"""How much the gradients of single rows differ, from one batch.

With g_i the gradient of row i's loss, so that the batch's is their mean
:math:`\bar g`, and :math:`\operatorname{tr}\Sigma` the sum of the variances of their
entries, unbiased:

.. math::
    |G|^2 \approx |\bar g|^2 - \operatorname{tr}\Sigma / n, \qquad
    B = \frac{\operatorname{tr}\Sigma}{|G|^2}, \qquad
    \theta = \frac{\sqrt{\operatorname{tr}\Sigma / n}}{|\bar g|}, \qquad
    \mathrm{snr} = \frac{|\bar g|^2}{\operatorname{tr}\Sigma / n}

B is the simple noise scale (McCandlish et al. 2018): a batch much smaller than it is
mostly noise, a much larger one is mostly waste. Of one small batch the estimate of
:math:`|G|^2` is rough, and can be negative; average both parts over steps before they
are divided. A batch passes the norm test (Byrd et al. 2012) for every theta from the
one given on. No gradient of a row is made: in a dense layer it is
:math:`x_i \delta_i^T`, and its square :math:`|x_i|^2 |\delta_i|^2` (Goodfellow 2015).

References
----------
McCandlish, Kaplan, Amodei, An empirical model of large-batch training, 2018.
Byrd, Chin, Nocedal, Wu, Sample size selection in optimization methods for machine
learning, 2012. Goodfellow, Efficient per-example gradient computations, 2015.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optlab.errors import InputError
from optlab.instruments.chain import Chain
from optlab.instruments.nodes import Linear
from optlab.typing import Array


@dataclass(frozen=True)
class GradientNoise:
    """Mean and spread of the gradients of a batch's rows, by tensor.

    Attributes
    ----------
    rows : int
        In the batch.
    squares : ndarray, shape (tensors,)
        The square of the batch's gradient, penalties included.
    variances : ndarray, shape (tensors,)
        The variances of the rows' gradients, summed over the entries; NaN of one row.
    """

    rows: int
    squares: Array
    variances: Array

    @property
    def variance(self) -> float:
        """The trace of the covariance."""
        return float(self.variances.sum())

    @property
    def signal(self) -> float:
        """The square of the gradient of all data, estimated without bias."""
        return float(self.squares.sum() - self.variances.sum() / self.rows)

    @property
    def scale(self) -> float:
        """The simple noise scale, in rows; NaN where the signal is not positive."""
        return self.variance / self.signal if self.signal > 0 else float("nan")

    @property
    def theta(self) -> float:
        """The least theta with which the batch passes the norm test."""
        with np.errstate(divide="ignore", invalid="ignore"):
            noise = np.sqrt(self.variances.sum() / self.rows)
            return float(noise / np.sqrt(self.squares.sum()))

    @property
    def snr(self) -> Array:
        """Signal over noise of the batch's gradient, shape (tensors,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Array = self.squares / (self.variances / self.rows)
        return found


def noise_at(chain: Chain) -> GradientNoise:
    """Return how the gradients of the rows differ at the point of a `Chain`."""
    rows = chain.rows
    names = chain.parameters.names
    raw = np.zeros(len(names))
    for layer, node in chain.linear:
        inputs, outputs = _squares(node, rows)
        for name, each in (("kernel", inputs), ("bias", outputs)):
            full = f"{layer}/{name}"
            if full in names:
                raw[names.index(full)] = each
    flat, data = chain.gradients, chain.data_gradients
    squares = np.array([_square(g) for g in flat])
    means = squares if data is flat else np.array([_square(g) for g in data])
    if rows < 2:
        return GradientNoise(rows, squares, np.full(len(names), np.nan))
    # With a row's gradient n x delta, as the deltas hold the mean's 1 / n.
    variances = (rows * raw - means) * (rows / (rows - 1))
    return GradientNoise(rows, squares, np.maximum(variances, 0.0))


def _square(array: Array) -> float:
    flat = array.reshape(-1)
    return float(np.dot(flat, flat))


def _squares(node: Linear, rows: int) -> tuple[float, float]:
    """Return the sums over the rows of |x delta^T|^2 and |delta|^2."""
    x, delta = node.x, node.grad
    if len(x) == rows:
        of_delta = np.einsum("ij,ij->i", delta, delta)
        of_x = np.einsum("ij,ij->i", x, x)
        return float(of_x @ of_delta), float(of_delta.sum())
    # A row of several steps: its gradient is a sum over them.
    x, delta = x.reshape(rows, -1, x.shape[1]), delta.reshape(rows, -1, node.width)
    kernel = np.einsum("nsi,nti,nsu,ntu->", x, x, delta, delta, optimize=True)
    return float(kernel), float((delta.sum(1) ** 2).sum())


def gradient_noise(hessian: object) -> GradientNoise:
    """Return the gradient noise at the point and on the rows of a `Hessian`.

    Raises
    ------
    InputError
        If the model is not one whose products are exact.
    """
    chain = getattr(hessian, "_engine", None)
    if not isinstance(chain, Chain):
        raise InputError(
            "The gradients of single rows are had of models whose Hessian is exact: "
            "chains of dense layers."
        )
    return noise_at(chain)
