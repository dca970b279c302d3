"""SWA: a wrapper that ends with the mean of the weights from a step on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError
from optlab.kernels.floating_point import flush_subnormals
from optlab.optimizers.hyperparameters import Integer
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.parameter_set import ParameterSet, Tensors
from optlab.optimizers.state import load_slots, saved_slots, state_number
from optlab.optimizers.wrapper import Wrapper
from optlab.parameters import Parameters
from optlab.typing import Array

_MOST = 2**31 - 1
_SLOT = "swa_average"


class SWA(Wrapper):
    r"""Let another optimizer run, and end with the mean of where it has been.

    .. math::
        \bar w \leftarrow \bar w + \frac{w - \bar w}{n + 1}, \quad n \leftarrow n + 1
        \qquad \text{after every } c \text{ updates from a step on}

    `fit` writes the mean over the weights at the end, and so does
    `finalize_variable_values`. Running means of a batch normalization stay those of the
    last weights; the authors measure them again, with one more pass over the data.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What makes the steps; a constant or cyclic rate is its own. It may keep no
        average itself.
    start_averaging : int
        The updates that do not count, at least 0.
    average_period : int
        The updates c from one that counts to the next, at least 1.
    name : str, optional
        A name for messages.

    Raises
    ------
    InputTypeError
        If `inner_optimizer` is no optimizer.
    InputError
        If a number is out of range, or the inner optimizer keeps an average.

    References
    ----------
    Izmailov et al., Averaging weights leads to wider optima and better generalization,
    2018, algorithm 1.
    """

    start_averaging = Integer(0, 0, _MOST)
    average_period = Integer(10, 1, _MOST)
    default_name = "swa"

    def __init__(
        self,
        inner_optimizer: Optimizer,
        start_averaging: int = 0,
        average_period: int = 10,
        name: str | None = None,
    ) -> None:
        super().__init__(
            inner_optimizer,
            name,
            start_averaging=start_averaging,
            average_period=average_period,
        )
        if inner_optimizer.keeps_average:
            raise InputError(
                "`inner_optimizer` must keep no average of its own, for SWA ends with "
                f"its mean. Received: {inner_optimizer!r} with an average"
            )
        self._mean: Parameters | None = None
        self._arrays: list[Array] = []
        self._count = 0

    @property
    def built(self) -> bool:
        """Whether there is a place for the mean."""
        return self._mean is not None

    def build(self, params: Tensors) -> None:
        """Build the inner optimizer, and make a place for the mean."""
        self.inner_optimizer.build(params)
        if self._mean is None:
            found = ParameterSet(params)
            self._mean = Parameters(found.shapes, found.dtype, found.names)
            self._arrays = found.arrays

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Step, and every so often count the weights; see `Optimizer.apply`."""
        if params is not None:
            self.build(params)
        before = self.inner_optimizer.iterations
        self.inner_optimizer.apply(grads)
        done = self.inner_optimizer.iterations - self.start_averaging
        if self._mean is None or self.inner_optimizer.iterations == before:
            return
        if done <= 0 or done % self.average_period:
            return
        self._count += 1
        with flush_subnormals():
            for mean, param in zip(self._mean.arrays, self._arrays, strict=True):
                mean += (param - mean) / mean.dtype.type(self._count)

    @property
    def keeps_average(self) -> bool:
        """Yes."""
        return True

    def finalize_variable_values(self) -> None:
        """Replace the parameters by the mean, where any counted."""
        if self._mean is not None and self._count:
            for mean, param in zip(self._mean.arrays, self._arrays, strict=True):
                param[...] = mean

    @property
    def state(self) -> dict[str, list[Array]]:
        """The inner optimizer's state arrays, and the mean."""
        own = {} if self._mean is None else {_SLOT: list(self._mean.arrays)}
        return {**self.inner_optimizer.state, **own}

    def save_state(self) -> dict[str, Any]:
        """Return the inner state, the mean and how many it is of."""
        own = {_SLOT: self.state[_SLOT]} if self.built else {}
        inner = self.inner_optimizer.save_state()
        return {**inner, **saved_slots(own), "swa_count": self._count}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned."""
        if self._mean is None:
            raise InputError(
                "Build the optimizer before loading state: call `build(params)`."
            )
        count = state_number(state, "swa_count", Integer(0, 0, _MOST))
        mine = {k: v for k, v in state.items() if k.startswith(f"slot/{_SLOT}/")}
        inner = {k: v for k, v in state.items() if k not in mine and k != "swa_count"}
        before = self._mean.flat.copy()
        load_slots(type(self).__name__, {_SLOT: list(self._mean.arrays)}, mine)
        try:
            self.inner_optimizer.load_state(inner)
        except InputError:
            self._mean.flat[:] = before
            raise
        self._count = count
