"""Relatives of SGD; the rules: `optlab.kernels.rules`, by the same names."""

from __future__ import annotations

from optlab.kernels.rules import aggmo, asgd, heavy_ball, nesterov, qhm, sgdw
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Flag, Integer, Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.update_rule import Rule
from optlab.parameters import Parameters


class SGDW(FormulaOptimizer):
    r"""Momentum outside the rate, with decoupled weight decay.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    momentum : float
        The decay of the sum of gradients, in [0, 1].
    nesterov : bool
        Whether to look ahead along the momentum.
    weight_decay : float or None
        The decoupled decay.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Loshchilov, Hutter, Decoupled weight decay regularization, 2019.
    """

    default_rate = 0.001
    momentum = Number(0.9, "[0, 1]")
    nesterov = Flag(False)
    weight_decay = Number(1e-4, optional=True)
    formula = Rule(sgdw.sgdw, sgdw.sgdw_coefficients, sgdw.SLOTS)

    @property
    def rule(self) -> Rule:
        """With Nesterov's look-ahead, or without."""
        if not self.nesterov:
            return self.formula
        return Rule(sgdw.sgdw_nesterov, sgdw.sgdw_coefficients, sgdw.SLOTS)


class HeavyBall(FormulaOptimizer):
    r"""A step against the gradient, and a part of the last move again.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    momentum : float
        The part of the last move, in [0, 1].
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
    """

    default_rate = 0.01
    momentum = Number(0.9, "[0, 1]")
    formula = Rule(
        heavy_ball.heavy_ball, heavy_ball.heavy_ball_coefficients, heavy_ball.SLOTS
    )

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Begin at rest."""
        state = super().initial_state(params)
        for place, param in zip(state["previous"].arrays, params.arrays, strict=True):
            place[...] = param
        return state


class Nesterov(FormulaOptimizer):
    r"""The accelerated gradient with a momentum that grows.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    momentum : float
        The largest momentum, in [0, 1].
    period : int
        Steps after which the momentum grows.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Sutskever et al., On the importance of initialization and momentum, 2013.
    """

    default_rate = 0.01
    momentum = Number(0.99, "[0, 1]")
    period = Integer(250, 1, 2**31 - 1)
    formula = Rule(nesterov.nesterov, nesterov.nesterov_coefficients, nesterov.SLOTS)


class QHM(FormulaOptimizer):
    r"""A share of the running mean, the rest of the gradient.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    momentum : float
        The decay of the mean, in [0, 1).
    nu : float
        The share of the mean, in [0, 1].
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

    default_rate = 1.0
    momentum = Number(0.999, "[0, 1)")
    nu = Number(0.7, "[0, 1]")
    formula = Rule(qhm.qhm, qhm.qhm_coefficients, qhm.SLOTS)


class AggMo(FormulaOptimizer):
    r"""The mean of three momenta, from none to one that hardly forgets.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    beta_1, beta_2, beta_3 : float
        The three momenta, in [0, 1].
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Lucas et al., Aggregated momentum: stability through passive damping, 2019.
    """

    default_rate = 0.1
    beta_1 = Number(0.0, "[0, 1]")
    beta_2 = Number(0.9, "[0, 1]")
    beta_3 = Number(0.99, "[0, 1]")
    formula = Rule(aggmo.aggmo, aggmo.aggmo_coefficients, aggmo.SLOTS)


class ASGD(FormulaOptimizer):
    r"""A rate that falls, a decay, and the average of the parameters beside them.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    lambd : float
        The decay, at least 0.
    alpha : float
        The power by which the rate falls.
    t0 : float
        Steps before the average begins.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Polyak, Juditsky, Acceleration of stochastic approximation by averaging, 1992.
    """

    default_rate = 0.01
    lambd = Number(1e-4, "[0, inf)")
    alpha = Number(0.75, "[0, inf)")
    t0 = Number(1e6, "[0, inf)")
    formula = Rule(asgd.asgd, asgd.asgd_coefficients, asgd.SLOTS)
