r"""Eigenvalues of a Hessian, its trace, and the density of its spectrum.

All of them need products only. Eigenvalues are Lanczos's (ARPACK, through SciPy). The
trace is Hutchinson's (1990): with entries of z at random -1 and 1 the mean of
:math:`z^T H z` is the trace. The density is that of stochastic Lanczos quadrature
(Ghorbani, Krishnan, Xiao 2019): a run of m steps from a random unit vector gives m
nodes and weights, which smoothed by a Gaussian and averaged over runs are

.. math:: \phi(t) \approx \frac1n \sum_{i,k} w_{ik} \,
    \mathcal N(t; \theta_{ik}, \sigma^2).

References
----------
Hutchinson, A stochastic estimator of the trace of the influence matrix, 1990.
Ghorbani, Krishnan, Xiao, An investigation into neural net optimization via Hessian
eigenvalue density, 2019, arXiv:1901.10159.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.lookup import checked_seed, is_count
from optlab.typing import Array

#: Up to so many rows eigenvalues are those of the matrix itself.
_SMALL = 64


def eigenvalues(
    hessian: Any,
    k: int = 1,
    *,
    start: Array | None = None,
    seed: int = 0,
    tolerance: float = 0.0,
) -> tuple[Array, Array]:
    """Return the k largest eigenvalues (algebraically) and their vectors.

    Parameters
    ----------
    hessian : Hessian
        Or anything else with `shape`, `dtype` and `matmat`.
    k : int
        How many.
    start : ndarray, shape (size,) or (size, any), optional
        Where to begin, such as the vectors of the step before: the sum of the columns.
    seed : int
        Of a random start.
    tolerance : float
        Relative, of the eigenvalues; 0 is as good as the dtype gives.

    Returns
    -------
    values : ndarray, shape (k,)
        The largest first.
    vectors : ndarray, shape (size, k)

    Raises
    ------
    InputError
        If there are not as many, or Lanczos does not converge.
    """
    size = hessian.shape[0]
    if not is_count(k, 1) or k > size:
        raise InputError(f"`k` must be 1 to {size}. Received: k={k!r}")
    if size <= max(_SMALL, k + 1):
        matrix = np.asarray(hessian.matmat(np.eye(size)), np.float64)
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        return values[::-1][:k], vectors[:, ::-1][:, :k]
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

    begin = _random(size, seed) if start is None else np.asarray(start, np.float64)
    if begin.ndim == 2:
        begin = begin.sum(1)
    operator = LinearOperator(
        hessian.shape, lambda v: hessian.matmat(v.reshape(-1, 1))[:, 0], dtype=float
    )
    if np.dtype(hessian.dtype) == np.float32:
        tolerance = max(tolerance, 1e-5)
    try:
        values, vectors = eigsh(operator, k, which="LA", v0=begin, tol=tolerance)
    except ArpackError as error:
        raise InputError(f"The eigenvalues did not converge: {error}") from error
    order = np.argsort(values)[::-1]
    return values[order], vectors[:, order]


def _random(size: int, seed: int) -> Array:
    return np.random.default_rng(checked_seed(seed)).standard_normal(size)


def signs(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Array:
    """Return entries that are -1 or 1."""
    found: Array = rng.integers(0, 2, shape, np.int8).astype(dtype)
    found *= 2
    found -= 1
    return found


def trace(hessian: Any, samples: int = 32, seed: int = 0) -> tuple[float, float]:
    """Estimate the trace, and the standard error of the estimate.

    Parameters
    ----------
    hessian : Hessian
        Or anything else with `shape`, `dtype` and `matmat`.
    samples : int
        Products to make; at least 2.
    seed : int
        Of the random vectors.
    """
    if not is_count(samples, 2):
        raise InputError(f"`samples` must be at least 2. Received: samples={samples!r}")
    rng = np.random.default_rng(checked_seed(seed))
    z = signs(rng, (hessian.shape[0], samples), hessian.dtype)
    each = np.einsum("ik,ik->k", z, hessian.matmat(z), dtype=np.float64)
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(samples))


@dataclass(frozen=True)
class Density:
    """The density of a spectrum.

    Attributes
    ----------
    nodes, weights : ndarray, shape (runs, steps)
        Of each run of Lanczos; the weights of a run add up to 1.
    """

    nodes: Array
    weights: Array

    def __call__(self, points: Array, width: float) -> Array:
        """Return the density at points, smoothed.

        Parameters
        ----------
        points : ndarray, shape (n,)
        width : float
            The Gaussian's standard deviation.
        """
        away = (np.asarray(points)[:, None, None] - self.nodes) / width
        bells = np.exp(-0.5 * away**2) / (width * np.sqrt(2 * np.pi))
        found: Array = (bells * self.weights).sum((1, 2)) / len(self.nodes)
        return found

    @property
    def mean(self) -> float:
        """The mean eigenvalue: the trace over the size."""
        return float((self.nodes * self.weights).sum(1).mean())


def density(hessian: Any, steps: int = 64, runs: int = 4, seed: int = 0) -> Density:
    """Return the density of the spectrum by stochastic Lanczos quadrature.

    Parameters
    ----------
    hessian : Hessian
        Or anything else with `shape`, `dtype` and `matmat`.
    steps : int
        Of Lanczos, in each run: products.
    runs : int
        Random starts to average over.
    seed : int
        Of the starts.
    """
    for name, value in (("steps", steps), ("runs", runs)):
        if not is_count(value, 1):
            raise InputError(f"`{name}` must be at least 1. Received: {name}={value!r}")
    size = hessian.shape[0]
    rng = np.random.default_rng(checked_seed(seed))

    def times(v: Array) -> Array:
        return np.asarray(hessian.matmat(v[:, None]), np.float64)[:, 0]

    found = [
        ritz(times, rng.standard_normal(size), min(steps, size)) for _ in range(runs)
    ]
    longest = max(len(nodes) for nodes, _ in found)
    nodes, weights = np.zeros((runs, longest)), np.zeros((runs, longest))
    for row, (some, shares) in enumerate(found):
        nodes[row, : len(some)], weights[row, : len(some)] = some, shares
    return Density(nodes, weights)


def ritz(
    times: Callable[[Array], Array], start: Array, steps: int
) -> tuple[Array, Array]:
    """Return nodes and weights of a run of Lanczos, with full orthogonalization."""
    basis = np.zeros((steps, len(start)))
    diagonal, beside = np.zeros(steps), np.zeros(steps)
    v = start / np.linalg.norm(start)
    for j in range(steps):
        basis[j] = v
        w = times(v)
        diagonal[j] = v @ w
        # Twice is enough (Parlett).
        for _ in range(2):
            w -= basis[: j + 1].T @ (basis[: j + 1] @ w)
        beside[j] = np.linalg.norm(w)
        if j + 1 == steps or beside[j] <= 1e-10 * np.abs(diagonal[: j + 1]).max():
            break
        v = w / beside[j]
    from scipy.linalg import eigh_tridiagonal

    values, vectors = eigh_tridiagonal(diagonal[: j + 1], beside[:j])
    return values, vectors[0] ** 2
