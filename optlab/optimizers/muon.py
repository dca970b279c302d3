"""Muon; the rules: `optlab.kernels.rules.muon`, and Adam's for what is no matrix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from optlab.kernels.rules import adam, muon
from optlab.optimizers.base import Optimizer, Piece, Rule, Tensors
from optlab.optimizers.checks import float32_rounded
from optlab.optimizers.options import OtherOptions, check_range
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
    ValueError
        If an argument is out of range, or a parameter needs an Adam that is not there.

    References
    ----------
    Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024.
    Liu et al., Muon is scalable for LLM training, 2025.
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "adam_beta_1",
        "adam_beta_2",
        "adam_weight_decay",
        "epsilon",
        "exclude_layers",
        "exclude_embeddings",
        "muon_a",
        "muon_b",
        "muon_c",
        "adam_lr_ratio",
        "momentum",
        "ns_steps",
        "nesterov",
        "rms_rate",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float | None = 1.0,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **options: Unpack[OtherOptions],
    ) -> None:
        check_range("adam_beta_1", adam_beta_1, 0, 1, "[)")
        check_range("adam_beta_2", adam_beta_2, 0, 1, "[)")
        check_range("momentum", momentum, 0, 1, "[]")
        check_range("epsilon", epsilon, 0, float("inf"), "[)")
        check_range("ns_steps", ns_steps, 1, float("inf"), "[)")
        super().__init__(learning_rate, weight_decay=weight_decay, **options)
        self.adam_beta_1 = float(adam_beta_1)
        self.adam_beta_2 = float(adam_beta_2)
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = float(epsilon)
        self.exclude_layers = list(exclude_layers or ())
        self.exclude_embeddings = bool(exclude_embeddings)
        self.muon_a = float(muon_a)
        self.muon_b = float(muon_b)
        self.muon_c = float(muon_c)
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = float(momentum)
        self.ns_steps = int(ns_steps)
        self.nesterov = bool(nesterov)
        self.rms_rate = rms_rate

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
        ValueError
            If `adam_lr_ratio` is None and a parameter is no matrix.
        """
        arrays = list(params)
        names: Sequence[str] = [str(k) for k in range(len(arrays))]
        if isinstance(params, Parameters):
            names = params.names
        by_adam = [
            self._needs_adam(name, np.shape(array))
            for name, array in zip(names, arrays, strict=True)
        ]
        if self.adam_lr_ratio is None and any(by_adam):
            k = by_adam.index(True)
            raise ValueError(
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
        return self._decay_of(k) is not None and self._may_decay(k)

    def _decay_of(self, k: int) -> float | None:
        return self.adam_weight_decay if self._by_adam[k] else self.options.weight_decay

    def _run_on_arrays(self, step: int, piece: Piece, grad: Any) -> None:
        """Decay by the rate of this tensor's kind, then run its rule."""
        self._clip[2] = float32_rounded(self._decay_of(piece.index) or 0.0)
        super()._run_on_arrays(step, piece, grad)
