"""The Hessian of a model's loss as something that multiplies vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.instruments.chain import Chain
from optlab.instruments.coverage import covers
from optlab.instruments.differences import Differences
from optlab.memory import check_room
from optlab.training.inputs import prepare_weights, prepare_x, prepare_y
from optlab.training.objective import Objective
from optlab.typing import Array

#: Columns of `Hessian.dense` that are made at a time.
_COLUMNS = 32


def engine(objective: Any, dtype: Any) -> Chain | Differences:
    """Return what computes value, gradient and products for an objective."""
    return Chain(objective, dtype) if covers(objective) else Differences(objective)


class Hessian:
    """Second derivatives of the loss by the trained weights, at one point.

    For chains of Dense, Activation, Flatten, Reshape and Dropout with the losses of
    `optlab.losses` a product is exact, by a second pass forward and backward along the
    direction; else it is a difference of gradients, and `exact` is False. Dropout and
    noise are off. What scipy.sparse.linalg takes for a matrix, this is.

    Parameters
    ----------
    model : Sequential
        The point is where its weights are now; it may be trained on.
    loss : str, dict or Loss
        As `fit` takes it; logits are recovered as there.
    x, y, sample_weight
        The rows, as `fit` takes them.
    plain : bool
        As in `fit`.
    dtype : {"float32", "float64"}, optional
        What is computed in; the model's own where left out, float64 where it is not
        exact. In float32 a product has about six digits.

    Attributes
    ----------
    shape : tuple of int
        (size, size), of the model's arena `parameters`.
    exact : bool
        Whether products are exact but for rounding.
    value : float
        The loss, penalties included.
    gradient : ndarray, shape (size,)
        Its gradient.

    Raises
    ------
    InputError
        If the model has nothing to train, or data, loss and model do not fit.

    Examples
    --------
    >>> import optlab
    >>> from optlab.instruments import Hessian
    >>> model = optlab.Sequential([optlab.Dense(1)], input_shape=(1,), dtype="float64")
    >>> Hessian(model, "mse", [[1.0], [3.0]], [0.0, 0.0]).dense()
    array([[10.,  4.],
           [ 4.,  2.]])
    """

    def __init__(
        self,
        model: Any,
        loss: Any,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        *,
        plain: bool = False,
        dtype: Any = None,
    ) -> None:
        from optlab import losses

        objective = Objective(model, losses.get(loss), plain)
        if not model.parameters.size:
            raise InputError("The model has no weights that are trained.")
        self._engine = engine(objective, model.dtype if dtype is None else dtype)
        self.dtype, self.exact = self._engine.dtype, self._engine.exact
        rows = prepare_x(x, model.input_shape, self.dtype)
        targets = prepare_y(
            y, objective.loss, model.output_shape, self.dtype, len(rows)
        )
        weights = None
        if sample_weight is not None:
            weights = prepare_weights(
                sample_weight, len(rows), self.dtype, "sample_weight"
            )
        size = model.parameters.size
        self.shape = (size, size)
        self.value = self._engine.at(model.parameters.flat, rows, targets, weights)
        self.gradient = self._engine.gradients.flat.copy()

    def matvec(self, vector: npt.ArrayLike) -> Array:
        """Return the product with a vector.

        Parameters
        ----------
        vector : array_like, shape (size,) or (size, 1)
            In the order of the model's arena.

        Raises
        ------
        InputError
            If it is of another size.
        """
        array = np.asarray(vector)
        shape = array.shape
        if shape not in ((self.shape[0],), (self.shape[0], 1)):
            raise InputError(
                f"`vector` must have the shape ({self.shape[0]},). Received: {shape}"
            )
        return self.matmat(array.reshape(-1, 1)).reshape(shape)

    #: The Hessian is symmetric.
    rmatvec = matvec

    def matmat(self, vectors: npt.ArrayLike) -> Array:
        """Return the products with the columns of a matrix, shape (size, count)."""
        rows = np.ascontiguousarray(np.asarray(vectors, self.dtype).T)
        if rows.ndim != 2 or rows.shape[1] != self.shape[0]:
            raise InputError(
                f"`vectors` must have the shape ({self.shape[0]}, count). "
                f"Received: {np.shape(vectors)}"
            )
        return np.array(self._engine.product(rows).T)

    def __matmul__(self, other: npt.ArrayLike) -> Array:
        """Return the product with a vector or a matrix."""
        return self.matvec(other) if np.ndim(other) == 1 else self.matmat(other)

    def dense(self) -> Array:
        """Return the matrix itself, symmetric but for rounding.

        Raises
        ------
        InputError
            If there is no room for it.
        """
        size = self.shape[0]
        check_room(size * size * self.dtype.itemsize, "The Hessian as a matrix")
        found = np.empty(self.shape, self.dtype)
        unit = np.eye(size, dtype=self.dtype)
        for start in range(0, size, _COLUMNS):
            part = slice(start, start + _COLUMNS)
            found[part] = self._engine.product(unit[part])
        return found

    def __repr__(self) -> str:
        how = "exact" if self.exact else "by differences of gradients, not exact"
        return f"<Hessian of {self.shape[0]:,} weights, {self.dtype.name}, {how}>"
