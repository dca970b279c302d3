"""A stack of layers: forward, backward, and all trained weights in one arena."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError, unknown_name
from optlab.kernels.floating_point import flush_subnormals
from optlab.layers import Layer
from optlab.layers.base import Array, Rng, backward_steps, with_rows
from optlab.layers.buffer import Buffer
from optlab.lookup import checked_seed, is_count
from optlab.losses.arrays import numeric
from optlab.memory import check_room
from optlab.model_arguments import (
    build_layers,
    checked_layers,
    checked_shape,
    give_names,
    of_layer,
)
from optlab.model_config import model_arguments, model_config
from optlab.model_graph import Graph, is_chain, sources
from optlab.model_summary import summary
from optlab.model_weights import ModelWeights, stream
from optlab.notebook import drawn, text_html
from optlab.parameters import checked_dtype


class Sequential:
    """Layers applied one after the other to a batch of rows.

    A layer may take the outputs of earlier ones instead; see `Layer.after`.

    Parameters
    ----------
    layers : sequence of Layer or mapping
        At least one, the last of which is the output; they belong to this model from
        now on. A table will do, as an experiment file has it.
    input_shape : tuple of int or int
        The shape of one row, without the batch: ``(64,)``, or ``(28, 28, 1)``.
    dtype : {"float32", "float64"}
        Of weights, inputs and outputs.
    seed : int or None
        Decides the first values of all weights, each weight's by its name, so that one
        changed layer leaves the others' values as they were. None is another start
        every time.
    name : str, optional
        The model's name.

    Attributes
    ----------
    layers : tuple of Layer
        As given.
    sources : list of tuple of int
        For each layer the numbers of those whose outputs it takes; -1 is the input.
    input_shape, output_shape : tuple of int
        One row's.
    masked : bool
        Whether any layer makes a mask.
    mask : ndarray of bool, shape (rows, steps), or None
        The mask of the latest output, which the loss goes by.
    parameters : Parameters
        The trained weights, named "dense/kernel" and so on as in tf.keras.
    gradients : Parameters
        Their gradients after `backward`, in the same layout.

    Raises
    ------
    InputError
        If a layer is not a layer or already in use, a name occurs twice, the shape is
        missing, or a layer cannot take the output of the one before it.
    TypeError
        If `dtype` is neither float32 nor float64.

    Examples
    --------
    >>> import optlab
    >>> layers = [optlab.Dense(8, activation="relu"), optlab.Dense(3)]
    >>> model = optlab.Sequential(layers, input_shape=(4,))
    >>> model.predict(np.ones((2, 4))).shape
    (2, 3)
    """

    def __init__(
        self,
        layers: Sequence[Layer | Mapping[str, Any]],
        input_shape: tuple[int, ...] | int | None = None,
        dtype: npt.DTypeLike = "float32",
        seed: int | None = 0,
        name: str | None = None,
    ) -> None:
        self.dtype = checked_dtype(dtype)
        self.input_shape = checked_shape(input_shape)
        self.layers = checked_layers(layers)
        self.name = "sequential" if name is None else str(name)
        self.seed = checked_seed(seed)
        give_names(list(self.parts()))
        self.sources = sources(self.layers)
        weights, self.masked = build_layers(
            self.layers, self.sources, self.input_shape, self.dtype
        )
        self._graph = None
        if not is_chain(self.sources):
            self._graph = Graph(self.layers, self.sources, self.masked)
        self.output_shape = self.layers[-1].output_shape
        self.mask: Array | None = None
        self._penalized = [p for p in self.parts() if p.activity_regularizer]
        self._weights = ModelWeights(weights, self.dtype)
        self._input = Buffer(self.input_shape, self.dtype)
        self._input_axes = 1 + len(self.input_shape)
        self._allocate()
        self.reset()
        for layer in self.layers:
            layer.claim(self._allocate)

    def parts(self) -> Iterator[Layer]:
        """Yield all layers, those inside others before them."""
        for layer in self.layers:
            yield from layer.parts()

    def _allocate(self) -> None:
        """Make the arenas for the weights that are trained now, keeping all values."""
        self._weights.allocate()
        self.parameters = self._weights.parameters
        self.gradients = self._weights.gradients
        self._rows = -1

    def reset(self, seed: int | None = None) -> None:
        """Give all weights new first values, in place.

        Parameters
        ----------
        seed : int, optional
            The new seed; the model's present one where left out.
        """
        if seed is not None:
            self.seed = checked_seed(seed)
        self._weights.reset(self.seed)
        self._rng = stream(self.seed, "")

    @property
    def weights(self) -> list[tuple[str, Array]]:
        """All weights by name, in tf.keras's order."""
        return list(self._weights.arrays.items())

    @property
    def non_trainable(self) -> list[tuple[str, Array]]:
        """Moving statistics and frozen weights by name."""
        return self._weights.not_trained()

    def get_weights(self) -> list[Array]:
        """Return copies of all weights, in tf.keras's order and shapes."""
        return [array.copy() for array in self._weights.arrays.values()]

    def set_weights(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Set all weights, in place.

        Parameters
        ----------
        weights : sequence of array_like
            As `get_weights` of this model or of its tf.keras twin returns them.

        Raises
        ------
        InputError
            If the count, a shape or a kind does not fit; nothing was changed then.
        """
        self._weights.set(weights)

    def count_params(self) -> int:
        """Return the number of values in all weights."""
        return sum(array.size for array in self._weights.arrays.values())

    def get_layer(self, name: str) -> Layer:
        """Return the layer of that name, also from inside a residual block."""
        found = {layer.name: layer for layer in self.parts()}
        if name not in found:
            raise unknown_name("layer of the model", name, found)
        return found[name]

    @property
    def multiply_adds(self) -> int:
        """Multiplications with an addition of one row's `forward`, about."""
        return sum(layer.multiply_adds for layer in self.layers)

    def check_data(self, x: Array, name: str = "x") -> None:
        """Raise InputError where the first layer cannot take values that `x` holds.

        Parameters
        ----------
        x : ndarray, shape (rows, *input_shape)
            In the model's dtype.
        name : str
            The argument's name, for the message.
        """
        self.layers[0].check_data(x, name)

    @property
    def final_activation(self) -> str:
        """The name of the activation that the model ends in."""
        return self.layers[-1].activation_name

    @property
    def logits(self) -> Array | None:
        """What a final softmax or sigmoid was applied to in the latest forward."""
        return self.layers[-1].logits

    def forward(
        self, x: npt.ArrayLike, training: bool = False, rng: Rng = None
    ) -> Array:
        """Return the outputs for a batch.

        Parameters
        ----------
        x : array_like, shape (n, *input_shape)
            The batch. `backward` reads it again, so leave it as it is until then.
        training : bool
            Whether dropout drops and batch normalization uses the batch and updates its
            averages.
        rng : numpy.random.Generator, optional
            Where dropout draws from; a generator of the model's where left out.

        Returns
        -------
        ndarray, shape (n, *output_shape)
            A buffer of the model's that the next call overwrites.
        """
        if (
            type(x) is not np.ndarray
            or x.dtype is not self.dtype
            or x.shape[1:] != self.input_shape
            or not x.flags.c_contiguous
        ):
            x = self._taken(x)
        rows = x.shape[0]
        if rows != self._rows:
            self._resize(rows)
        if rng is None:
            rng = self._rng
        if self._graph is not None:
            x, self.mask = self._graph.forward(x, training, rng)
            return x
        if self.masked:
            return self._forward_masked(x, training, rng)
        for run in self._forward_steps:
            x = run(x, training, rng)
        return x

    def _forward_masked(self, x: Array, training: bool, rng: Rng) -> Array:
        """As `forward` without its checks, masks passed from layer to layer."""
        mask = None
        for layer in self.layers:
            layer.mask = mask
            y = layer.forward(x, training, rng)
            mask = layer.compute_mask(x, mask)
            x = y
        self.mask = mask
        return x

    def _taken(self, x: npt.ArrayLike) -> Array:
        """Copy a batch into a buffer, or say what is wrong with it."""
        array = self._checked_input(x)
        if not len(array):
            raise InputError("A batch must have at least one row. Received: 0 rows")
        buffer = self._input.rows(len(array))
        buffer[...] = array
        return buffer

    def _checked_grad(self, grad: npt.ArrayLike) -> Array:
        """Copy a gradient into the model's dtype, or say what is wrong with it."""
        if self._rows < 0:
            raise InputError("`backward` needs a `forward` before it.")
        array = numeric("grad", grad)
        expected = (self._rows, *self.output_shape)
        if array.shape != expected:
            raise InputError(
                "The gradient must have the shape of the latest output, "
                f"{expected}. Received: shape {array.shape}"
            )
        return np.array(array, self.dtype, order="C")

    def _checked_input(self, x: npt.ArrayLike) -> Array:
        """Return `x` as an array of numbers whose rows have the right shape."""
        array = numeric("x", x)
        if array.ndim != self._input_axes or array.shape[1:] != self.input_shape:
            raise InputError(
                f"The model takes inputs of shape {with_rows(self.input_shape)}. "
                f"Received: shape {array.shape}"
            )
        return array

    def _resize(self, rows: int) -> None:
        """Make all buffers fit a batch of `rows` rows."""
        if rows == 0:
            raise InputError("A batch must have at least one row. Received: 0 rows")
        sizes = [math.prod(layer.output_shape) for layer in self.layers]
        place = sizes.index(max(sizes))
        needed = 2 * rows * sum(sizes) * self.dtype.itemsize
        try:
            check_room(needed, "Its outputs for a batch and those of the other layers")
            for place in range(len(self.layers)):
                self.layers[place].resize(rows)
        except (InputError, MemoryError) as error:
            raise of_layer(place, self.layers[place], error) from error
        if self._graph is not None:
            self._graph.resize(rows)
        self._forward_steps = [layer.forward for layer in self.layers]
        self._steps = {
            need: backward_steps(self.layers, need) for need in (False, True)
        }
        self._last_from_logits = self.layers[-1].backward_from_logits
        self._has_logits = self.final_activation in ("linear", "sigmoid", "softmax")
        self._rows = rows

    def backward(
        self, grad: Array, from_logits: bool = False, input_gradient: bool = False
    ) -> Array | None:
        """Fill `gradients`, the regularizers' part included, for the latest forward.

        Parameters
        ----------
        grad : ndarray, shape (n, *output_shape)
            Derivative of the loss by the output. It is used as working space.
        from_logits : bool
            Whether `grad` is the derivative by `logits`, before the final softmax or
            sigmoid.
        input_gradient : bool
            Whether to compute the derivative by the input as well.

        Returns
        -------
        ndarray, shape (n, *input_shape), or None
            The derivative by the input, where asked for: a buffer of the model's.

        Raises
        ------
        InputError
            If the shape is not that of the latest output, or the model's last layer has
            no logits.
        """
        if (
            type(grad) is not np.ndarray
            or grad.dtype is not self.dtype
            or grad.shape != (self._rows, *self.output_shape)
            or not grad.flags.c_contiguous
        ):
            grad = self._checked_grad(grad)
        if from_logits and not self._has_logits:
            raise InputError(
                "`from_logits` needs a model that ends in softmax or sigmoid. "
                f"Received: a model that ends in {self.final_activation}"
            )
        below: Array | None
        if self._graph is not None:
            below = self._graph.backward(grad, from_logits, input_gradient)
        else:
            steps = self._steps[input_gradient]
            if from_logits and steps:
                grad = self._last_from_logits(grad, steps[0][1])
                steps = steps[1:]
            for step, need_input in steps:
                grad = step(grad, need_input)
            below = grad
        for regularizer, weight, weight_grad in self._weights.regularized:
            regularizer.add_gradient(weight, weight_grad)
        return below if input_gradient else None

    def penalty(self) -> float:
        """Return the regularizers' part of the loss, after a `forward`."""
        found = self.weight_penalty()
        return found + self.activity_penalty() if self._penalized else found

    def weight_penalty(self) -> float:
        """Return the part of `penalty` that is on weights."""
        return sum((r.penalty(w) for r, w, _ in self._weights.regularized), 0.0)

    def activity_penalty(self) -> float:
        """Return the part of `penalty` that is on the outputs of layers."""
        return sum((layer.activity_penalty() for layer in self._penalized), 0.0)

    def predict(self, x: npt.ArrayLike, batch_size: int = 1024) -> Array:
        """Return the outputs for all rows, as a new array.

        Parameters
        ----------
        x : array_like, shape (n, *input_shape)
            The inputs.
        batch_size : int
            Rows at a time.
        """
        if not is_count(batch_size, 1):
            raise InputError(
                "`batch_size` must be a positive integer. "
                f"Received: batch_size={batch_size!r}"
            )
        x = self._checked_input(x)
        shape = (len(x), *self.output_shape)
        check_room(math.prod(shape) * self.dtype.itemsize, "The outputs of all rows")
        out = np.empty(shape, self.dtype)
        with flush_subnormals():
            for start in range(0, len(x), batch_size):
                stop = start + batch_size
                out[start:stop] = self.forward(x[start:stop])
        return out

    def activations(self) -> list[tuple[str, Array]]:
        """Return each layer's name and its output of the latest forward (views)."""
        if self._rows < 0:
            raise InputError("`activations` needs a `forward` before it.")
        return [(layer.name, layer.output) for layer in self.parts()]

    def summary(self) -> str:
        """Return a table of the layers, their output shapes and numbers of weights."""
        return summary(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return text_html(self.summary())

    def plot(self, title: str | None = None) -> Any:
        """Draw the weights: see `optlab.plots.plot_weights`."""
        return drawn("plot_weights", self, title)

    def get_config(self) -> dict[str, Any]:
        """Return the configuration in the shape of tf.keras's.

        A chain is accepted by ``keras.Sequential.from_config`` as it is, any other by
        ``keras.Model.from_config``, unless there is a `Residual` layer, which tf.keras
        lacks.
        """
        return model_config(
            self.name,
            self.layers,
            self.sources,
            self.input_shape,
            self.dtype,
            self.seed,
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Sequential:
        """Make a model, its weights new, from `get_config`'s result or tf.keras's.

        Raises
        ------
        InputError
            If the configuration has a layer or an option that optlab lacks, or leaves
            the input shape open.
        """
        return cls(**model_arguments(config))

    def copy(self) -> Sequential:
        """Return an independent model with the same layers and weights."""
        new = Sequential(
            [layer.clone() for layer in self.layers],
            self.input_shape,
            self.dtype,
            self.seed,
            self.name,
        )
        new.set_weights(list(self._weights.arrays.values()))
        new._rng.bit_generator.state = self._rng.bit_generator.state
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Sequential:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        # Plain pickling would cut the views of the arenas loose from the arenas.
        return _restore, (self.get_config(), self.get_weights())

    def __repr__(self) -> str:
        layers = ", ".join(repr(layer) for layer in self.layers)
        return f"<Sequential {self.name!r}: {layers}>"


def _restore(config: dict[str, Any], weights: list[Array]) -> Sequential:
    """Make a model again from what was pickled."""
    model = Sequential.from_config(config)
    model.set_weights(weights)
    return model
