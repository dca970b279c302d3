"""Relatives of Adam; the rules: `optlab.kernels.rules`, by the same names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.rules import (
    adabelief,
    adabound,
    adan,
    ademamix,
    adopt,
    amsgrad,
    laprop,
    qhadam,
    radam,
    sophia,
    torch_adam,
    torch_nadam,
    yogi,
)
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Flag, Integer, Number
from optlab.optimizers.state import state_number
from optlab.optimizers.update_rule import Rule


class TorchAdam(FormulaOptimizer):
    r"""Adam with epsilon beside the corrected root, as torch has it.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root.
    amsgrad : bool
        Whether to divide by the largest mean square so far.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Kingma, Ba, Adam: a method for stochastic optimization, 2015.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    amsgrad = Flag(False)
    formula = Rule(
        torch_adam.torch_adam, torch_adam.torch_adam_coefficients, torch_adam.SLOTS
    )

    @property
    def rule(self) -> Rule:
        """Adam, or amsgrad."""
        if not self.amsgrad:
            return self.formula
        coefficients = torch_adam.torch_adam_coefficients
        slots = torch_adam.AMSGRAD_SLOTS
        return Rule(torch_adam.torch_adam_amsgrad, coefficients, slots)


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


class TorchNAdam(FormulaOptimizer):
    r"""Nesterov's momentum in Adam, as torch has it.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    epsilon : float
        Added to the root.
    momentum_decay : float
        How fast the momentum warms up, at least 0.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Dozat, Incorporating Nesterov momentum into Adam, 2016.
    """

    default_rate = 0.002
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    epsilon = Number(1e-8, "[0, inf)")
    momentum_decay = Number(0.004, "[0, inf)")
    formula = Rule(
        torch_nadam.torch_nadam, torch_nadam.torch_nadam_coefficients, torch_nadam.SLOTS
    )
    _product = 1.0

    def hyper(self) -> tuple[float, ...]:
        """Return what the coefficients take; the product of momenta is the last."""
        return (
            self.beta_1,
            self.momentum_decay,
            1.0 - self.beta_1,
            1.0 - self.beta_2,
            self.epsilon,
            0.96,
            self._product,
        )

    def renewed(self, step: Any) -> float:
        """Multiply the product of momenta by that of the step, and return it."""
        decayed = power(np.float64(0.96), np.float64(step * self.momentum_decay))
        self._product *= self.beta_1 * (1.0 - 0.5 * decayed)
        return self._product

    def save_state(self) -> dict[str, Any]:
        """Return the state with the product of momenta; see `Optimizer.save_state`."""
        return {**super().save_state(), "mu_product": np.float64(self._product)}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back the state; see `Optimizer.load_state`."""
        product = state_number(state, "mu_product", Number(1.0, "[0, 1]"))
        super().load_state(state)
        self._product = product


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
