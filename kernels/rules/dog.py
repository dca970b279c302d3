r"""DoG: the distance that was gone, over the gradients that were met.

.. math::
    \bar r &\leftarrow \max(\bar r, \lVert w - w_0 \rVert), \qquad
    \bar r_1 = r_\epsilon (1 + \lVert w_0 \rVert), \qquad
    G \leftarrow G + \lVert g \rVert^2, \qquad G_0 = \epsilon \\
    w &\leftarrow w - \eta \frac{\bar r}{\sqrt G} g

where the norms are of all parameters together; :math:`\eta` is 1. The authors evaluate
an average of the iterates, as the option `use_ema` keeps one. Neither tf.keras nor
torch has it; optax's contrib.dog agrees.

References
----------
Ivgi, Hinder, Carmon, DoG is SGD's best friend: a parameter-free dynamic step size
schedule, 2023, equations 1 and 2.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.sums import sum_of_squares_eigen

SLOTS = ()


def dog(param: Any, grad: Any, rate: Any) -> Any:
    """Step against the gradient by the rate that was estimated."""
    param = param - rate * grad
    return (param,)


def dog_coefficients(one: Any, step: Any, learning_rate: Any) -> Any:
    """Return the rate: it is estimated already."""
    return (learning_rate,)


def squared_distance(param: Any, start: Any) -> float:
    """Return the square of how far a tensor is from its start."""
    return float(sum_of_squares_eigen(param - start))
