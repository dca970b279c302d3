"""Muon with TensorFlow's own matrix products, for parity checks."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules import muon
from optlab.optimizers import Muon, Rule
from optlab.typing import Array
from optlab.validation.runtime import load


class _Product(np.ndarray):
    """An array whose products are TensorFlow's."""

    def __matmul__(self, other: Any) -> Any:
        tf = load().tf
        a, b = (tf.constant(np.ascontiguousarray(x)) for x in (self, other))
        return tf.matmul(a, b).numpy().view(_Product)


def _muon(param: Any, grad: Any, m: Any, *numbers: Any) -> tuple[Array, ...]:
    """Run the rule itself, on arrays that multiply as TensorFlow does."""
    given = (np.asarray(x).view(_Product) for x in (param, grad, m))
    return tuple(np.asarray(x) for x in muon.muon(*given, *numbers))


class MuonByTensorFlow(Muon):
    """The rule with the matrix products of TensorFlow in the place of NumPy's.

    A BLAS adds the terms of a product in another order, and where singular values are
    small the iteration amplifies the last bit a hundred thousand times. Everything else
    is `optlab.Muon`, so zero distance from tf.keras shows that this is the whole
    difference.
    """

    @property
    def rule(self) -> Rule:
        """Muon, by other products."""
        return Rule(_muon, muon.muon_coefficients, muon.SLOTS, elementwise=False)
