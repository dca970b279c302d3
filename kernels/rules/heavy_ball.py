r"""Polyak's heavy ball: a step against the gradient, and a part of the last move again.

.. math::
    w_{t+1} \leftarrow w_t - \eta g_t + \beta (w_t - w_{t-1})

It remembers the last place, not a velocity. While rate and momentum are constant it is
tf.keras's and torch's momentum in other numbers; whatever moves the parameters besides
(a decay) it takes for momentum.

References
----------
Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
"""

from __future__ import annotations

from typing import Any

SLOTS = ("previous",)


def heavy_ball(
    param: Any, grad: Any, previous: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Go on with a part of the last move."""
    moved = param - learning_rate * grad + momentum * (param - previous)
    return moved, param


def heavy_ball_coefficients(
    one: Any, step: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Return rate and momentum."""
    return learning_rate, momentum
