"""Parameters and gradients as one flat array each."""

from __future__ import annotations

from typing import Any

from optlab.optimizers.parameter_set import ParameterSet
from optlab.parameters import Parameters
from optlab.typing import Array


class FlatPoint:
    """Where the parameters are, as one vector that can be read and written.

    Parameters
    ----------
    params : ParameterSet
        The parameters.

    Attributes
    ----------
    layout : Parameters
        Their shapes; its numbers are of no meaning.
    """

    def __init__(self, params: ParameterSet) -> None:
        self._params = params
        self.layout = Parameters(params.shapes, params.dtype, params.names)

    def gathered(self, arrays: list[Any]) -> Array:
        """Return arrays of the parameters' shapes as a new vector; None is 0."""
        for place, array in zip(self.layout.arrays, arrays, strict=True):
            place[...] = 0 if array is None else array
        return self.layout.flat.copy()

    def read(self) -> Array:
        """Return the parameters as a new vector."""
        return self.gathered(self._params.arrays)

    def write(self, flat: Array) -> None:
        """Set the parameters."""
        self.layout.flat[:] = flat
        for place, param in zip(self.layout.arrays, self._params.arrays, strict=True):
            param[...] = place
