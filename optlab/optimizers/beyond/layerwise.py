"""Optimizers that measure whole tensors; the rules: `optlab.kernels.rules`."""

from __future__ import annotations

from optlab.kernels.rules import fromage, lars, mars, novograd, paper_lamb
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.update_rule import Rule
from optlab.parameters import Parameters


class LARS(FormulaOptimizer):
    r"""Momentum with a rate for each tensor, in proportion to its norm.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    momentum : float
        The decay of the sum of steps, in [0, 1].
    trust_coefficient : float
        A step as a part of the tensor's norm, at a rate of 1.
    l2_regularization_strength : float
        The decay inside the step, at least 0; `weight_decay` is the decoupled one.
    epsilon : float
        Added to the norm of the gradient.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    You, Gitman, Ginsburg, Large batch training of convolutional networks, 2017.
    """

    default_rate = 0.1
    momentum = Number(0.9, "[0, 1]")
    trust_coefficient = Number(0.001, "[0, inf)")
    l2_regularization_strength = Number(0.0, "[0, inf)")
    epsilon = Number(0.0, "[0, inf)")
    formula = Rule(lars.lars, lars.lars_coefficients, lars.SLOTS, elementwise=False)


class PaperLamb(FormulaOptimizer):
    r"""LAMB with the decay inside the step, as in the paper and in optax.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    l2_regularization_strength : float
        The decay inside the step, at least 0; `weight_decay` is the decoupled one.
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
    You et al., Large batch optimization for deep learning, 2020.
    """

    default_rate = 0.001
    beta_1 = Number(0.9, "[0, 1)")
    beta_2 = Number(0.999, "[0, 1)")
    l2_regularization_strength = Number(0.0, "[0, inf)")
    epsilon = Number(1e-6, "[0, inf)")
    formula = Rule(
        paper_lamb.paper_lamb,
        paper_lamb.paper_lamb_coefficients,
        paper_lamb.SLOTS,
        elementwise=False,
    )


class NovoGrad(FormulaOptimizer):
    r"""Gradients divided by the norm of their whole tensor, then summed.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    l2_regularization_strength : float
        The decay inside the step, at least 0; `weight_decay` is the decoupled one.
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
    Ginsburg et al., Stochastic gradient methods with layer-wise adaptive moments, 2019.
    """

    default_rate = 0.01
    beta_1 = Number(0.95, "[0, 1)")
    beta_2 = Number(0.98, "[0, 1)")
    l2_regularization_strength = Number(0.0, "[0, inf)")
    epsilon = Number(1e-8, "[0, inf)")
    formula = Rule(
        novograd.novograd,
        novograd.novograd_coefficients,
        novograd.SLOTS,
        elementwise=False,
    )

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Keep one number a tensor for the squares."""
        ones = [(1,)] * len(params)
        velocity = Parameters(ones, params.dtype, params.names)
        return {**super().initial_state(params), "velocity": velocity}


class Fromage(FormulaOptimizer):
    r"""A step as long as a share of the tensor, and a shrinking.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    min_norm : float
        The least that a norm counts.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Bernstein et al., On the distance between two neural networks, 2020.
    """

    default_rate = 0.01
    min_norm = Number(1e-6, "(0, inf)")
    formula = Rule(
        fromage.fromage, fromage.fromage_coefficients, fromage.SLOTS, elementwise=False
    )


class MARS(FormulaOptimizer):
    r"""AdamW of gradients that are corrected by their last change, and clipped.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2 : float
        The decay of the mean and of the mean square, in [0, 1).
    gamma : float
        The share of the change.
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
    Yuan et al., MARS: unleashing the power of variance reduction, 2024.
    """

    default_rate = 0.003
    beta_1 = Number(0.95, "[0, 1)")
    beta_2 = Number(0.99, "[0, 1)")
    gamma = Number(0.025, "[0, inf)")
    epsilon = Number(1e-8, "[0, inf)")
    formula = Rule(mars.mars, mars.mars_coefficients, mars.SLOTS, elementwise=False)
