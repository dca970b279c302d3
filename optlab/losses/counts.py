"""Losses of counts, shares and directions; see `optlab.kernels.losses.counts`."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.kernels.losses import counts
from optlab.losses import arrays
from optlab.losses.base import Array
from optlab.losses.regression import Regression


class Poisson(Regression):
    r"""Negative log-likelihood of counts, up to a constant of the targets.

    .. math:: \phi = p - y \ln (p + 10^{-7})

    Predictions are rates, above 0; a negative one makes the loss NaN, as in tf.keras.

    Parameters
    ----------
    reduction, name
        See `Loss`.

    Examples
    --------
    >>> import numpy as np
    >>> round(Poisson()([[3.0]], np.array([[1.0]])), 5)
    1.0
    """

    default_name: ClassVar[str] = "poisson"
    _kernel = staticmethod(counts.poisson)


class KLDivergence(Regression):
    r"""Kullback-Leibler divergence of the prediction from the target.

    .. math:: l_i = \sum_j y_{ij} \ln \frac{y_{ij}}{p_{ij}}

    Both are cut to :math:`[10^{-7}, 1]`.

    Parameters
    ----------
    reduction, name
        See `Loss`.
    """

    default_name: ClassVar[str] = "kl_divergence"
    _kernel = staticmethod(counts.divergence)


class MeanAbsolutePercentageError(Regression):
    r"""Mean absolute error in percent of the target.

    .. math:: \phi = 100 \, |p - y| / \max(|y|, 10^{-7})

    A target of 0 makes it huge.

    Parameters
    ----------
    reduction, name
        See `Loss`.
    """

    default_name: ClassVar[str] = "mean_absolute_percentage_error"
    _kernel = staticmethod(counts.percentage_error)


class MeanSquaredLogarithmicError(Regression):
    r"""Mean squared difference of logarithms.

    .. math:: \phi = (\ln (1 + \max(p, \epsilon)) - \ln (1 + \max(y, \epsilon)))^2

    with :math:`\epsilon = 10^{-7}`: a prediction below it has no gradient.

    Parameters
    ----------
    reduction, name
        See `Loss`.
    """

    default_name: ClassVar[str] = "mean_squared_logarithmic_error"
    _kernel = staticmethod(counts.logarithmic_error)


class CosineSimilarity(Regression):
    r"""Negative cosine of the angle between target and prediction.

    .. math:: l_i = -\frac{y_i \cdot p_i}{|y_i| \, |p_i|}

    -1 is best. A prediction of zeros has a loss of 0 and a huge gradient, as in
    tf.keras.

    Parameters
    ----------
    axis : int
        The last one: -1, or its number with the rows counted.
    reduction, name
        See `Loss`.

    Examples
    --------
    >>> import numpy as np
    >>> CosineSimilarity()([[2.0, 0.0]], np.array([[3.0, 0.0]]))
    -1.0
    """

    default_name: ClassVar[str] = "cosine_similarity"
    _kernel = staticmethod(counts.cosine)

    def __init__(
        self,
        axis: int = -1,
        reduction: str = "sum_over_batch_size",
        name: str | None = None,
    ) -> None:
        super().__init__(reduction, name)
        if isinstance(axis, (list, tuple)) and len(axis) == 1:
            axis = axis[0]
        if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
            raise InputError(f"`axis` must be an integer. Received: axis={axis!r}")
        self.axis = int(axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; tf.keras's own leaves `axis` out."""
        return {**super().get_config(), "axis": self.axis}

    def _targets(
        self,
        y: npt.ArrayLike,
        n: int | None,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        strict: bool,
    ) -> Array:
        """Check the axis as well, now that the rank is known."""
        if self.axis not in (-1, len(shape)):
            raise InputError(
                f"`axis` must be the last one, -1 or {len(shape)}, for outputs of "
                f"shape {arrays.shaped('n', shape)}. Received: axis={self.axis}"
            )
        return super()._targets(y, n, shape, dtype, strict)
