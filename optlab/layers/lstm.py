"""Long short-term memory; the formulas are in `optlab.kernels.recurrent.lstm`."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.recurrent import lstm as kernels
from optlab.kernels.recurrent.common import CODES
from optlab.layers.base import Array, Shape
from optlab.layers.recurrent import Recurrent
from optlab.layers.registry import register


@register
class LSTM(Recurrent):
    """Long short-term memory.

    Parameters
    ----------
    units : int
        The number of states, at least 1.
    activation, recurrent_activation : str, Activation or None
        Of the candidate and of the cell, and of the three gates.
    unit_forget_bias : bool
        Whether the bias of the forget gate begins at 1.
    use_cudnn : bool or str
        Accepted: it changes no number on a processor.
    use_bias, kernel_initializer, recurrent_initializer, bias_initializer
        See `Recurrent`; so are all others.
    kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer
        Penalties.
    dropout, recurrent_dropout, seed
        Of the inputs and of the states.
    return_sequences, return_state, go_backwards, stateful, unroll
        What comes out, and in which order.
    zero_output_for_mask, trainable, name
        See `Recurrent`.
    """

    gates = 4

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: bool | str = "auto",
        zero_output_for_mask: bool = False,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        given = dict(locals())
        for key in ("self", "__class__", "units", "unit_forget_bias", "use_cudnn"):
            del given[key]
        super().__init__(units, **given)
        self.unit_forget_bias = self._flag("unit_forget_bias", unit_forget_bias)
        self.use_cudnn = use_cudnn

    def _first_bias(self, shape: Shape, dtype: Any, rng: Any) -> Array:
        """Begin the forget gate's bias at 1, as tf.keras does by three draws."""
        if not self.unit_forget_bias:
            return super()._first_bias(shape, dtype, rng)
        u = self.units
        first = self.bias_initializer((u,), dtype, rng)
        rest = self.bias_initializer((2 * u,), dtype, rng)
        return np.concatenate([first, np.ones(u, dtype), rest])

    def _states(self, steps: int) -> dict[str, Shape]:
        u = self.units
        return {"cells": (steps, 1, u), "squashed": (steps, 1, u), "dc": (u,)}

    def _settings(self) -> tuple[Any, ...]:
        codes = CODES[self.activation.name], CODES[self.recurrent_activation.name]
        flags = self.go_backwards, self.zero_output_for_mask
        return self._function, codes, flags

    def _run_forward(self) -> None:
        held = self._held
        self._run(
            kernels.forward_block,
            *self._settings(),
            held["z"],
            self.recurrent_kernel,
            self.bias.reshape(4, self.units),
            self._seen,
            self._dropped,
            held["before"],
            held["cells"],
            held["squashed"],
            held["h"],
            held["scratch"],
            held["product"],
            self._out,
        )

    def _run_backward(self, grad: Array) -> None:
        held = self._held
        self._run(
            kernels.backward_block,
            *self._settings(),
            grad,
            held["z"],
            self.recurrent_kernel,
            self._seen,
            self._dropped,
            held["cells"],
            held["squashed"],
            held["dh"],
            held["dc"],
            held["scratch"],
        )
