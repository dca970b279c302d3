"""Hinge losses, of classes told by -1 and 1 or by one-hot targets."""

from __future__ import annotations

from typing import ClassVar

from optlab.kernels.losses import margin
from optlab.losses.regression import Regression


class Hinge(Regression):
    r"""Hinge loss.

    .. math:: l_i = \frac1u \sum_j \max(1 - t_{ij} p_{ij}, 0)

    Targets are -1 or 1. A batch whose targets are all 0 or 1 is read as
    :math:`t = 2 y - 1`, as tf.keras reads it; one that mixes -1, 0 and 1 is not.

    Parameters
    ----------
    reduction, name
        See `Loss`.

    Examples
    --------
    >>> import numpy as np
    >>> Hinge()([[1.0], [-1.0]], np.array([[0.5], [-2.0]]))
    0.25
    """

    default_name: ClassVar[str] = "hinge"
    _kernel = staticmethod(margin.hinge)


class SquaredHinge(Regression):
    r"""Squared hinge loss; see `Hinge` for the targets.

    .. math:: l_i = \frac1u \sum_j \max(1 - t_{ij} p_{ij}, 0)^2

    Parameters
    ----------
    reduction, name
        See `Loss`.
    """

    default_name: ClassVar[str] = "squared_hinge"
    _kernel = staticmethod(margin.squared_hinge)


class CategoricalHinge(Regression):
    r"""How far the right class is from beating every other by 1.

    .. math:: l_i = \max\bigl(\max_j (1 - y_{ij}) p_{ij} - \sum_j y_{ij} p_{ij} + 1,
        0\bigr)

    Targets are one-hot. A score of 0 takes part in the maximum even where all others
    are negative: the right class's own term is 0.

    Parameters
    ----------
    reduction, name
        See `Loss`.
    """

    default_name: ClassVar[str] = "categorical_hinge"
    _kernel = staticmethod(margin.categorical_hinge)
