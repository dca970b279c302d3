"""The type of the arrays that kernels and the lab pass around."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy.typing as npt

#: Of any shape; the dtype is a float's unless a docstring says another.
Array: TypeAlias = npt.NDArray[Any]
