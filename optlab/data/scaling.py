"""Scaling of columns by scikit-learn, fitted on the training rows alone."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from optlab.data.record import Affine

Scale = Literal["none", "standard", "minmax", "robust"]


def _fitted(values: npt.NDArray[np.float64], how: Scale) -> Affine:
    """Fit scikit-learn's scaler to finite values; NaN entries are left out."""
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    scaler: Any
    if how == "standard":
        scaler = StandardScaler().fit(values)
        return Affine(scaler.mean_, scaler.scale_)
    if how == "robust":
        scaler = RobustScaler().fit(values)
        return Affine(scaler.center_, scaler.scale_)
    scaler = MinMaxScaler().fit(values)
    return Affine(scaler.data_min_, 1.0 / scaler.scale_)


def fit_scaling(
    values: npt.NDArray[np.float64], how: Scale, skip: list[int] | None = None
) -> Affine | None:
    """Return the scaling that `how` gives to the columns of `values`.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        The training rows. Entries that are not finite are left out of the fit.
    how : {"none", "standard", "minmax", "robust"}
        Zero mean and unit (population) standard deviation; the range [0, 1]; zero
        median and unit interquartile range. A constant column is only shifted.
    skip : list of int
        Columns to leave as they are, such as 0/1 indicators.

    Returns
    -------
    Affine or None
        None for "none", and for rows or columns that do not exist.
    """
    if how == "none" or not values.size:
        return None
    center, scale = np.zeros(values.shape[1]), np.ones(values.shape[1])
    usable = np.isfinite(values)
    columns: npt.NDArray[np.bool_] = np.asarray(usable.any(axis=0))
    columns[skip or []] = False
    if not columns.any():
        return Affine(center, scale)
    kept = np.where(usable, values, np.nan)[:, columns]
    found = _fitted(kept, how)
    center[columns], scale[columns] = found.center, found.scale
    return Affine(center, scale)
