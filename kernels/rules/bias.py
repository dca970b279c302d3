r"""What is left of a running mean's beginning: :math:`1 - \beta^t`, in float64.

tf.keras takes the power in the parameter's dtype; its rules do so too. Rules that it
lacks follow their authors, who let Python's float64 do it: in float32 the difference
for :math:`\beta = 0.999` and small t is a hundred-thousandth.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import register_jitable

from optlab.kernels.libm import power


@register_jitable
def correction(one_minus_beta: Any, step: Any) -> Any:
    """Return 1 - beta**step as a float64, from 1 - beta, which rounds least."""
    one = np.float64(1.0)
    beta = one - np.float64(one_minus_beta)
    return one - np.float64(power(beta, np.float64(step)))
