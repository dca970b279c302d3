"""Adam and AdamW; the rule: `optlab.kernels.rules.adam`."""

from __future__ import annotations

from optlab.kernels.rules import adam
from optlab.optimizers.hyperparameters import Flag, Number, float32_rounded
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule


class Adam(RuleOptimizer):
    r"""Steps scaled by the running mean and mean square of the gradient.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate :math:`\eta`, about the size of a step.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root of the uncorrected mean square (the paper's epsilon-hat).
    amsgrad : bool
        Whether to divide by the largest mean square so far.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If a beta is outside [0, 1), or epsilon is negative.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.array([1.0, 2.0], dtype=np.float32)
    >>> Adam(0.5).apply([np.array([3.0, -0.1], dtype=np.float32)], [w])
    >>> w.round(3)
    array([0.5, 2.5], dtype=float32)

    References
    ----------
    Kingma, Ba, Adam: a method for stochastic optimization, 2015.
    Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-7, "[0, inf)")
    amsgrad = Flag(False)

    @property
    def rule(self) -> Rule:
        """Adam, or amsgrad."""
        if self.amsgrad:
            return Rule(adam.adam_amsgrad, adam.adam_coefficients, adam.AMSGRAD_SLOTS)
        return Rule(adam.adam, adam.adam_coefficients, adam.SLOTS)

    def hyper(self) -> tuple[float, ...]:
        """Return the betas (for their powers), 1 - betas, and epsilon."""
        return (
            float32_rounded(self.beta_1),
            float32_rounded(self.beta_2),
            1 - self.beta_1,
            1 - self.beta_2,
            self.epsilon,
        )


class AdamW(Adam):
    r"""Adam after decoupled weight decay, :math:`w \leftarrow w - (w\lambda)\eta`.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate :math:`\eta`, of the step and of the decay.
    weight_decay : float
        The decay :math:`\lambda`.
    beta_1, beta_2, epsilon, amsgrad
        See `Adam`.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If `weight_decay` is None.

    References
    ----------
    Loshchilov, Hutter, Decoupled weight decay regularization, 2019, algorithm 2.
    """

    weight_decay = Number(0.004)
