r"""What all losses share: arguments, checks, weights, reduction, configuration.

With per-sample losses :math:`l_i` and weights :math:`w_i` the value is

.. math:: L = \frac{1}{D} \sum_{i=1}^{N} w_i l_i

where D is N by default, *not* the sum of the weights: halving all weights halves the
loss. That is tf.keras's ``reduction="sum_over_batch_size"``; scikit-learn and torch's
weighted losses divide by the sum of the weights: ``"mean_with_sample_weight"``.

float64 is float64 throughout. tf.keras's loss objects cast everything to float32 unless
they are made with ``dtype="float64"``; its loss functions do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.kernels.floating_point import flush_subnormals
from optlab.lookup import construct
from optlab.losses import arrays
from optlab.typing import Array as Array

#: What kernels take where there are no weights.
_UNWEIGHTED = {np.dtype(t): np.empty(0, t) for t in (np.float32, np.float64)}
REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")


class Loss:
    """Base of all losses.

    A subclass sets `_kernel` (see `optlab.kernels.losses` for its arguments) and
    `_constants` (what the kernel takes after them), and checks targets in `_targets`.

    Parameters
    ----------
    reduction : str
        How the weighted per-sample losses become one number: "sum_over_batch_size" or
        "mean" (over the number of samples), "sum", "mean_with_sample_weight" (over the
        sum of the weights). For no reduction see `per_sample`.
    name : str, optional
        A name for reports.

    Attributes
    ----------
    name, reduction : str
    from_logits : bool
        Whether `y_pred` are logits; False where that has no meaning.
    logits_activation : {"softmax", "sigmoid"} or None
        The final activation behind which this loss can use the logits instead.
    """

    default_name: ClassVar[str] = "loss"
    logits_activation: ClassVar[str | None] = None
    from_logits: bool = False
    _kernel: Callable[..., Any]
    _constants: tuple[float, ...] = ()

    def __init__(
        self, reduction: str = "sum_over_batch_size", name: str | None = None
    ) -> None:
        if name is not None and not isinstance(name, str):
            raise InputError(f"`name` must be a text. Received: name={name!r}")
        if not isinstance(reduction, str) or reduction not in REDUCTIONS:
            raise InputError(
                f"`reduction` must be one of {', '.join(REDUCTIONS)}; `per_sample` "
                f"gives the losses unreduced. Received: reduction={reduction!r}"
            )
        self.reduction = reduction
        self._over_samples = reduction in ("sum_over_batch_size", "mean")
        self.name = str(name or self.default_name)

    def __call__(
        self,
        y_true: npt.ArrayLike,
        y_pred: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> float:
        """Return the loss; see `value_and_grad`."""
        return self.value_and_grad(y_true, y_pred, sample_weight)[0]

    def value_and_grad(
        self,
        y_true: npt.ArrayLike,
        y_pred: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
    ) -> tuple[float, Array]:
        """Return the loss and its gradient with respect to `y_pred`.

        Parameters
        ----------
        y_true : array_like
            Targets; see the class for the shape.
        y_pred : array_like of float32 or float64, shape (n,) or (n, ..., u)
            Predictions. Everything is computed in their dtype. More axes than two are
            that many more samples, with one weight a row for all of them.
        sample_weight : array_like, shape (n,) or (n, 1), optional
            One weight a sample.

        Returns
        -------
        value : float
        grad : ndarray
            Of the shape and dtype of `y_pred`.

        Raises
        ------
        InputError
            If a shape, a dtype or a value is wrong. Nothing is broadcast.
        """
        p = arrays.predictions(y_pred)
        y = self._targets(y_true, len(p), p.shape[1:], p.dtype, strict=True)
        w = arrays.weights(sample_weight, len(p), p.dtype)
        grad = np.empty_like(p)
        with flush_subnormals():
            value = self.into_any(y, p, w, None, grad)
        return value, grad.reshape(np.shape(y_pred))

    def per_sample(self, y_true: npt.ArrayLike, y_pred: npt.ArrayLike) -> Array:
        """Return the loss of each sample, unweighted and unreduced.

        Its shape is that of `y_pred` without the last axis.
        """
        p = arrays.predictions(y_pred)
        y = self._targets(y_true, len(p), p.shape[1:], p.dtype, strict=True)
        rows = np.empty(p.size // p.shape[-1], p.dtype)
        y, matrix = arrays.folded(y, p)
        with flush_subnormals():
            w, grad = _UNWEIGHTED[p.dtype], np.empty_like(matrix)
            self._kernel(y, matrix, w, 1.0, grad, rows, *self._constants)
        return rows.reshape(p.shape[:-1])

    def prepare_targets(
        self,
        y: npt.ArrayLike,
        output_shape: tuple[int, ...],
        dtype: npt.DTypeLike,
        strict: bool = True,
    ) -> Array:
        """Check targets and bring them into the form that `into` takes.

        Parameters
        ----------
        y : array_like
            The targets of any number of samples.
        output_shape : tuple of int
            The model's, for one row: ``(units,)``, or ``(steps, units)``.
        dtype : {"float32", "float64"}
            The model's.
        strict : bool
            False accepts whatever tf.keras trains on without complaint: cross-entropy
            targets outside [0, 1], and one column of targets for several outputs of a
            regression.

        Returns
        -------
        ndarray
            Shape (n, *output_shape) in `dtype`; for sparse labels int64 and without
            the last axis. C-contiguous.

        Raises
        ------
        InputError
            If the targets are no numbers, not finite, of the wrong shape or outside
            the classes.
        """
        return self._targets(y, None, tuple(output_shape), np.dtype(dtype), strict)

    def into(
        self, y: Array, y_pred: Array, sample_weight: Array | None, grad_out: Array
    ) -> float:
        """Return the value and put the gradient into `grad_out`; nothing is checked.

        Parameters
        ----------
        y : ndarray
            Rows of what `prepare_targets` returned.
        y_pred, grad_out : ndarray, shape (n, u)
            C-contiguous, float32 or float64.
        sample_weight : ndarray, shape (n,), or None
            Of the dtype of `y_pred`.
        """
        dtype, n = y_pred.dtype, len(y_pred)
        rows = np.empty(n, dtype)
        divisor = float(n) if self._over_samples else self._divisor(y, sample_weight)
        w = _UNWEIGHTED[dtype] if sample_weight is None else sample_weight
        value: float = self._kernel(
            y, y_pred, w, divisor, grad_out, rows, *self._constants
        )
        return value

    def into_any(
        self,
        y: Array,
        y_pred: Array,
        sample_weight: Array | None,
        mask: Array | None,
        grad_out: Array,
    ) -> float:
        """As `into`, for outputs of any rank and with a mask of their steps.

        As in tf.keras the masked steps are out of the mean, in the count as well, and
        a row's weight is that of all its steps.

        Parameters
        ----------
        y, y_pred, grad_out : ndarray, shape (n, ..., u)
            `y` without the last axis for sparse labels.
        sample_weight : ndarray, shape (n,), or None
            Of the dtype of `y_pred`.
        mask : ndarray of bool, shape (n, steps), or None
            The output's.
        """
        y, matrix = arrays.folded(y, y_pred)
        samples = y_pred.shape[:-1]
        total = 1.0
        w = sample_weight
        if w is not None and len(samples) > 1:
            w = np.broadcast_to(_trailing(w, samples), samples)
            if self.reduction == "mean_with_sample_weight" and mask is None:
                # tf.keras divides by the sum of the weights before they are spread.
                total = len(matrix) / len(y_pred)
        if mask is not None:
            kept = mask.astype(y_pred.dtype)
            if self._over_samples:
                valid = np.count_nonzero(mask)
                kept *= y_pred.dtype.type(mask.size / valid if valid else 0)
            kept = np.broadcast_to(_trailing(kept, samples), samples)
            w = kept if w is None else w * kept
        if w is not None:
            w = np.ascontiguousarray(w).reshape(-1)
        grad = grad_out.reshape(matrix.shape)
        value = self.into(y, matrix, w, grad)
        if total != 1.0:
            np.multiply(grad, y_pred.dtype.type(total), grad)
        return value * total

    def divisor(self, y: Array, sample_weight: Array | None) -> float:
        """Return what `into` divides the sum of the weighted losses by."""
        if self._over_samples:
            return float(len(y))
        return self._divisor(y, sample_weight)

    def with_logits(self) -> Self:
        """Return the same loss for logits, where there is such a thing."""
        if self.logits_activation is None:
            raise TypeError(f"{type(self).__name__} has no form for logits.")
        if self.from_logits:
            return self
        return self.from_config({**self.get_config(), "from_logits": True})

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a loss from `get_config`'s result, tf.keras's own included."""
        made: Self = construct("loss", cls.default_name, cls, config)
        return made

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"

    def _targets(
        self,
        y: npt.ArrayLike,
        n: int | None,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        strict: bool,
    ) -> Array:
        """Check targets for outputs of `shape`; n is None where it is not known."""
        raise NotImplementedError

    def _divisor(self, y: Array, sample_weight: Array | None) -> float:
        """Return what the sum of the weighted losses is divided by.

        A total weight of 0 gives infinity, so that value and gradient are 0, as with
        TensorFlow's division that returns 0 for 0 / 0.
        """
        if self.reduction == "sum":
            return 1.0
        if self.reduction == "mean_with_sample_weight" and sample_weight is not None:
            return float(sample_weight.sum()) or np.inf
        return float(len(y))


def _trailing(array: Array, shape: tuple[int, ...]) -> Array:
    """Return a view with as many axes as `shape`, those that are missing at the end."""
    return array.reshape(array.shape + (1,) * (len(shape) - array.ndim))
