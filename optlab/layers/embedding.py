"""Embedding: a row of a table for each index."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab import initializers, regularizers
from optlab.errors import InputError
from optlab.kernels import embedding as kernels
from optlab.layers.base import Array, Layer, Rng, Shape, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import is_count
from optlab.losses.arrays import refuse

#: The integers that float32 holds without gaps.
_EXACT = 2**24


@register
class Embedding(Layer):
    """Look up a vector for each index; indices may have any shape.

    Parameters
    ----------
    input_dim : int
        How many indices there are: 0 to ``input_dim - 1``.
    output_dim : int
        The length of a vector.
    embeddings_initializer : str, mapping or callable
        First values; see `optlab.initializers.get`.
    embeddings_regularizer : str, mapping or None
        Penalty on the whole table; see `optlab.regularizers.get`.
    mask_zero : bool
        Whether index 0 is padding, which the layers after this one leave out.
    trainable, name
        See `Layer`.

    Attributes
    ----------
    embeddings : ndarray, shape (input_dim, output_dim)
        The table, once the layer is in a model.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        mask_zero: bool = False,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        for label, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if not is_count(value, 1):
                raise self._error(
                    f"`{label}` must be a positive integer. "
                    f"Received: {label}={value!r}."
                )
        self.input_dim, self.output_dim = int(input_dim), int(output_dim)
        self.embeddings_initializer = self._get(
            initializers.get, embeddings_initializer
        )
        self.embeddings_regularizer = self._get(
            regularizers.get, embeddings_regularizer
        )
        self.mask_zero = self._flag("mask_zero", mask_zero)
        self.embeddings: Array
        self.embeddings_grad: Array | None

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for the table."""
        super().build(input_shape, dtype)
        if dtype == np.float32 and self.input_dim > _EXACT:
            raise self._error(
                f"`input_dim` must be at most {_EXACT} in float32, which does not tell "
                f"larger indices apart. Received: input_dim={self.input_dim}."
            )
        self.output_shape = (*input_shape, self.output_dim)
        self._buffer = Buffer(self.output_shape, dtype)
        self._zeros = Buffer(input_shape, dtype)
        self._index_buffer = Buffer((math.prod(input_shape),), np.dtype(np.int64))
        return [
            Weight(
                self,
                "embeddings",
                (self.input_dim, self.output_dim),
                self.embeddings_initializer,
                self.embeddings_regularizer,
            )
        ]

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._buffer.rows(rows)
        self._flat = self.output.reshape(-1, self.output_dim)
        self._indices = self._index_buffer.rows(rows).reshape(-1)
        self._none = self._zeros.rows(rows)

    @property
    def learns(self) -> bool:
        """Whether the table is trained."""
        return self.trainable

    def check_data(self, x: Array, name: str) -> None:
        """Raise InputError where a value is no index of the table."""
        wrong = (x < 0) | (x >= self.input_dim) | (x != np.floor(x))
        rule = (
            f"must hold whole numbers from 0 to {self.input_dim - 1}, the indices of "
            f"the embedding {self.name!r} (`input_dim={self.input_dim}`)"
        )
        refuse(name, x, wrong, rule)

    def makes_mask(self, masked: bool) -> bool:
        """Tell whether index 0 is padding."""
        return self.mask_zero

    def compute_mask(self, x: Array, mask: Array | None) -> Array | None:
        """Return where the index is not 0, if that is padding."""
        return np.not_equal(x, 0) if self.mask_zero else None

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the vectors; an index outside the table is refused."""
        wrong = kernels.forward(
            x.reshape(-1), self.embeddings, self._indices, self._flat
        )
        if wrong >= 0:
            raise InputError(
                f"The embedding {self.name!r} takes indices from 0 to "
                f"{self.input_dim - 1}. Received: {x.reshape(-1)[wrong]}"
            )
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Add up each vector's gradients, in the order of the batch."""
        if self.embeddings_grad is not None:
            vectors = grad.reshape(-1, self.output_dim)
            kernels.backward(vectors, self._indices, self.embeddings_grad)
        return self._none
