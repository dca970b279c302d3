"""Relatives of Adam that divide by something else; rules: `optlab.kernels.rules`."""

from __future__ import annotations

from optlab.kernels.rules import (
    adabelief,
    adabound,
    adopt,
    amsgrad,
    laprop,
    radam,
    sophia,
    yogi,
)
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Flag, Integer, Number
from optlab.optimizers.update_rule import Rule


class AMSGrad(FormulaOptimizer):
    r"""Adam that never forgets how large a mean square was.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
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
    Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    formula = Rule(amsgrad.amsgrad, amsgrad.amsgrad_coefficients, amsgrad.SLOTS)


class RAdam(FormulaOptimizer):
    r"""Adam whose step is as uncertain at first as its mean square is.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
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
    Liu et al., On the variance of the adaptive learning rate and beyond, 2020.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    formula = Rule(radam.radam, radam.radam_coefficients, radam.SLOTS)


class AdaBelief(FormulaOptimizer):
    r"""Steps divided by how far the gradient is from its running mean.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean squared surprise, in [0, 1).
    epsilon : float
        Added to the mean squared surprise and to its corrected root.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Zhuang et al., AdaBelief optimizer, 2020.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-16, "[0, inf)")
    formula = Rule(
        adabelief.adabelief, adabelief.adabelief_coefficients, adabelief.SLOTS
    )


class Yogi(FormulaOptimizer):
    r"""Adam whose mean square changes by an amount that does not depend on its size.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root.
    initial_accumulator_value : float
        What the mean square begins with, at least 0.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Zaheer et al., Adaptive methods for nonconvex optimization, 2018.
    """

    default_rate = 0.01
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-3, "[0, inf)")
    initial_accumulator_value = Number(1e-6, "[0, inf)")
    formula = Rule(yogi.yogi, yogi.yogi_coefficients, yogi.SLOTS)

    @property
    def rule(self) -> Rule:
        """The rule, with what the mean square begins with."""
        start = {"velocity": self.initial_accumulator_value}
        return Rule(yogi.yogi, yogi.yogi_coefficients, yogi.SLOTS, start)


class AdaBound(FormulaOptimizer):
    r"""Adam whose rates are clipped to a band that narrows to SGD's one rate.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root.
    final_learning_rate : float
        The rate that the band narrows to.
    gamma : float
        How fast it narrows, above 0.
    amsbound : bool
        Whether to divide by the largest mean square so far.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Luo et al., Adaptive gradient methods with dynamic bound of learning rate, 2019.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    final_learning_rate = Number(0.1, "[0, inf)")
    gamma = Number(0.001, "(0, inf)")
    amsbound = Flag(False)
    formula = Rule(adabound.adabound, adabound.adabound_coefficients, adabound.SLOTS)

    @property
    def rule(self) -> Rule:
        """AdaBound, or amsbound."""
        if not self.amsbound:
            return self.formula
        coefficients = adabound.adabound_coefficients
        return Rule(adabound.amsbound, coefficients, adabound.AMSBOUND_SLOTS)


class ADOPT(FormulaOptimizer):
    r"""Adam that divides by yesterday's mean square, and converges for every beta.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        The least root that is divided by.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Taniguchi et al., ADOPT: modified Adam can converge with any beta_2, 2024.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.9999, "[0, 1)")
    epsilon = Number(1e-6, "(0, inf)")
    formula = Rule(adopt.adopt, adopt.adopt_coefficients, adopt.SLOTS)


class LaProp(FormulaOptimizer):
    r"""A running mean of gradients that are divided by their root mean square first.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
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
    Ziyin, Wang, Ueda, LaProp: separating momentum and adaptivity in Adam, 2020.
    """

    default_rate = 0.0004
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-15, "[0, inf)")
    formula = Rule(laprop.laprop, laprop.laprop_coefficients, laprop.SLOTS)


class SophiaG(FormulaOptimizer):
    r"""A mean of gradients divided by a curvature, each quotient clipped.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the curvature, in [0, 1).
    rho : float
        What the curvature counts: the larger, the fewer quotients are clipped.
    update_period : int
        Steps between two estimates of the curvature.
    batch_size : float
        Samples of which a gradient is the mean.
    epsilon : float
        Added to the curvature.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Liu et al., Sophia: a scalable stochastic second-order optimizer, 2023.
    """

    default_rate = 0.0001
    beta_1 = Number(0.965, "[0, 1)")
    beta_2 = Number(0.99, "[0, 1)")
    rho = Number(0.04, "(0, inf)")
    update_period = Integer(10, 1, 2**31 - 1)
    batch_size = Number(1.0, "(0, inf)")
    epsilon = Number(1e-15, "[0, inf)")
    formula = Rule(sophia.sophia, sophia.sophia_coefficients, sophia.SLOTS)
