"""The type of arrays, one name for the whole lab."""

from optlab.kernels.typing import Array

__all__ = ["Array"]
