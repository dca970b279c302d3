"""Random orthogonal matrices, which keep the length of every signal.

Saxe, McClelland and Ganguli (2014), "Exact solutions to the nonlinear dynamics of
learning in deep linear neural networks", arXiv:1312.6120.
"""

from __future__ import annotations

import math

import numpy as np

from optlab.errors import InputError
from optlab.initializers.base import Array, Initializer, Shape
from optlab.lookup import number


class Orthogonal(Initializer):
    """A random matrix with orthonormal columns (or rows, if there are fewer).

    Parameters
    ----------
    gain : float
        Multiplies the matrix.
    seed : int, optional
        Fixes the values of every call.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = number("gain", gain)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        if len(shape) < 2:
            raise InputError(
                "`Orthogonal` needs a weight of at least two dimensions. "
                f"Received: shape={shape}"
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(normal)
        # Without the signs the result depends on the QR routine and is not uniform over
        # the orthogonal matrices (Mezzadri, 2007, arXiv:math-ph/0609050).
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
