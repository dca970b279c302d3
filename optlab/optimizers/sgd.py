"""SGD, plain, with momentum, Nesterov; the rules: `optlab.kernels.rules.sgd`."""

from __future__ import annotations

from optlab.kernels.rules import sgd
from optlab.optimizers.hyperparameters import Flag, Number, float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class SGD(RuleOptimizer):
    r"""Gradient descent: :math:`w \leftarrow w - \eta g`, or with momentum.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate :math:`\eta`.
    momentum : float
        The momentum :math:`\mu` in [0, 1]; 0 keeps no state.
    nesterov : bool
        Whether to look ahead along the momentum.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If `momentum` is outside [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> w = np.array([1.0, 2.0], dtype=np.float32)
    >>> SGD(0.5).apply([np.array([1.0, 1.0], dtype=np.float32)], [w])
    >>> w
    array([0.5, 1.5], dtype=float32)

    References
    ----------
    Sutskever et al., On the importance of initialization and momentum in deep learning,
    2013.
    """

    default_rate = 0.01
    momentum = Number(0.0, "[0, 1]")
    nesterov = Flag(False)

    @property
    def rule(self) -> Rule:
        """Plain, momentum or Nesterov."""
        if self.momentum == 0:
            return Rule(sgd.sgd, sgd.sgd_coefficients)
        function = sgd.sgd_nesterov if self.nesterov else sgd.sgd_momentum
        return Rule(function, sgd.sgd_momentum_coefficients, sgd.SLOTS)

    def hyper(self) -> tuple[float, ...]:
        """Return the momentum, where there is one."""
        return () if self.momentum == 0 else (float32_rounded(self.momentum),)
