"""The arena: all tensors of a model in one contiguous, 64-byte-aligned array.

One kernel call then steps a whole model. Every tensor is a view, so writing into a view
writes into the arena and the other way round.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError, InputTypeError

#: Bytes; a cache line, and the widest vector register.
ALIGNMENT = 64
DTYPES = (np.dtype("float32"), np.dtype("float64"))


def checked_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return `dtype` as a NumPy dtype, or raise TypeError where it is not supported."""
    try:
        found = np.dtype(dtype)
    except (TypeError, ValueError):
        raise InputTypeError(
            f"`dtype` must be float32 or float64. Received: dtype={dtype!r}"
        ) from None
    if found not in DTYPES:
        raise InputTypeError(
            f"`dtype` must be float32 or float64. Received: dtype={found.name}"
        )
    return found


def aligned_zeros(size: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return a flat array of `size` zeros whose first byte is 64-byte aligned."""
    dtype = np.dtype(dtype)
    raw = np.zeros(size * dtype.itemsize + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size * dtype.itemsize].view(dtype)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _checked_shapes(shapes: Any) -> tuple[tuple[int, ...], ...]:
    """Return shapes as tuples of lengths, or raise where they are none."""
    found = []
    for shape in shapes if _is_list(shapes) else (None,):
        lengths: Any = shape if _is_list(shape) else (None,)
        if not all(isinstance(n, (int, np.integer)) and n >= 0 for n in lengths):
            raise InputError(
                "`shapes` must be a list of tuples of lengths, at least 0. "
                f"Received: shapes={shapes!r}"
            )
        found.append(tuple(int(n) for n in lengths))
    return tuple(found)


class Parameters:
    """A sequence of tensors that share one flat array.

    Parameters
    ----------
    shapes : sequence of tuple of int
        One shape a tensor, in order.
    dtype : {"float32", "float64"}
        The dtype of them all.
    names : sequence of str, optional
        One name a tensor; "0", "1", ... where left out.

    Attributes
    ----------
    flat : ndarray, shape (size,)
        The arena itself.
    arrays : tuple of ndarray
        The tensors, each a view of `flat`.
    offsets : tuple of int
        Where each tensor begins in `flat`.

    Raises
    ------
    TypeError
        If `dtype` is neither float32 nor float64.
    ValueError
        If the names are not as many as the shapes, or not unique.

    Examples
    --------
    >>> arena = Parameters([(2, 3), (3,)], names=["kernel", "bias"])
    >>> arena["bias"][:] = 1
    >>> arena.flat
    array([0., 0., 0., 0., 0., 0., 1., 1., 1.], dtype=float32)
    """

    def __init__(
        self,
        shapes: Sequence[tuple[int, ...]],
        dtype: npt.DTypeLike = "float32",
        names: Sequence[str] | None = None,
    ) -> None:
        self.dtype = checked_dtype(dtype)
        self.shapes = _checked_shapes(shapes)
        if names is not None and not _is_list(names):
            raise InputError(f"`names` must be a list of texts. Received: {names!r}")
        self.names = tuple(names or (str(i) for i in range(len(self.shapes))))
        if len(self.names) != len(self.shapes) or len(set(self.names)) != len(
            self.names
        ):
            raise InputError(
                "`names` must hold one unique name a shape. "
                f"Received: {len(self.shapes)} shapes, names={self.names}"
            )
        sizes = [math.prod(shape) for shape in self.shapes]
        self.offsets = tuple(sum(sizes[:i]) for i in range(len(sizes)))
        self.flat = aligned_zeros(sum(sizes), self.dtype)
        self.arrays = tuple(
            self.flat[start : start + size].reshape(shape)
            for start, size, shape in zip(self.offsets, sizes, self.shapes, strict=True)
        )

    @classmethod
    def from_arrays(
        cls, arrays: Sequence[npt.NDArray[Any]], names: Sequence[str] | None = None
    ) -> Parameters:
        """Copy separate arrays of one dtype into a new arena."""
        arrays = [np.asarray(array) for array in arrays]
        dtypes = sorted({array.dtype.name for array in arrays})
        if len(dtypes) > 1:
            raise InputTypeError(
                "All arrays of an arena must have one dtype. "
                f"Received: {', '.join(dtypes)}"
            )
        arena = cls(
            [array.shape for array in arrays], dtypes[0] if dtypes else "float32", names
        )
        for view, array in zip(arena.arrays, arrays, strict=True):
            view[...] = array
        return arena

    @property
    def size(self) -> int:
        """The number of values over all tensors."""
        return self.flat.size

    def zeros_like(self) -> Parameters:
        """Return a new arena of the same layout, all zeros."""
        return Parameters(self.shapes, self.dtype, self.names)

    def copy(self) -> Parameters:
        """Return a new arena of the same layout and values."""
        new = self.zeros_like()
        new.flat[:] = self.flat
        return new

    def __len__(self) -> int:
        return len(self.arrays)

    def __iter__(self) -> Iterator[npt.NDArray[Any]]:
        return iter(self.arrays)

    def __getitem__(self, key: int | str) -> npt.NDArray[Any]:
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError(f"no tensor {key!r}; there are {', '.join(self.names)}")
            key = self.names.index(key)
        return self.arrays[key]

    def __repr__(self) -> str:
        tensors = ", ".join(
            f"{name}{list(shape)}"
            for name, shape in zip(self.names, self.shapes, strict=True)
        )
        return f"Parameters({tensors}, dtype={self.dtype.name})"
