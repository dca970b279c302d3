"""Relatives of Adam that step along another mean; rules: `optlab.kernels.rules`."""

from __future__ import annotations

from optlab.kernels.rules import adan, ademamix, qhadam
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Integer, Number
from optlab.optimizers.update_rule import Rule


class QHAdam(FormulaOptimizer):
    r"""Adam between its running means and the gradient of the moment.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    nu_1, nu_2 : float
        The shares of the mean and of the mean square; both 1 is Adam.
    epsilon : float
        Added to the root.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Ma, Yarats, Quasi-hyperbolic momentum and Adam for deep learning, 2019.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    nu_1 = Number(0.7, "[0, 1]")
    nu_2 = Number(1.0, "[0, 1]")
    epsilon = Number(1e-8, "[0, inf)")
    formula = Rule(qhadam.qhadam, qhadam.qhadam_coefficients, qhadam.SLOTS)


class Adan(FormulaOptimizer):
    r"""Adam with Nesterov's momentum, from the differences of gradients.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2, beta_3 : float
        The decay of the mean, of the mean difference and of the mean square.
    epsilon : float
        Added to the root.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Xie et al., Adan: adaptive Nesterov momentum algorithm, 2022.
    """

    default_rate = 0.001
    beta_1 = Number(0.98, "[0, 1)")
    beta_2 = Number(0.92, "[0, 1)")
    beta_3 = Number(0.99, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    formula = Rule(adan.adan, adan.adan_coefficients, adan.SLOTS)


class AdEMAMix(FormulaOptimizer):
    r"""Adam with a second mean that remembers ten times as long.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    beta_3 : float
        The decay of the slow mean.
    alpha : float
        The share of the slow mean.
    epsilon : float
        Added to the root.
    warmup_steps : int
        Steps over which `alpha` and the slow mean's memory grow.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Pagliardini, Ablin, Grangier, The AdEMAMix optimizer, 2024.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    beta_3 = Number(0.9999, "[0, 1)")
    alpha = Number(5.0, "[0, inf)")
    epsilon = Number(1e-8, "[0, inf)")
    warmup_steps = Integer(0, 0, 2**31 - 1)
    formula = Rule(ademamix.ademamix, ademamix.ademamix_coefficients, ademamix.SLOTS)
