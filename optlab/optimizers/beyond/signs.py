"""Optimizers that look at signs; the rules: `signum` and `rprop`."""

from __future__ import annotations

from optlab.kernels.rules import rprop, signum
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Number
from optlab.optimizers.update_rule import Rule


class SignSGD(FormulaOptimizer):
    r"""A step of the rate against the sign of the gradient.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Bernstein et al., signSGD: compressed optimisation, 2018, algorithm 1.
    """

    default_rate = 0.0001
    formula = Rule(signum.sign_sgd, signum.sign_sgd_coefficients, signum.SIGN_SLOTS)


class Signum(FormulaOptimizer):
    r"""A step of the rate against the sign of the mean gradient.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    momentum : float
        The decay of the mean, in [0, 1).
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Bernstein et al., signSGD: compressed optimisation, 2018, algorithm 2.
    """

    default_rate = 0.0001
    momentum = Number(0.9, "[0, 1)")
    formula = Rule(signum.signum, signum.signum_coefficients, signum.SLOTS)


class Rprop(FormulaOptimizer):
    r"""A step for each parameter, which grows while the sign stays.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    growth, shrinkage : float
        What a step is multiplied by where the sign stays, and where it changes.
    smallest_step, largest_step : float
        The bounds of a step.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Riedmiller, Braun, A direct adaptive method: the RPROP algorithm, 1993.
    """

    default_rate = 0.01
    growth = Number(1.2, "[1, inf)")
    shrinkage = Number(0.5, "(0, 1]")
    smallest_step = Number(1e-6, "[0, inf)")
    largest_step = Number(50.0, "(0, inf)")
    formula = Rule(rprop.rprop, rprop.rprop_coefficients, rprop.SLOTS)
