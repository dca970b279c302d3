"""Muon; the rules: `optlab.kernels.rules.muon`, and Adam's for what is no matrix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.kernels.blas import one_blas_thread
from optlab.kernels.rules import adam, muon
from optlab.optimizers.base import Optimizer, Piece, Rule, Tensors
from optlab.optimizers.checks import as_list, float32_rounded
from optlab.optimizers.hyperparameters import Flag, Integer, Number, Patterns
from optlab.parameters import Parameters


class Muon(Optimizer):
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
        return Rule(muon.muon, muon.muon_coefficients, muon.SLOTS, elementwise=False)

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

    def rule_for(self, k: int) -> Rule:
        """Return Muon's rule for a matrix, Adam's for the rest."""
        if self._by_adam[k]:
            return Rule(adam.adam, adam.adam_coefficients, adam.SLOTS)
        return self.rule

    def hyper_for(self, k: int) -> tuple[Any, ...]:
        """Return 1, the rate and the hyperparameters of this tensor's rule."""
        one, rate, *rest = super().hyper_for(k)
        if not self._by_adam[k]:
            return (one, rate, *rest)
        betas = (
            float32_rounded(self.adam_beta_1),
            float32_rounded(self.adam_beta_2),
            1 - self.adam_beta_1,
            1 - self.adam_beta_2,
            self.epsilon,
        )
        number = self.dtype.type
        return (one, rate * number(self.adam_lr_ratio), *map(number, betas))

    def build(self, params: Tensors) -> None:
        """Make the state; see `Optimizer.build`.

        Raises
        ------
        InputError
            If `adam_lr_ratio` is None and a parameter is no matrix.
        """
        arrays = as_list("params", params)
        names: Sequence[str] = [str(k) for k in range(len(arrays))]
        if isinstance(params, Parameters):
            names = params.names
        by_adam = [
            self._needs_adam(name, np.shape(array))
            for name, array in zip(names, arrays, strict=True)
        ]
        if self.adam_lr_ratio is None and any(by_adam):
            k = by_adam.index(True)
            raise InputError(
                "Muon updates matrices only, and `adam_lr_ratio=None` leaves no Adam "
                f"for the rest. Received: parameter {names[k]!r} of shape "
                f"{np.shape(arrays[k])}"
            )
        self._by_adam = by_adam
        super().build(params)

    def _needs_adam(self, name: str, shape: tuple[int, ...]) -> bool:
        embedding = self.exclude_embeddings and "embedding" in name.lower()
        excluded = any(re.search(pattern, name) for pattern in self.exclude_layers)
        return len(shape) != 2 or embedding or excluded

    def _make_slots(self) -> None:
        """Keep a momentum for all, and a mean square for what Adam updates."""
        super()._make_slots()
        shapes = [
            shape if by_adam else (0,)
            for shape, by_adam in zip(self._shapes, self._by_adam, strict=True)
        ]
        self._slots["velocity"] = Parameters(shapes, self.dtype, self._layout.names)

    def _piece(self, k: int, decays: bool) -> Piece:
        piece = super()._piece(k, decays)
        if self._by_adam[k]:
            piece.slots += (self._slots["velocity"].arrays[k],)
        return piece

    def _decays(self, k: int) -> bool:
        return self._decay_of(k) is not None and self.may_decay(k)

    def _decay_of(self, k: int) -> float | None:
        return self.adam_weight_decay if self._by_adam[k] else self.options.weight_decay

    def _run_on_arrays(self, step: int, piece: Piece, grad: Any) -> None:
        """Decay by the rate of this tensor's kind, then run its rule."""
        self._clip[2] = float32_rounded(self._decay_of(piece.index) or 0.0)
        # The bits of a product would depend on the threads of a BLAS.
        with one_blas_thread:
            super()._run_on_arrays(step, piece, grad)
