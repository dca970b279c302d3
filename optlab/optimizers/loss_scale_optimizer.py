"""A wrapper that scales the loss, and skips steps whose gradients overflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.errors import InputTypeError
from optlab.optimizers.accumulation import unscaled
from optlab.optimizers.hyperparameters import Integer, Number, float32_rounded
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.parameter_set import Tensors
from optlab.optimizers.state import state_number
from optlab.optimizers.wrapper import Wrapper
from optlab.parameters import Parameters
from optlab.typing import Array


class LossScaleOptimizer(Wrapper):
    """Divide the gradients of a scaled loss; grow the scale, halve it on overflow.

    Multiply the loss (or its gradients) by `dynamic_scale` before `apply`, or call
    `scale_loss`. A step with a non-finite gradient is skipped and halves the scale;
    `dynamic_growth_steps` good steps in a row double it.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What updates the parameters. Base options belong to it, but for
        `loss_scale_factor`, which it may not have.
    initial_scale : float
        The scale to begin with, above 0.
    dynamic_growth_steps : int
        Good steps in a row that double the scale, at least 1.
    name : str, optional
        A name for messages.

    Raises
    ------
    InputTypeError
        If `inner_optimizer` is no optimizer.
    InputError
        If a number is out of range.

    References
    ----------
    Micikevicius et al., Mixed precision training, 2018, section 3.2.
    """

    initial_scale = Number(2.0**15, "(0, inf)")
    dynamic_growth_steps = Integer(2000, 1, 2**31 - 1)
    default_name = "loss_scale_optimizer"

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
    ) -> None:
        if (
            not isinstance(inner_optimizer, Optimizer)
            or inner_optimizer.loss_scale is not None
        ):
            raise InputTypeError(
                "`inner_optimizer` must be an Optimizer that scales no loss itself; "
                "tf.keras takes its `loss_scale_factor` off without a word. "
                f"Received: {inner_optimizer!r}"
            )
        super().__init__(
            inner_optimizer,
            name,
            initial_scale=initial_scale,
            dynamic_growth_steps=dynamic_growth_steps,
        )
        # tf.keras keeps the scale in float32.
        self.dynamic_scale = float32_rounded(self.initial_scale)
        self.step_counter = 0

    def scale_loss(self, loss: float) -> float:
        """Return the loss times the present scale."""
        return float(loss * self.dynamic_scale)

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Unscale the gradients and update, or skip; see `Optimizer.apply`."""
        if params is not None:
            self.build(params)
        arrays: list[Array | None] = self.checked_gradients(grads)
        if not all(g is None or np.isfinite(g).all() for g in arrays):
            self.step_counter = 0
            self._rescale(0.5)
            return
        given: Any = unscaled(arrays, self.dynamic_scale)
        if isinstance(grads, Parameters):
            given = Parameters.from_arrays(given, grads.names)
        self.inner_optimizer.apply(given)
        if self.step_counter == self.dynamic_growth_steps - 1:
            self.step_counter = 0
            self._rescale(2.0)
        else:
            self.step_counter += 1

    def _rescale(self, factor: float) -> None:
        with np.errstate(over="ignore"):
            self.dynamic_scale = float32_rounded(self.dynamic_scale * factor)

    @property
    def loss_scale(self) -> float | None:
        """The present scale."""
        return float(self.dynamic_scale)

    def save_state(self) -> dict[str, Any]:
        """Return the inner state, the scale and the count of good steps."""
        return {
            **self.inner_optimizer.save_state(),
            "dynamic_scale": self.dynamic_scale,
            "step_counter": self.step_counter,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned."""
        scale = state_number(state, "dynamic_scale", Number(1.0, "(0, inf)"))
        counter = state_number(state, "step_counter", Integer(0, 0, 2**31 - 1))
        self.inner_optimizer.load_state(state)
        self.dynamic_scale = scale
        self.step_counter = counter
