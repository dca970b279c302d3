"""What the recurrent layers share: arguments, masks, dropout, products, gradients.

See `optlab.kernels.recurrent` for the arithmetic and for how it is divided.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from optlab import activations, initializers, regularizers
from optlab.kernels import dropout as dropout_kernels
from optlab.kernels.activations.bias import bias_gradient
from optlab.kernels.blas import gemm_address, one_blas_thread
from optlab.kernels.matmul import matmul
from optlab.kernels.recurrent.common import BLOCK, CODES
from optlab.layers.base import Array, Layer, Rng, Shape, Weight, fold, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.team import spread
from optlab.lookup import checked_seed, is_count, number

#: Multiplications from which threads pay: so many, with their activations, take about
#: 0.2 ms, and waking a thread a tenth of that.
_PARALLEL = 1 << 20


class Recurrent(Layer):
    """A layer that takes a sequence step by step.

    Parameters
    ----------
    units : int
        The number of states, at least 1.
    activation : str, Activation or None
        One whose derivative follows from its output; None is linear.
    use_bias : bool
        Whether there is a bias.
    kernel_initializer, recurrent_initializer, bias_initializer
        First values of the kernel of the inputs, of that of the states, and of the
        bias; see `optlab.initializers.get`.
    kernel_regularizer, recurrent_regularizer, bias_regularizer
        Penalties; see `optlab.regularizers.get`.
    activity_regularizer : str, mapping or None
        Penalty on the outputs, divided by the rows of the batch; not of `SimpleRNN`.
    dropout : float
        The fraction of the inputs to drop in training, the same at all steps.
    recurrent_dropout : float
        That of the states. Each gate then has masks of its own, for both.
    seed : int, optional
        See `Dropout`.
    return_sequences : bool
        Whether the output is the sequence of outputs, not the last one.
    return_state, stateful : bool
        False.
    go_backwards : bool
        Whether to start at the end; a sequence of outputs is in the order of the steps.
    unroll : bool
        Accepted: it changes no number.
    zero_output_for_mask : bool
        Whether the output at a masked step is 0, not the one before it.
    trainable, name
        See `Layer`.

    Attributes
    ----------
    kernel : ndarray, shape (features, gates units)
    recurrent_kernel : ndarray, shape (units, gates units)
    bias : ndarray or None
    """

    supports_masking = True
    #: How many products of the inputs a step has.
    gates: ClassVar[int] = 1

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(options["trainable"], options["name"])
        if not is_count(units, 1):
            raise self._error(
                f"`units` must be a positive integer. Received: units={units!r}."
            )
        self.units = int(units)
        for name in ("activation", "recurrent_activation"):
            if name in options:
                setattr(self, name, self._activation(name, options[name]))
        for name in ("kernel", "recurrent", "bias"):
            made = self._get(initializers.get, options[f"{name}_initializer"])
            setattr(self, f"{name}_initializer", made)
            made = self._get(regularizers.get, options[f"{name}_regularizer"])
            setattr(self, f"{name}_regularizer", made)
        self._regularize_activity(options.get("activity_regularizer"))
        for name in ("dropout", "recurrent_dropout"):
            setattr(self, name, self._fraction(name, options[name]))
        for name in (
            "use_bias",
            "return_sequences",
            "return_state",
            "go_backwards",
            "stateful",
            "unroll",
            "zero_output_for_mask",
        ):
            setattr(self, name, self._flag(name, options[name]))
        for name in ("return_state", "stateful"):
            if getattr(self, name):
                raise self._error(f"`{name}` must be false. Received: {name}=True.")
        self.seed = self._get(checked_seed, options["seed"])
        self.bias_grad: Array | None = None

    # Set by name above.
    activation: activations.Activation
    recurrent_activation: activations.Activation
    kernel_initializer: Any
    recurrent_initializer: Any
    bias_initializer: Any
    kernel_regularizer: Any
    recurrent_regularizer: Any
    bias_regularizer: Any
    dropout: float
    recurrent_dropout: float
    use_bias: bool
    return_sequences: bool
    go_backwards: bool
    zero_output_for_mask: bool
    kernel: Array
    recurrent_kernel: Array
    kernel_grad: Array | None
    recurrent_kernel_grad: Array | None
    bias: Array

    def _activation(self, name: str, identifier: Any) -> activations.Activation:
        """Return an activation that the kernels have."""
        made: activations.Activation = self._get(activations.get, identifier)
        if made.name not in CODES or made.constants.get("alpha", 1.0) != 1.0:
            raise self._error(
                f"`{name}` of a recurrent layer must be one of {', '.join(CODES)}. "
                f"Received: {name}={made.serialize()!r}."
            )
        return made

    def _fraction(self, name: str, value: Any) -> float:
        """Return a rate of dropout."""
        rate = self._get(lambda value: number(name, value, low=0), value)
        if rate >= 1:
            raise self._error(f"`{name}` must be in [0, 1). Received: {name}={value}.")
        return float(rate)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for the kernels and the bias."""
        super().build(input_shape, dtype)
        if len(input_shape) != 2:
            raise self._error(
                "A recurrent layer takes inputs of shape (rows, steps, features). "
                f"Received: {with_rows(input_shape)}."
            )
        steps, features = input_shape
        u, width = self.units, self.gates * self.units
        self.output_shape = (steps, u) if self.return_sequences else (u,)
        self._buffers = {
            name: Buffer(shape, dtype)
            for name, shape in {
                "z": (steps, self.gates, u),
                "before": (steps, u),
                "h": (u,),
                "dh": (u,),
                "scratch": (u,),
                "product": (self.gates, u),
                "grad": input_shape,
                **({"out": (steps, u)} if self.return_sequences else {}),
                **self._states(steps),
            }.items()
        }
        self._groups = self.gates if self.recurrent_dropout else 1
        if self.dropout:
            self._buffers["x"] = Buffer(input_shape, dtype)
        if self._groups > 1:
            self._buffers["z_one"] = Buffer((steps, width), dtype)
            self._buffers["grad_one"] = Buffer(input_shape, dtype)
        self._empty = np.empty((0, 0, 0), dtype)
        self._no_mask = np.empty((0, 0), bool)
        self.bias = np.zeros(self._bias_shape, dtype)
        self._function = 0
        weights = [
            Weight(
                self,
                "kernel",
                (features, width),
                self.kernel_initializer,
                self.kernel_regularizer,
            ),
            Weight(
                self,
                "recurrent_kernel",
                (u, width),
                self.recurrent_initializer,
                self.recurrent_regularizer,
            ),
        ]
        if self.use_bias:
            weights.append(
                Weight(
                    self,
                    "bias",
                    self._bias_shape,
                    self._first_bias,
                    self.bias_regularizer,
                )
            )
        return weights

    @property
    def _bias_shape(self) -> Shape:
        return (self.gates * self.units,)

    def _first_bias(self, shape: Shape, dtype: Any, rng: Any) -> Array:
        """Return the first values of the bias."""
        values: Array = self.bias_initializer(shape, dtype, rng)
        return values

    def _states(self, steps: int) -> dict[str, Shape]:
        """Return what else is kept for each row, by name."""
        return {}

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        held = {name: buffer.rows(rows) for name, buffer in self._buffers.items()}
        self._held = held
        self.output = held["out"] if self.return_sequences else held["h"]
        self._out = held.get("out", self._empty)
        steps, features = self.input_shape
        self._z = held["z"].reshape(rows * steps, self.gates * self.units)
        self._before = fold(held["before"])
        shape = (self._groups, rows, features)
        self._input_drop = np.empty(shape if self.dropout else (0, 0, 0), self.dtype)
        shape = (self._groups, rows, self.units)
        dropped = bool(self.recurrent_dropout)
        self._state_drop = np.empty(shape if dropped else (0, 0, 0), self.dtype)
        self._dropped = self._empty
        work = rows * steps * self.gates * self.units**2
        self._parallel = work >= _PARALLEL

    @property
    def learns(self) -> bool:
        """Whether the weights are trained."""
        return self.trainable

    @property
    def multiply_adds(self) -> int:
        """One a weight of the kernels for each step."""
        steps, features = self.input_shape
        return int(steps * self.gates * self.units * (features + self.units))

    def makes_mask(self, masked: bool) -> bool:
        """Tell whether a sequence goes on, with the mask of the input."""
        return masked and self.return_sequences

    def compute_mask(self, x: Array, mask: Array | None) -> Array | None:
        """Return the input's mask, also where the sequence was turned round."""
        return mask if self.return_sequences else None

    @one_blas_thread
    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the last output, or those of all steps."""
        if not self._function:
            self._function = gemm_address(self._z.dtype)
        self._drop = training and rng is not None
        self._dropped = self._empty
        if self._drop and rng is not None:
            if self.dropout:
                self._draw(rng, self.dropout, self._input_drop, 1)
            if self.recurrent_dropout:
                self._draw(rng, self.recurrent_dropout, self._state_drop, 2)
                self._dropped = self._state_drop
        self._x = x
        self._drop = self._drop and bool(self.dropout)
        width = self.units
        if not self._drop:
            matmul(fold(x), self.kernel, self._z)
        for g in range(self._groups if self._drop else 0):
            whole = self._z if self._groups == 1 else fold(self._held["z_one"])
            matmul(fold(self._dropped_input(g)), self.kernel, whole)
            if self._groups > 1:
                part = slice(g * width, (g + 1) * width)
                self._z[:, part] = whole[:, part]
        self._seen = self._no_mask if self.mask is None else self.mask
        self._run_forward()
        self._hide_last(self.output)
        return self.output

    def _hide_last(self, last: Array) -> None:
        """Set the last output to 0 where its step is masked, if that is asked for."""
        if self.zero_output_for_mask and not self.return_sequences and self._seen.size:
            step = 0 if self.go_backwards else -1
            last[~self._seen[:, step]] = 0

    def _run(self, block: Any, *arguments: Any) -> None:
        """Call a kernel for all blocks of rows, which do not depend on one another."""

        def work(first: int, last: int) -> None:
            for k in range(first, last):
                block(k * BLOCK, *arguments)

        spread(work, -(-len(self._held["h"]) // BLOCK), self._parallel)

    def _run_forward(self) -> None:
        """Take the products of the inputs through all steps."""
        raise NotImplementedError

    def _draw(
        self, rng: np.random.Generator, rate: float, out: Array, key: int
    ) -> None:
        """Fill `out` with 0 at the fraction `rate` and 1 / (1 - rate) elsewhere."""
        kept = np.empty(out.size, bool)
        seed = (2 * (0 if self.seed is None else self.seed + 1) + key) % 2**63
        dropout_kernels.draw_mask(rng.random(), seed, rate, kept)
        np.multiply(kept.reshape(out.shape), out.dtype.type(1 / (1 - rate)), out)

    def drawn(self) -> dict[str, Array]:
        """Return the latest multipliers of inputs and states, one a group of gates."""
        return {
            "_dropout_mask": self._input_drop,
            "_recurrent_dropout_mask": self._state_drop,
        }

    def _dropped_input(self, g: int) -> Array:
        """Return the inputs as the gates of group `g` see them."""
        out = self._held["x"]
        np.multiply(self._x, self._input_drop[g][:, None], out)
        return out

    @one_blas_thread
    def backward(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradients of the weights; return that of the input."""
        dh = self._held["dh"]
        if self.return_sequences:
            dh[...] = 0
            sequence = grad
        else:
            np.copyto(dh, grad)
            self._hide_last(dh)
            sequence = self._empty
        self._run_backward(sequence)
        if self.kernel_grad is not None:
            self._kernel_gradient(self.kernel_grad)
        if self.recurrent_kernel_grad is not None:
            self._recurrent_gradient(self.recurrent_kernel_grad)
        if self.bias_grad is not None:
            self._bias_gradient(self.bias_grad)
        if need_input:
            return self._input_gradient()
        return grad

    def _run_backward(self, grad: Array) -> None:
        """Turn the gates in z into the derivatives by x W."""
        raise NotImplementedError

    def _kernel_gradient(self, out: Array) -> None:
        """Multiply the inputs of all steps with the derivatives."""
        if not self._drop:
            matmul(fold(self._x).T, self._z, out)
            return
        width = out.shape[1] // self._groups
        for g in range(self._groups):
            x = fold(self._dropped_input(g))
            if self._groups == 1:
                matmul(x.T, self._z, out)
            else:
                part = slice(g * width, (g + 1) * width)
                out[:, part] = product(x.T, self._z[:, part])

    def _recurrent_gradient(self, out: Array) -> None:
        """Multiply the states before all steps with the derivatives."""
        self._states_gradient(self._z, out)

    def _states_gradient(self, dz: Array, out: Array) -> None:
        if not self._dropped.size:
            matmul(self._before.T, dz, out)
            return
        width = out.shape[1] // self._groups
        for g in range(self._groups):
            h = fold(self._held["before"] * self._dropped[g][:, None])
            part = slice(g * width, (g + 1) * width)
            out[:, part] = product(h.T, dz[:, part])

    def _bias_gradient(self, out: Array) -> None:
        bias_gradient(self._z, out)

    def _input_gradient(self) -> Array:
        """Multiply the derivatives with the transposed kernel."""
        found = self._held["grad"]
        if self._groups == 1 or not self._drop:
            matmul(self._z, self.kernel.T, fold(found))
            if self._drop:
                np.multiply(found, self._input_drop[0][:, None], found)
            return found
        found[...] = 0
        one = self._held["grad_one"]
        for g in range(self._groups):
            part = slice(g * self.units, (g + 1) * self.units)
            fold(one)[...] = product(self._z[:, part], self.kernel[:, part].T)
            np.multiply(one, self._input_drop[g][:, None], one)
            np.add(found, one, found)
        return found


def product(a: Array, b: Array) -> Array:
    """Return the product of matrices of which some columns are left out."""
    a = a if a.flags.c_contiguous or a.T.flags.c_contiguous else np.ascontiguousarray(a)
    b = b if b.flags.c_contiguous or b.T.flags.c_contiguous else np.ascontiguousarray(b)
    out = np.empty((a.shape[0], b.shape[1]), a.dtype)
    matmul(a, b, out)
    return out
