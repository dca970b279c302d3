"""Activation functions: one forward and one backward kernel each.

Forward kernels take ``(z, bias, out)`` and the function's constants: the bias, shape
(u,) or None, is added to z in place, and ``out = f(z)``. Backward kernels take ``(grad,
kept, bias_grad)`` and the constants: `grad` comes as the derivative by `out` and leaves
as that by z; `kept` is `out`, or z where f' cannot be had from the output; `bias_grad`,
shape (u,) or None, receives the sums of the columns. Matrices are contiguous, of shape
(n, u).

`out` may be z itself where `kept` is `out`; such a loop is not vectorised.
"""
