"""The moving average of the parameters, option `use_ema`."""

from __future__ import annotations

from optlab.kernels import transforms
from optlab.optimizers.options import Options
from optlab.optimizers.parameter_set import ParameterSet
from optlab.parameters import Parameters


class MovingAverage:
    """An exponential moving average of parameters.

    Parameters
    ----------
    average : Parameters
        Where it is kept.
    params : ParameterSet
        Of what.
    options : Options
        Its momentum, and how often it replaces the parameters.
    """

    def __init__(
        self, average: Parameters, params: ParameterSet, options: Options
    ) -> None:
        self._pairs = list(zip(params.arrays, average.arrays, strict=True))
        self._number = params.dtype.type
        self._momentum = options.ema_momentum
        self._every = options.ema_overwrite_frequency

    def advance(self, updates: int) -> None:
        """Move after a call before which there were so many updates.

        At first it is the parameters themselves: from the second update on there is a
        momentum.
        """
        momentum = self._momentum if updates else 0.0
        for array, average in self._pairs:
            transforms.moving_average(
                average.reshape(-1), array.reshape(-1), self._number(momentum)
            )
        if self._every and (updates + 1) % self._every == 0:
            self.replace_parameters()

    def replace_parameters(self) -> None:
        """Write the average over the parameters."""
        for array, average in self._pairs:
            array[...] = average
