r"""Clipping: what is done to a gradient before the update rule sees it.

.. math::
    \text{by norm:} \quad g &\leftarrow g\,c \,/ \max(\lVert g \rVert, c) \\
    \text{by global norm:} \quad g &\leftarrow g\,f, \quad
        f = c \min(1 / N, 1 / c), \quad N^2 = \sum_k \lVert g_k \rVert^2 \\
    \text{by value:} \quad g &\leftarrow \max(\min(g, c), -c)

All three are TensorFlow's, in its order of operations. It multiplies before it divides
where torch and optax multiply by a quotient, so short gradients too may move by a last
bit. A norm that is infinite gives zeros by norm, and NaN by global norm.

References
----------
Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural networks, 2013.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def clip_by_norm(grad: Any, clipnorm: Any, norm: Any) -> Any:
    """Shorten the gradient of one tensor, whose norm is given."""
    return (grad * clipnorm) / np.maximum(norm, clipnorm)


def clip_by_global_norm(grad: Any, factor: Any) -> Any:
    """Shorten the gradients of all tensors by one factor."""
    return grad * factor


def global_norm_factor(
    one: Any, norm: Any, global_clipnorm: Any, one_over_clipnorm: Any
) -> Any:
    """Return that factor; NaN where the norm of all gradients is not finite."""
    ratio = np.minimum(one / norm, one_over_clipnorm)
    return global_clipnorm * ratio + (norm - norm)


def clip_by_value(grad: Any, clipvalue: Any) -> Any:
    """Bound every entry of a gradient."""
    return np.maximum(np.minimum(grad, clipvalue), -clipvalue)


#: By the option that asks for it.
CLIPS: dict[str, Callable[..., Any]] = {
    "clipnorm": clip_by_norm,
    "clipvalue": clip_by_value,
    "global_clipnorm": clip_by_global_norm,
}
