"""Losses: value, gradient and per-sample values in one kernel call each.

Every kernel has the arguments

``y``
    Targets, shape (n, u) in the dtype of `p`; (n,) int64 labels for the sparse ones.
``p``
    Predictions, shape (n, u), contiguous, float32 or float64.
``w``
    Sample weights, shape (n,) in the dtype of `p`; empty where there are none, so that
    one compiled version serves both.
``divisor``
    What the weighted sum of the per-sample losses is divided by, a float64.
``grad``
    Receives the gradient of the returned value, shape (n, u).
``rows``
    Receives the per-sample losses, times their weights where there are any, shape (n,).

and returns the value. The order of all sums is fixed (`optlab.kernels.sums`).
"""
