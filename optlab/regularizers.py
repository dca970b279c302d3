r"""Penalties on weights or outputs, added to the loss, and their gradients.

.. math::
    R(w) = \lambda_1 \sum |w| + \lambda_2 \sum w^2, \qquad
    \partial R = \lambda_1 \operatorname{sign} w + 2 \lambda_2 w

There is no factor 1/2 before the square, as in tf.keras; torch's ``weight_decay`` is
:math:`2 \lambda_2`. tf.keras rounds both factors to float32, in float64 models too, and
so do we. With Adam the penalty's gradient passes through the moments; AdamW's decoupled
decay does not (Loshchilov and Hutter, 2019, arXiv:1711.05101).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.kernels.regularizers import add_gradient, penalty
from optlab.lookup import Registry, construct, keras_object, number
from optlab.losses.arrays import numeric
from optlab.typing import Array


class Regularizer:
    """Base class: absolute values and squares with a factor each.

    Parameters
    ----------
    l1, l2 : float
        The factors, at least 0.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = number("l1", l1, low=0)
        self.l2 = number("l2", l2, low=0)
        self._factors = {
            dtype: np.array([np.float32(self.l1), np.float32(self.l2)], dtype)
            for dtype in (np.dtype("float32"), np.dtype("float64"))
        }

    def penalty(self, w: Array) -> float:
        """Return the penalty of a contiguous weight of any shape."""
        return float(penalty(w.reshape(-1), self._factors[w.dtype]))

    def __call__(self, w: Array) -> float:
        """Return the penalty, as tf.keras spells it."""
        w = np.ascontiguousarray(numeric("w", w))
        return self.penalty(w if w.dtype in self._factors else w.astype(np.float64))

    def add_gradient(self, w: Array, grad: Array, rows: int = 1) -> None:
        """Add the gradient of the penalty over `rows` to `grad`; both contiguous."""
        factors = self._factors[w.dtype]
        if rows > 1:
            factors = factors / w.dtype.type(rows)
        add_gradient(w.reshape(-1), factors, grad.reshape(-1))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        return {"l1": self.l1, "l2": self.l2}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        """Make an instance from `get_config`'s result, tf.keras's own included."""
        made: Regularizer = construct("regularizer", cls.__name__, cls, config)
        return made

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class L1(Regularizer):
    """`l1` times the sum of absolute values; drives weights to exactly 0.

    Parameters
    ----------
    l1 : float
        The factor.
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's argument."""
        return {"l1": self.l1}


class L2(Regularizer):
    """`l2` times the sum of squares; shrinks weights in proportion.

    Parameters
    ----------
    l2 : float
        The factor.
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's argument."""
        return {"l2": self.l2}


class L1L2(Regularizer):
    """Both penalties ("elastic net").

    Parameters
    ----------
    l1, l2 : float
        The factors; both 0 unless given, as in tf.keras.
    """


#: The classes by tf.keras's names.
REGISTRY: Registry[Regularizer] = Registry(
    "regularizer", {"l1": L1, "l2": L2, "l1_l2": L1L2}
)


def names() -> list[str]:
    """Return the short names, sorted."""
    return sorted(REGISTRY)


def get(identifier: object) -> Regularizer | None:
    """Return a regularizer; None stays None.

    Parameters
    ----------
    identifier : str, mapping, class, Regularizer or None
        A name (``"l2"``), a table (``{"name": "l2", "l2": 1e-4}``) or tf.keras's
        serialized form.

    Raises
    ------
    InputError
        If the name or an argument is unknown.

    Examples
    --------
    >>> get({"name": "l1_l2", "l1": 0.5, "l2": 0.25}).penalty(np.array([1.0, -2.0]))
    2.75
    """
    if identifier is None:
        return None
    found: Regularizer = REGISTRY.get(identifier)
    if not isinstance(found, Regularizer):
        raise InputError(f"A regularizer must be a Regularizer. Received: {found!r}")
    return found


def serialize(regularizer: Regularizer | None) -> dict[str, Any] | None:
    """Return tf.keras's serialized form, None for None."""
    if regularizer is None:
        return None
    return keras_object("keras.regularizers", regularizer, regularizer.get_config())
