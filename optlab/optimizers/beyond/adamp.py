"""AdamP; the rule: `optlab.kernels.rules.adamp`."""

from __future__ import annotations

from optlab.kernels.rules import adamp
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Flag, Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.update_rule import Rule, Share


class AdamP(FormulaOptimizer):
    r"""Adam without what only lengthens weights whose scale does not matter.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root.
    delta : float
        The cosine, times the root of a channel's size, below which a gradient counts as
        orthogonal to the weights.
    wd_ratio : float
        The part of the weight decay that such weights have.
    nesterov : bool
        Whether to look ahead along the mean.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Heo et al., AdamP, 2021.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    delta = Number(0.1, "[0, inf)")
    wd_ratio = Number(0.1, "[0, 1]")
    nesterov = Flag(False)
    formula = Rule(
        adamp.adamp, adamp.adamp_coefficients, adamp.SLOTS, elementwise=False
    )

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take, with no decay."""
        betas = 1.0 - self.beta_1, 1.0 - self.beta_2
        shape = self.delta, self.wd_ratio, float(self.nesterov)
        return *betas, self.epsilon, *shape, 0.0

    def shares(self, params: ParameterSet) -> list[Share]:
        """Put the decay inside the rule, which knows how much of it counts."""
        rule, (*numbers, _) = self.rule, self.hyper()
        return [
            Share(rule, (*numbers, self.own_decay(k)), None) for k in range(len(params))
        ]
