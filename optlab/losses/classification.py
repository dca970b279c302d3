r"""Cross-entropy losses of probabilities or logits.

Probabilities are clipped to :math:`[10^{-7}, 1 - 10^{-7}]`, so that

- no sample costs more than :math:`-\ln 10^{-7} = 16.118`, and
- the gradient is exactly 0 beyond the clip: a confidently wrong output stops learning.

Logits have neither limit. Prefer ``from_logits=True`` with a linear last layer; `fit`
looks behind a final softmax or sigmoid for its logits by itself, as tf.keras does in
graph mode.

TensorFlow's exponential and logarithm differ from ours in the last bit, so values and
gradients agree to a few units in the last place rather than exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.kernels.losses import binary, categorical
from optlab.lookup import flag, is_count, number
from optlab.losses import arrays
from optlab.losses.base import Array, Loss


def _last_axis(axis: int) -> int:
    """Return `axis`, which tf.keras's configurations carry, if it is -1.

    A positive one may be the last or not; which, the outputs decide.
    """
    if not is_count(axis, -1) or axis != -1:
        raise InputError(f"`axis` must be -1, the last one. Received: axis={axis!r}")
    return -1


def _fraction(label_smoothing: object) -> float:
    """Return `label_smoothing` if it is in [0, 1]."""
    found = number("label_smoothing", label_smoothing)
    if not 0.0 <= found <= 1.0:
        raise InputError(
            "`label_smoothing` must be in [0, 1]. Received: "
            f"label_smoothing={label_smoothing}"
        )
    return found


class _Smoothed(Loss):
    """A cross-entropy whose targets are probabilities, one an output."""

    _kernels: ClassVar[tuple[Callable[..., Any], Callable[..., Any]]]

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str = "sum_over_batch_size",
        name: str | None = None,
    ) -> None:
        super().__init__(reduction, name)
        self.from_logits = flag("from_logits", from_logits)
        self.label_smoothing = _fraction(label_smoothing)
        self.axis = _last_axis(axis)
        self._kernel = self._kernels[self.from_logits]
        self._constants = (self.label_smoothing,)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "label_smoothing": self.label_smoothing,
            "axis": self.axis,
        }

    def _probabilities(
        self, found: Array, dtype: np.dtype[Any], strict: bool, hint: str
    ) -> Array:
        """Cast targets, and refuse those outside [0, 1] if `strict`."""
        y = arrays.cast("y_true", found, dtype)
        if strict:
            rule = f"must be in [0, 1] for {self.default_name}"
            arrays.refuse("y_true", found, (y < 0) | (y > 1), rule, hint)
        return y


class BinaryCrossentropy(_Smoothed):
    r"""Cross-entropy of independent yes-or-no outputs.

    .. math::
        l_i = -\frac{1}{u} \sum_j t_{ij} \ln p_{ij} + (1 - t_{ij}) \ln (1 - p_{ij}),
        \qquad t = y (1 - \alpha) + \tfrac12 \alpha

    with :math:`p = \sigma(z)` for logits z, whose gradient is :math:`\sigma(z) - t`,
    computed without the cancellation of that difference.

    Targets have the outputs' shape, or (n,) for one output, and lie in [0, 1]. Of
    probabilities, torch's ``BCELoss`` clamps the logarithm at -100, not the probability
    at 1e-7.

    Parameters
    ----------
    from_logits : bool
        Whether `y_pred` are logits.
    label_smoothing : float
        :math:`\alpha`, in [0, 1].
    axis : int
        -1; tf.keras's configurations have it.
    reduction, name
        See `Loss`.

    Examples
    --------
    >>> import numpy as np
    >>> loss = BinaryCrossentropy(from_logits=True)
    >>> value, grad = loss.value_and_grad([[1.0]], np.array([[0.0]]))
    >>> round(value, 6), grad.item()
    (0.693147, -0.5)
    """

    default_name: ClassVar[str] = "binary_crossentropy"
    logits_activation: ClassVar[str | None] = "sigmoid"
    _kernels = (binary.binary_probabilities, binary.binary_logits)

    def _targets(
        self,
        y: npt.ArrayLike,
        n: int | None,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        strict: bool,
    ) -> Array:
        hint = "For class numbers use sparse_categorical_crossentropy."
        found = arrays.matching(y, n, shape, broadcast=False, hint=hint)
        hint = "Labels a < b become 0 and 1 by (y - a) / (b - a)."
        return self._probabilities(found, dtype, strict, hint)


class CategoricalCrossentropy(_Smoothed):
    r"""Cross-entropy of one class among u, with a target for each.

    .. math::
        l_i = -\sum_j t_{ij} \ln p_{ij}, \qquad t = y (1 - \alpha) + \alpha / u

    For logits z, :math:`p = \mathrm{softmax}(z)` and the gradient is :math:`p - t`,
    also for targets that do not sum to 1, as in TensorFlow. Probabilities are divided
    by their sum before they are clipped, so their gradient is
    :math:`\sum_k t_k - t_j / p_j`: +1 on the classes that are not the target, where the
    textbook formula has 0. Behind a softmax both give :math:`p - t`.

    Targets have shape (n, u), one-hot or soft, in [0, 1].

    Parameters
    ----------
    from_logits : bool
        Whether `y_pred` are logits.
    label_smoothing : float
        :math:`\alpha`, in [0, 1].
    axis : int
        -1; tf.keras's configurations have it.
    reduction, name
        See `Loss`.

    References
    ----------
    Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016,
    section 7 (label smoothing).

    Examples
    --------
    >>> import numpy as np
    >>> loss = CategoricalCrossentropy()
    >>> value, grad = loss.value_and_grad([[0, 1]], np.array([[0.75, 0.25]]))
    >>> round(value, 6), grad.round(6).tolist()
    (1.386294, [[1.0, -3.0]])
    """

    default_name: ClassVar[str] = "categorical_crossentropy"
    logits_activation: ClassVar[str | None] = "softmax"
    _kernels = (categorical.dense_probabilities, categorical.dense_logits)

    def _targets(
        self,
        y: npt.ArrayLike,
        n: int | None,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        strict: bool,
    ) -> Array:
        hint = "For class numbers use sparse_categorical_crossentropy."
        found = arrays.matching(y, n, shape, broadcast=False, hint=hint)
        return self._probabilities(found, dtype, strict, "")


class SparseCategoricalCrossentropy(Loss):
    r"""Cross-entropy of one class among u, the target being its number.

    .. math:: l_i = -\ln p_{i, y_i}

    The value of `CategoricalCrossentropy` for the one-hot targets; probabilities are
    clipped first and divided by their sum after.

    Targets have the shape of the outputs without the last axis, (n,), or with 1 there,
    (n, 1), and are 0, 1, ..., u - 1. Floats that are whole
    numbers will do; tf.keras also cuts 1.9 down to 1 without a word, and takes a label
    outside the classes for an error in eager mode and for NaN under XLA.

    Parameters
    ----------
    from_logits : bool
        Whether `y_pred` are logits.
    ignore_class : int, optional
        A label whose samples are left out: loss and gradient 0, and not counted in the
        mean.
    reduction : str
        See `Loss`.
    axis : int
        -1; tf.keras has it.
    name : str, optional
        See `Loss`.

    Examples
    --------
    >>> import numpy as np
    >>> loss = SparseCategoricalCrossentropy(from_logits=True)
    >>> value, grad = loss.value_and_grad([2], np.array([[0.0, 0.0, 0.0, 0.0]]))
    >>> round(value, 6), grad.tolist()
    (1.386294, [[0.25, 0.25, -0.75, 0.25]])
    """

    default_name: ClassVar[str] = "sparse_categorical_crossentropy"
    logits_activation: ClassVar[str | None] = "softmax"

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = None,
    ) -> None:
        super().__init__(reduction, name)
        self.from_logits = flag("from_logits", from_logits)
        if ignore_class is not None and number("ignore_class", ignore_class) % 1:
            raise InputError(
                "`ignore_class` must be a whole number or None. Received: "
                f"ignore_class={ignore_class!r}"
            )
        self.ignore_class = None if ignore_class is None else int(ignore_class)
        self._over_samples = self._over_samples and ignore_class is None
        self.axis = _last_axis(axis)
        self._kernel = (
            categorical.sparse_logits
            if self.from_logits
            else categorical.sparse_probabilities
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        return {
            **super().get_config(),
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
        }

    def _targets(
        self,
        y: npt.ArrayLike,
        n: int | None,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        strict: bool,
    ) -> Array:
        found = arrays.numeric("y_true", y)
        u, lead = shape[-1], shape[:-1]
        axes = len(shape)
        if found.ndim == axes + 1 and found.shape[-1] == 1:
            found = found[..., 0]
        fits = found.ndim == axes and found.shape[1:] == lead and found.size
        if not fits or (n is not None and len(found) != n):
            rows = "n" if n is None else str(n)
            hint = " For one-hot targets use categorical_crossentropy."
            one_hot = found.shape[1:] == shape
            raise InputError(
                f"`y_true` must have shape {arrays.shaped(rows, lead)}, one class "
                f"number a sample. Received: shape {np.shape(y)}."
                f"{hint if one_hot else ''}"
            )
        if found.dtype.kind == "f":
            arrays.refuse("y_true", found, found % 1 != 0, "must be whole numbers")
        ignored = np.zeros(found.shape, bool)
        if self.ignore_class is not None:
            ignored = found == self.ignore_class
        outside = ((found < 0) | (found >= u)) & ~ignored
        hint = "Labels 1..K become 0..K-1 by y - 1." if found.min() == 1 else ""
        rule = f"must be a class, 0 to {u - 1} for {u} outputs"
        arrays.refuse("y_true", found, outside, rule, hint)
        return np.where(ignored, -1, found.astype(np.int64))

    def _divisor(self, y: Array, sample_weight: Array | None) -> float:
        """Count only the samples that are not ignored."""
        if self.ignore_class is None or self.reduction == "sum":
            return super()._divisor(y, sample_weight)
        kept = y >= 0
        if sample_weight is None:
            return super()._divisor(y[kept], None) or np.inf
        return super()._divisor(y[kept], sample_weight[kept]) or np.inf
