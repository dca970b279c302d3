"""The simple recurrent layer; the formulas are in `optlab.kernels.recurrent.simple`."""

from __future__ import annotations

from typing import Any

from optlab.kernels.recurrent import simple as kernels
from optlab.kernels.recurrent.common import CODES
from optlab.layers.base import Array
from optlab.layers.recurrent import Recurrent
from optlab.layers.registry import register


@register
class SimpleRNN(Recurrent):
    """Fully connected recurrence: the output is the state.

    There is no `activity_regularizer`: tf.keras 3.15 takes one and leaves it out. An
    `ActivityRegularization` layer after this one does the same in both.

    Parameters
    ----------
    units : int
        The number of states, at least 1.
    activation : str, Activation or None
        Of the state.
    use_bias, kernel_initializer, recurrent_initializer, bias_initializer
        See `Recurrent`; so are all others.
    kernel_regularizer, recurrent_regularizer, bias_regularizer
        Penalties.
    dropout, recurrent_dropout, seed
        Of the inputs and of the states.
    return_sequences, return_state, go_backwards, stateful, unroll
        What comes out, and in which order.
    zero_output_for_mask, trainable, name
        See `Recurrent`.
    """

    gates = 1

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        given = dict(locals())
        for key in ("self", "__class__", "units"):
            del given[key]
        super().__init__(units, **given)

    def _settings(self) -> tuple[Any, ...]:
        codes = (CODES[self.activation.name],)
        flags = self.go_backwards, self.zero_output_for_mask
        return self._function, codes, flags

    def _run_forward(self) -> None:
        held = self._held
        self._run(
            kernels.forward_block,
            *self._settings(),
            held["z"],
            self.recurrent_kernel,
            self.bias.reshape(1, self.units),
            self._seen,
            self._dropped,
            held["before"],
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
            held["dh"],
            held["scratch"],
        )
