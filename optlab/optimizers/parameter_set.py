"""The parameters that an optimizer is built for, and the gradients that fit them.

Everything is checked here, before anything is changed.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy import ndarray

from optlab.errors import InputError, InputTypeError
from optlab.parameters import DTYPES, Parameters
from optlab.typing import Array

#: What `build` and `apply` take.
Tensors: TypeAlias = Parameters | Sequence[Array]


class ParameterSet:
    """The arrays that `apply` updates in place.

    Parameters
    ----------
    params : Parameters or list of ndarray
        An arena, or separate C-contiguous arrays.
    dtypes : sequence of dtype
        What they may be.

    Attributes
    ----------
    arrays, shapes, names : list
        Of each tensor.
    dtype : dtype
        Of all of them.
    arena : Parameters or None
        The arena, where they share one.

    Raises
    ------
    InputTypeError
        If it holds no plain arrays, a dtype is none of these, or dtypes are mixed.
    InputError
        If an array is not contiguous, is read-only or shares memory with another.
    """

    def __init__(
        self, params: Tensors, dtypes: Sequence[np.dtype[Any]] = DTYPES
    ) -> None:
        self.arrays = list(as_list("params", params))
        self._dtypes = dtypes
        _check_arrays(self.arrays, dtypes)
        self.shapes = [array.shape for array in self.arrays]
        self.dtype = self.arrays[0].dtype if self.arrays else np.dtype("float32")
        self.arena = params if isinstance(params, Parameters) else None
        names = (str(k) for k in range(len(self.arrays)))
        self.names = list(self.arena.names if self.arena else names)
        #: The arrays through which memory is written: one where there is an arena.
        self.written = self.arrays if self.arena is None else [self.arena.flat]
        self.owners = {id(owner): owner for owner in map(_owner_of, self.arrays)}

    def __len__(self) -> int:
        return len(self.arrays)

    def check_same(self, params: Tensors, name: str) -> None:
        """Raise unless `params` are these very parameters.

        Raises
        ------
        InputError
            If they are others; the message names the optimizer.
        """
        arrays = as_list("params", params)
        if len(arrays) != len(self) or not all(map(_is_same, arrays, self.arrays)):
            _check_arrays(arrays, self._dtypes)
            raise InputError(
                f"{name} is built for other parameters. "
                "Make a new optimizer for a second model."
            )

    def check_writeable(self) -> None:
        """Raise if a parameter has become read-only."""
        for k, array in enumerate(self.written):
            if not array.flags.writeable:
                raise InputError(
                    f"`params[{k}]` was made read-only after the optimizer was built. "
                    "Nothing is written to it."
                )

    def gradients(self, grads: Tensors) -> list[Any]:
        """Return gradients as a list, one a parameter, None where there is none.

        Raises
        ------
        InputTypeError
            If a gradient is no plain array, or of another dtype than its parameter.
        InputError
            If counts or shapes disagree, or all are None.
        """
        return self.counted_gradients(grads)[0]

    def counted_gradients(self, grads: Tensors) -> tuple[list[Any], int]:
        """Return the same, and how many are missing."""
        arrays: list[Any] = as_list("grads", grads)
        if len(arrays) != len(self):
            raise InputError(
                "`grads` must hold one gradient a parameter: "
                f"{len(self)} expected. Received: {len(arrays)}"
            )
        dtype = self.dtype
        missing = 0
        for k, (grad, shape) in enumerate(zip(arrays, self.shapes, strict=True)):
            if grad is None:
                missing += 1
            elif (
                grad.__class__ is not ndarray
                or grad.dtype is not dtype
                or grad.shape != shape
            ):
                _check_gradient(grad, k, shape, dtype)
        if missing == len(arrays) > 0:
            raise InputError("No gradients provided for any parameter.")
        return arrays, missing

    def apart(self, row: Array) -> Array:
        """Return a gradient that shares no memory with a parameter; mostly as it is."""
        owner = row if row.base is None else row.base
        if owner.__class__ is ndarray and id(owner) not in self.owners:
            return row
        if any(np.may_share_memory(row, array) for array in self.arrays):
            return row.copy()
        return row


def as_list(name: str, tensors: Any) -> Any:
    """Return the arrays of an argument, or say that it holds none."""
    if tensors.__class__ is list:
        return tensors
    if not isinstance(tensors, (list, tuple, Parameters)):
        raise InputTypeError(
            f"`{name}` must be a list of NumPy arrays or an arena of `Parameters`. "
            f"Received: {type(tensors).__name__}"
        )
    return list(tensors)


def flat(array: Array) -> Array:
    """Return a flat array of the same values that loops can read, a view if possible.

    A read-only array is another type to Numba, which would compile all loops for it.
    """
    if not array.flags.carray:
        array = np.array(array, order="C")
    row: Array = array if array.ndim == 1 else array.reshape(-1)
    return row


def _check_class(name: str, array: Any) -> None:
    """Raise unless it is a plain array; what a matrix or a mask means is not known."""
    if type(array) is np.ndarray:
        return
    hint = ""
    if isinstance(array, np.ndarray):
        hint = ", a subclass. Pass `numpy.asarray(...)` of it, or what it masks filled"
    raise InputTypeError(
        f"`{name}` must be a NumPy array. Received: {type(array).__name__}{hint}"
    )


def _check_arrays(arrays: Sequence[Any], dtypes: Sequence[np.dtype[Any]]) -> None:
    """Raise unless all can be parameters: one float dtype, updatable in place."""
    for k, array in enumerate(arrays):
        _check_class(f"params[{k}]", array)
        if array.dtype not in dtypes:
            names = ", ".join(dtype.name for dtype in dtypes[:-1])
            hint = ""
            if dtypes is DTYPES and array.dtype.name in ("float16", "bfloat16"):
                hint = ". `LowPrecision` steps numbers of 16 bits"
            raise InputTypeError(
                f"`params[{k}]` must be {names} or {dtypes[-1].name}. "
                f"Received: {array.dtype}{hint}"
            )
        if not array.flags.carray:
            flags = array.flags
            raise InputError(
                f"`params[{k}]` must be C-contiguous, aligned and writeable, because "
                f"it is updated in place. Received: strides {array.strides} for shape "
                f"{array.shape}, aligned={flags.aligned}, writeable={flags.writeable}"
            )
    found = sorted({array.dtype.name for array in arrays})
    if len(found) > 1:
        raise InputTypeError(
            f"All parameters must have one dtype. Received: {', '.join(found)}"
        )
    starts = [(array.ctypes.data, k) for k, array in enumerate(arrays) if array.size]
    for (first, j), (second, k) in itertools.pairwise(sorted(starts)):
        if second < first + arrays[j].nbytes:
            raise InputError(
                f"`params[{min(j, k)}]` and `params[{max(j, k)}]` share memory: a step "
                "would be taken twice there. Pass every array once."
            )


def _is_same(new: Any, old: Array) -> bool:
    """Tell whether an array is one that is known, or another view of all of it."""
    return new is old or (
        type(new) is np.ndarray
        and new.shape == old.shape
        and new.dtype == old.dtype
        and bool(new.flags.carray)
        and new.ctypes.data == old.ctypes.data
    )


def _owner_of(array: Any) -> Any:
    """Return what owns an array's memory: mostly an array."""
    while True:
        if isinstance(array, np.ndarray) and array.base is not None:
            array = array.base
        elif isinstance(array, memoryview):
            array = array.obj
        else:
            return array


def _check_gradient(
    grad: Any, k: int, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> None:
    """Raise unless a gradient has its parameter's shape and dtype."""
    _check_class(f"grads[{k}]", grad)
    if grad.shape != shape:
        raise InputError(
            f"`grads[{k}]` must have its parameter's shape {shape}. "
            f"Received: shape {grad.shape}"
        )
    if grad.dtype != dtype:
        raise InputTypeError(
            f"`grads[{k}]` must have its parameter's dtype {dtype.name}. "
            f"Received: {grad.dtype.name}"
        )
