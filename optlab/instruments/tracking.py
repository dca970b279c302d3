r"""The top of a spectrum, followed from step to step while it changes a little.

Each `Lane` keeps the vectors that it found last. At the next step it begins with them,
adds what the Hessian makes of them, and takes the best of the space they span
(Rayleigh and Ritz): block Lanczos with a warm start. Its values are never above the
true ones but for rounding; `residual` bounds how far the first is from an eigenvalue,
:math:`|\theta - \lambda| \le |H q - \theta q|`. Lanes that look at the same point share
their passes through the network, which cost much less together than one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.linalg.lapack import dsyev

from optlab.typing import Array

#: Eigenvalue of the cosines of a few rows below which they count as dependent.
_DEPENDENT = 1e-5
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
        self._space, self._images = np.empty((2, 2 * self.k, size), dtype)
        self.begin()

    def begin(self) -> None:
        """Begin a step with the vectors of the last."""
        self._space[: self.k] = self.vectors
        self._count, self._answered = len(self.vectors), 0

    @property
    def asked(self) -> Array:
        """The directions whose products are wanted, scaled."""
        new: Array = self._space[self._answered : self._count]
        return new if self.root is None else new * self.root

    def answer(self, products: Array) -> None:
        """Take the products with `asked`, and the best of the space."""
        count = self._count
        new = self._images[self._answered : count]
        if self.root is None:
            new[...] = products
        else:
            np.multiply(products, self.root, out=new)
        self._answered = count
        space, images = self._space[:count], self._images[:count]
        small = np.dot(space, images.T).astype(np.float64)
        if not np.isfinite(small).all():
            # The next step begins where this one did.
            self.values, self.residual = np.full(self.k, np.nan), float("nan")
            return
        values, weights, _ = dsyev((small + small.T) / 2)
        self._best = weights[:, ::-1][:, : self.k].T.astype(space.dtype)
        self.values = values[::-1][: self.k]
        self.vectors = np.dot(self._best, space)
        first = np.dot(self._best[0], images)
        first -= float(self.values[0]) * self.vectors[0]
        self.residual = math.sqrt(float(np.dot(first, first)))

    def widen(self) -> bool:
        """Add what the operator makes of the best vectors; tell if that is anything."""
        if not math.isfinite(self.residual):
            return False
        count = self._count
        space, images = self._space[:count], self._images[:count]
        # What is left of the images is orthogonal to the space but for rounding.
        rest = np.dot(self._best, images)
        rest -= self.values[:, None].astype(rest.dtype) * self.vectors
        rest -= np.dot(np.dot(rest, space.T), space)
        new = _orthonormal(rest)
        if count + len(new) > len(self._space):
            room = np.empty((2 * (count + len(new)), new.shape[1]), new.dtype)
            self._space = np.concatenate([space, room])
            self._images = np.concatenate([images, room])
        self._space[count : count + len(new)] = new
        self._count += len(new)
        return len(new) > 0


def _orthonormal(rows: Array) -> Array:
    """Return an orthonormal basis of a few rows, by the roots of their products.

    LAPACK's own would start threads for it. What is left of a row that depends on the
    others is dropped.
    """
    products = np.dot(rows, rows.T).astype(np.float64)
    lengths = np.sqrt(np.maximum(np.diag(products), 0.0))
    if not lengths.all():
        lengths = np.where(lengths > 0, lengths, 1.0)
    values, weights, _ = dsyev(products / lengths / lengths[:, None])
    kept = values > _DEPENDENT
    scaled = weights[:, kept] / np.sqrt(values[kept]) / lengths[:, None]
    made: Array = np.dot(np.ascontiguousarray(scaled.T, rows.dtype), rows)
    return made


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
        # Nothing is left to add where the space is invariant, or a number not finite.
        open_lanes = [lane for lane in open_lanes if lane.widen()]
        if not open_lanes:
            break
    return found
