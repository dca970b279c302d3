"""Muon; the rules: `optlab.kernels.rules.muon`, and Adam's for what is no matrix."""

from __future__ import annotations

import re

from optlab.errors import InputError
from optlab.kernels.rules import adam, muon
from optlab.optimizers.hyperparameters import (
    Flag,
    Integer,
    Number,
    Patterns,
    float32_rounded,
)
from optlab.optimizers.parameter_set import ParameterSet
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule, Share
from optlab.parameters import Parameters


class Muon(RuleOptimizer):
    r"""The momentum of a matrix, made orthogonal by a few Newton-Schulz steps.

    A vector, a tensor of more than two axes, an embedding (by its name) or an excluded
    layer is updated by Adam.

    Parameters
    ----------
    learning_rate : float, schedule or callable
        The rate.
    adam_beta_1, adam_beta_2, epsilon : float
        As in `Adam`, for what Adam updates.
    adam_weight_decay : float or None
        The decay of what Adam updates.
    weight_decay : float or None
        The decay of the matrices.
    exclude_layers : sequence of str
        Patterns; a matrix whose name holds one goes to Adam.
    exclude_embeddings : bool
        Whether a name that holds "embedding" goes to Adam.
    muon_a, muon_b, muon_c : float
        The coefficients of the iteration.
    adam_lr_ratio : float or None
        Adam's rate as a part of the rate. None: there is no Adam to fall back on, and a
        parameter that needs it is refused.
    momentum : float
        The momentum of the matrices, in [0, 1].
    ns_steps : int
        Newton-Schulz steps.
    nesterov : bool
        Whether to look ahead along the momentum.
    rms_rate : float or None
        Scales the update by this times the root of the longer side; None: unscaled.
    **options
        See `Options`.

    Raises
    ------
    InputError
        If an argument is out of range, or a parameter needs an Adam that is not there.

    References
    ----------
    Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024.
    Liu et al., Muon is scalable for LLM training, 2025.
    """

    default_rate = 0.001
    adam_beta_1 = Number(0.9, "[0, 1)")
    adam_beta_2 = Number(0.999, "[0, 1)")
    adam_weight_decay = Number(0.004, optional=True)
    epsilon = Number(1e-7, "[0, inf)")
    weight_decay = Number(0.004, optional=True)
    exclude_layers = Patterns(None)
    exclude_embeddings = Flag(True)
    muon_a = Number(3.4445)
    muon_b = Number(-4.7750)
    muon_c = Number(2.0315)
    adam_lr_ratio = Number(1.0, optional=True)
    momentum = Number(0.95, "[0, 1]")
    #: Five are enough for any singular value to come near 1; more than this is a slip.
    ns_steps = Integer(5, 1, 1000)
    nesterov = Flag(True)
    rms_rate = Number(0.2, optional=True)

    @property
    def rule(self) -> Rule:
        """Muon, which needs the products of whole matrices."""
        return Rule(
            muon.muon,
            muon.muon_coefficients,
            muon.SLOTS,
            elementwise=False,
            multiplies=True,
        )

    def hyper(self) -> tuple[float, ...]:
        """Return what Muon's coefficients take after the rate."""
        return (
            self.momentum,
            self.momentum - 1,
            float(self.nesterov),
            self.muon_a,
            self.muon_b,
            self.muon_c,
            float(self.ns_steps),
            self.rms_rate or 0.0,
            1e-7,
        )

    def shares(self, params: ParameterSet) -> list[Share]:
        """Give a matrix to Muon, the rest to Adam.

        Raises
        ------
        InputError
            If `adam_lr_ratio` is None and a parameter is no matrix.
        """
        by_muon = Share(self.rule, self.hyper(), self.options.weight_decay)
        if self.adam_lr_ratio is None:
            for name, shape in zip(params.names, params.shapes, strict=True):
                if self._needs_adam(name, shape):
                    raise InputError(
                        "Muon updates matrices only, and `adam_lr_ratio=None` leaves "
                        f"no Adam for the rest. Received: parameter {name!r} of shape "
                        f"{shape}"
                    )
            return [by_muon] * len(params)
        function, slots = adam.adam, adam.SLOTS
        rule = Rule(function, muon.adam_coefficients, slots, elementwise=False)
        hyper = (
            self.adam_lr_ratio,
            float32_rounded(self.adam_beta_1),
            float32_rounded(self.adam_beta_2),
            1 - self.adam_beta_1,
            1 - self.adam_beta_2,
            self.epsilon,
        )
        by_adam = Share(rule, hyper, self.adam_weight_decay)
        return [
            by_adam if self._needs_adam(name, shape) else by_muon
            for name, shape in zip(params.names, params.shapes, strict=True)
        ]

    def _needs_adam(self, name: str, shape: tuple[int, ...]) -> bool:
        embedding = self.exclude_embeddings and "embedding" in name.lower()
        excluded = any(re.search(pattern, name) for pattern in self.exclude_layers)
        return len(shape) != 2 or embedding or excluded

    def initial_state(self, params: ParameterSet) -> dict[str, Parameters]:
        """Keep a momentum for all, and a mean square for what Adam updates."""
        shapes = [
            shape if self._needs_adam(name, shape) else (0,)
            for name, shape in zip(params.names, params.shapes, strict=True)
        ]
        velocity = Parameters(shapes, params.dtype, params.names)
        return {**super().initial_state(params), "velocity": velocity}
