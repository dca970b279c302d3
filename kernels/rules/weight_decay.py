r"""Decoupled weight decay: what is done to a parameter before the update rule sees it.

.. math::
    w \leftarrow w - (w \lambda) \eta

In tf.keras every optimizer has it, and it is never an L2 penalty, which would go
through the rule's own scaling. torch and optax decay by :math:`1 - \lambda\eta`.

References
----------
Loshchilov, Hutter, Decoupled weight decay regularization, 2019, algorithm 2.
"""

from __future__ import annotations

from typing import Any


def decay_weights(param: Any, weight_decay: Any, learning_rate: Any) -> Any:
    """Shrink a parameter by a part that the rate scales."""
    return param - (param * weight_decay) * learning_rate
