r"""The top of a spectrum, followed from step to step while it changes a little.

Each `Lane` keeps the vectors that it found last. At the next step it begins with them,
adds what the Hessian makes of them, and takes the best of the space they span
(Rayleigh and Ritz): block Lanczos with a warm start. Its values are never above the
true ones but for rounding; `residual` bounds how far the first is from an eigenvalue,
:math:`|\theta - \lambda| \le |H q - \theta q|`. Lanes that look at the same point share
their passes through the network, which cost much less together than one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optlab.typing import Array

#: Takes and returns directions, shape (vectors, size).
Products = Callable[[Array], Array]


class Lane:
    """One operator, D^(1/2) H D^(1/2), and the top of its spectrum.

    Parameters
    ----------
    size : int
        Of the vectors.
    k : int
        How many eigenvalues to follow.
    seed : int
        Of the first vectors.
    dtype : dtype
        Of the vectors.

    Attributes
    ----------
    root : ndarray, shape (size,), or None
        D^(1/2); None is the identity. To be set before `track`.
    values : ndarray, shape (k,)
        The largest first.
    vectors : ndarray, shape (k, size)
        Orthonormal.
    residual : float
        Of the first.
    """

    def __init__(self, size: int, k: int, seed: int, dtype: Any) -> None:
        self.root: Array | None = None
        self.k = min(k, size)
        start = np.random.default_rng(seed).standard_normal((self.k, size))
        self.vectors = _orthonormal(start).astype(dtype)
        self.values = np.full(self.k, np.nan)
        self.residual = float("inf")
        self.begin()

    def begin(self) -> None:
        """Begin a step with the vectors of the last."""
        self.space = self.vectors
        self.images = np.empty((0, self.space.shape[1]), self.space.dtype)

    @property
    def asked(self) -> Array:
        """The directions whose products are wanted, scaled."""
        new = self.space[len(self.images) :]
        return new if self.root is None else new * self.root

    def answer(self, products: Array) -> None:
        """Take the products with `asked`, and the best of the space."""
        if self.root is not None:
            products = products * self.root
        self.images = np.concatenate([self.images, products])
        small = self.space @ self.images.T
        values, weights = np.linalg.eigh((small + small.T) / 2)
        weights = weights[:, ::-1][:, : self.k].T
        self.values = values[::-1][: self.k]
        self.vectors = weights @ self.space
        self._rest = weights @ self.images - self.values[:, None] * self.vectors
        self.residual = float(np.linalg.norm(self._rest[0]))

    def widen(self) -> None:
        """Add what the operator makes of the best vectors to the space."""
        new = _orthogonal(self._rest, self.space)
        self.space = np.concatenate([self.space, new])


def _orthogonal(new: Array, basis: Array) -> Array:
    """Return an orthonormal basis of what of `new` is not in the span of `basis`."""
    for _ in range(2):
        new = new - (new @ basis.T) @ basis
    return _orthonormal(new)


def _orthonormal(rows: Array) -> Array:
    """Return an orthonormal basis of a few rows, by Gram and Schmidt.

    LAPACK's would start threads for it.
    """
    made: list[Array] = []
    for row in rows:
        for _ in range(2):
            for other in made:
                row = row - (row @ other) * other
        length = float(np.sqrt(row @ row))
        if length > 0:
            made.append(row / rows.dtype.type(length))
    return np.array(made, rows.dtype).reshape(-1, rows.shape[1])


def track(
    products: Products,
    lanes: Sequence[Lane],
    rounds: int,
    tolerance: float,
    more: Array,
) -> Array:
    """Let lanes follow the Hessian to a new point; return the products with `more`.

    Parameters
    ----------
    products : callable
        The Hessian's, at that point.
    lanes : sequence of Lane
        To be brought up to date.
    rounds : int
        The most passes through the network.
    tolerance : float
        Relative: a lane whose residual is below takes part in no further pass.
    more : ndarray, shape (vectors, size)
        Further directions, which go along in the first pass.
    """
    for lane in lanes:
        lane.begin()
    open_lanes, found = list(lanes), more[:0]
    for turn in range(rounds):
        asked = [lane.asked for lane in open_lanes]
        whole = [*asked, more] if turn == 0 else asked
        images = products(np.ascontiguousarray(np.concatenate(whole)))
        start = 0
        for lane, some in zip(open_lanes, asked, strict=True):
            lane.answer(images[start : start + len(some)])
            start += len(some)
        if turn == 0:
            found = images[start:].copy()
        open_lanes = [
            lane
            for lane in open_lanes
            if not lane.residual <= tolerance * abs(lane.values[0])
        ]
        if not open_lanes or turn + 1 == rounds:
            break
        for lane in open_lanes:
            lane.widen()
    return found
