"""Cautious: a wrapper that leaves out what steps up along the gradient."""

from __future__ import annotations

import numpy as np

from optlab.errors import InputTypeError
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.parameter_set import Tensors
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.wrapper import Wrapper
from optlab.typing import Array

#: The least part of a tensor that it is scaled up by, as in the authors' program.
LEAST = 1e-3


class Cautious(Wrapper):
    r"""Keep of every update what the gradient of the moment agrees with.

    .. math::
        \phi = \mathbb 1[u \circ g > 0], \qquad
        w \leftarrow w - u \circ \frac{\phi}{\max(\mathrm{mean}(\phi), 10^{-3})}

    where u is what the inner optimizer subtracts from a tensor. Its weight decay comes
    before, unmasked, and its average of the parameters after. It is the authors'
    program; the paper divides by :math:`(\mathrm{nnz}(\phi) + 1) / \dim(\phi)`.

    Parameters
    ----------
    inner_optimizer : RuleOptimizer
        What works the updates out. Base options belong to it.
    name : str, optional
        A name for messages.

    Raises
    ------
    InputTypeError
        If `inner_optimizer` is no optimizer with a rule of its own.

    References
    ----------
    Liang et al., Cautious optimizers: improving training with one line of code, 2024.
    """

    default_name = "cautious"

    def __init__(self, inner_optimizer: Optimizer, name: str | None = None) -> None:
        if not isinstance(inner_optimizer, RuleOptimizer):
            raise InputTypeError(
                "`inner_optimizer` must be an Optimizer with a rule of its own. Put "
                f"Cautious inside other wrappers. Received: {inner_optimizer!r}"
            )
        super().__init__(inner_optimizer, name)

    def build(self, params: Tensors) -> None:
        """Build the inner optimizer, and step into its updates."""
        self.inner_optimizer.build(params)
        stepper = getattr(self.inner_optimizer, "stepper", None)
        if stepper is not None:
            stepper.revise_by(masked)


def masked(param: Array, before: Array, grad: Array) -> None:
    """Take out of a tensor's update what does not descend, and scale up the rest."""
    number = param.dtype.type
    update = before - param
    agrees = update * grad > 0
    part = number(np.count_nonzero(agrees)) / number(max(param.size, 1))
    scale = number(1) / np.maximum(part, number(LEAST))
    param[...] = before - np.where(agrees, update * scale, number(0))
