"""The gated recurrent unit; the formulas are in `optlab.kernels.recurrent.gru`."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.activations.bias import add_bias, bias_gradient
from optlab.kernels.recurrent import gru as kernels
from optlab.kernels.recurrent.common import CODES
from optlab.layers.base import Array, Shape, Weight, fold
from optlab.layers.recurrent import Recurrent, product
from optlab.layers.registry import register


@register
class GRU(Recurrent):
    """Gated recurrent unit.

    Parameters
    ----------
    units : int
        The number of states, at least 1.
    activation, recurrent_activation : str, Activation or None
        Of the candidate, and of the two gates.
    reset_after : bool
        Whether the reset gate multiplies the product of the states, not the states.
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

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
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
        reset_after: bool = True,
        use_cudnn: bool | str = "auto",
        zero_output_for_mask: bool = False,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        given = dict(locals())
        for key in ("self", "__class__", "units", "reset_after", "use_cudnn"):
            del given[key]
        super().__init__(units, **given)
        self.reset_after = self._flag("reset_after", reset_after)
        self.use_cudnn = use_cudnn
        if self.recurrent_dropout and not self.reset_after:
            raise self._error(
                "`recurrent_dropout` needs `reset_after=True`. Received: "
                f"recurrent_dropout={recurrent_dropout}, reset_after=False."
            )

    @property
    def _bias_shape(self) -> Shape:
        width = 3 * self.units
        return (2, width) if self.reset_after else (width,)

    def _states(self, steps: int) -> dict[str, Shape]:
        u = self.units
        return {"inner": (steps, u), "dr": (steps, 3, u)}

    def _settings(self) -> tuple[Any, ...]:
        codes = CODES[self.activation.name], CODES[self.recurrent_activation.name]
        flags = self.go_backwards, self.zero_output_for_mask, self.reset_after
        return self._function, codes, flags

    def _run_forward(self) -> None:
        held, u = self._held, self.units
        outer, inner = self.bias.reshape(-1, 3 * u)[[0, -1]]
        add_bias(self._z, outer)
        self._run(
            kernels.forward_block,
            *self._settings(),
            held["z"],
            self.recurrent_kernel,
            inner.reshape(3, u) if self.reset_after else self._no_bias,
            self._seen,
            self._dropped,
            held["before"],
            held["inner"],
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
            held["dr"],
            self.recurrent_kernel,
            self._seen,
            self._dropped,
            held["before"],
            held["inner"],
            held["dh"],
            held["scratch"],
        )

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for the kernels and the biases."""
        self._no_bias = np.zeros((3, self.units), dtype)
        return super().build(input_shape, dtype)

    @property
    def _by_states(self) -> Array:
        """The derivatives by the products of the states."""
        return self._held["dr"].reshape(self._z.shape)

    def _recurrent_gradient(self, out: Array) -> None:
        self._states_gradient(self._by_states, out)
        if not self.reset_after:
            # There the candidate's product is that of the states after the reset.
            new = slice(2 * self.units, None)
            out[:, new] = product(fold(self._held["inner"]).T, self._z[:, new])

    def _bias_gradient(self, out: Array) -> None:
        outer = out[0] if self.reset_after else out
        bias_gradient(self._z, outer)
        if self.reset_after:
            bias_gradient(self._by_states, out[1])
