r"""AggMo: the mean of three momenta, one that forgets at once and one that hardly does.

.. math::
    m_i \leftarrow \beta_i m_i + g, \qquad
    w \leftarrow w - \tfrac{\eta}{3} (m_1 + m_2 + m_3)

Neither tf.keras nor torch nor optax has it.

References
----------
Lucas, Sun, Zemel, Grosse, Aggregated momentum: stability through passive damping, 2019.
"""

from __future__ import annotations

from typing import Any

SLOTS = ("momentum_1", "momentum_2", "momentum_3")


def aggmo(
    param: Any,
    grad: Any,
    m_1: Any,
    m_2: Any,
    m_3: Any,
    rate: Any,
    beta_1: Any,
    beta_2: Any,
    beta_3: Any,
) -> Any:
    """Step along the sum of three momenta."""
    m_1 = beta_1 * m_1 + grad
    m_2 = beta_2 * m_2 + grad
    m_3 = beta_3 * m_3 + grad
    param = param - rate * (m_1 + m_2 + m_3)
    return param, m_1, m_2, m_3


def aggmo_coefficients(
    one: Any, step: Any, learning_rate: Any, beta_1: Any, beta_2: Any, beta_3: Any
) -> Any:
    """Take a third of the rate."""
    return learning_rate / (one + one + one), beta_1, beta_2, beta_3
