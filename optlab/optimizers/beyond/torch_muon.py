"""Muon as torch has it; the rule: `optlab.kernels.rules.torch_muon`."""

from __future__ import annotations

from optlab.kernels.rules import torch_adam, torch_muon
from optlab.optimizers.beyond.formula_optimizer import FormulaOptimizer
from optlab.optimizers.hyperparameters import Flag, Integer, Number
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.update_rule import Rule, Share
from optlab.parameters import Parameters


class TorchMuon(FormulaOptimizer):
    r"""The mean gradient of a matrix, made orthogonal and scaled as torch does.

    What is no matrix is updated by torch's Adam, at the same rate and decay.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    weight_decay : float or None
        The decoupled decay.
    momentum : float
        The decay of the mean, in [0, 1].
    nesterov : bool
        Whether to look ahead along the mean.
    muon_a, muon_b, muon_c : float
        The coefficients of the iteration.
    epsilon : float
        The least norm that is divided by.
    ns_steps : int
        Newton-Schulz steps.
    match_rms : bool
        Whether a step is as long as Adam's; torch's ``adjust_lr_fn="match_rms_adamw"``.
    adam_beta_1, adam_beta_2, adam_epsilon : float
        As in `TorchAdam`, for what is no matrix.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range.

    References
    ----------
    Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024.
    """

    default_rate = 0.001
    weight_decay = Number(0.1, optional=True)
    momentum = Number(0.95, "[0, 1]")
    nesterov = Flag(True)
    muon_a = Number(3.4445)
    muon_b = Number(-4.7750)
    muon_c = Number(2.0315)
    epsilon = Number(1e-7, "[0, inf)")
    ns_steps = Integer(5, 1, 99)
    match_rms = Flag(False)
    adam_beta_1 = Number(0.9, "[0, 1)")
    adam_beta_2 = Number(0.999, "[0, 1)")
    adam_epsilon = Number(1e-8, "[0, inf)")
    formula = Rule(
        torch_muon.torch_muon,
        torch_muon.torch_muon_coefficients,
        torch_muon.SLOTS,
        elementwise=False,
        multiplies=True,
    )

    def shares(self, params: ParameterSet) -> list[Share]:
        """Give a matrix to Muon, the rest to Adam."""
        decay = self.options.weight_decay
        by_muon = Share(self.rule, self.hyper(), decay)
        adam = Rule(
            torch_adam.torch_adam,
            torch_adam.torch_adam_coefficients,
            torch_adam.SLOTS,
            elementwise=False,
        )
        betas = 1.0 - self.adam_beta_1, 1.0 - self.adam_beta_2
        by_adam = Share(adam, (*betas, self.adam_epsilon), decay)
        return [by_muon if len(s) == 2 else by_adam for s in params.shapes]

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Keep a mean for all, and a mean square for what Adam updates."""
        shapes = [(0,) if len(s) == 2 else s for s in params.shapes]
        velocity = Parameters(shapes, params.dtype, params.names)
        return {**super().initial_state(params), "velocity": velocity}
